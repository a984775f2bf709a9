"""Landlock: a process gives up access to files and to the network (landlock(7)).

Rules are made for paths that exist when the ruleset is made. Rights that a kernel's version of Landlock does
not know are left out; ``abi`` returns that version.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from docops_flask.engine.files import FilePath
from docops_flask.engine.sandbox.system_calls import call, set_no_new_privileges

_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = (1 << bit for bit in range(4))
_MAKE_REG = 1 << 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FIRST_ABI_RIGHTS = (1 << 13) - 1
_RIGHTS_SINCE = {2: _REFER, 3: _TRUNCATE, 5: _IOCTL_DEV}
_TCP_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

# Landlock has no right for executable mappings (mmap(2)), so the right to read suffices to load libraries.
_READ = _READ_FILE | _READ_DIR
# A job makes and reads files; it may not rename or remove any, so that the quota of the folder counts all.
_WORK = _READ | _WRITE_FILE | _MAKE_REG | _TRUNCATE
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


def abi() -> int:
    """Return the kernel's version of Landlock; raises ``OSError`` where there is none, or it is off."""
    return call("landlock_create_ruleset", None, 0, _CREATE_RULESET_VERSION)


def version() -> int:
    """Return the kernel's version of Landlock, 0 where there is none."""
    try:
        return abi()
    except OSError:
        return 0


class Ruleset:
    """The rights that a process keeps to files; none until ``allow_…`` adds some."""

    def __init__(self) -> None:
        """Make a ruleset without rules; raises ``OSError`` where the kernel has no Landlock."""
        self.abi = abi()
        rights = (right for since, right in _RIGHTS_SINCE.items() if self.abi >= since)
        self._handled = _FIRST_ABI_RIGHTS | sum(rights)
        attributes = struct.pack("=Q", self._handled)
        if self.abi >= 4:
            attributes += struct.pack("=Q", _TCP_BIND_AND_CONNECT)
        if self.abi >= 6:
            attributes += struct.pack("=Q", _ABSTRACT_SOCKETS_AND_SIGNALS)
        self._fd = call("landlock_create_ruleset", attributes, len(attributes), 0)

    def allow_reading(self, paths: Iterable[FilePath]) -> None:
        """Allow reading below each of ``paths`` that exists."""
        for path in paths:
            self._allow(path, _READ)

    def allow_work(self, folder: FilePath) -> None:
        """Allow making, writing and reading files below ``folder``: no folders, links, devices or sockets."""
        self._allow(folder, _WORK)

    def enforce(self) -> None:
        """Put the rules in force for this thread and what it starts, for good."""
        set_no_new_privileges()
        call("landlock_restrict_self", self._fd, 0)
        os.close(self._fd)

    def _allow(self, path: FilePath, rights: int) -> None:
        try:
            path_fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return
        try:
            if not os.path.isdir(path):
                rights &= _FILE_RIGHTS
            # struct landlock_path_beneath_attr is packed.
            rule = struct.pack("=Qi", rights & self._handled, path_fd)
            call("landlock_add_rule", self._fd, _RULE_PATH_BENEATH, ctypes.c_char_p(rule), 0)
        finally:
            os.close(path_fd)
