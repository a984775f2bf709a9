"""The files of a server over stdio: below one folder, whatever paths, links and other programs say.

A path is resolved first, and refused if it leads out of the folder. Then it is opened step by step from the
folder on, without following links, so that one that is put there in between is not followed either.
"""

import errno
import os
import secrets
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.intake.assets import UploadTooLarge

_BLOCK_BYTES = 1 << 20
_STEP = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe must not hold up the server.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# What file systems without hard links answer.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)
_SHOWN_CHARACTERS = 200
_MOST_FOLDERS = 2000


class Root:
    """A folder below which files are read and written."""

    def __init__(self, folder: Path) -> None:
        """Take an existing folder; raises ``OSError``."""
        self._folder = folder.resolve(strict=True)
        if not self._folder.is_dir():
            raise NotADirectoryError(20, "it is no folder", str(folder))

    def steps(self, argument: str, path: str) -> tuple[str, ...]:
        """Return the names from the folder to what ``path`` leads to, links resolved.

        Raises ``InvalidArgument``, which names the ``argument``, for one that leads elsewhere.
        """
        try:
            resolved = (self._folder / path).resolve()
        except (OSError, RuntimeError, ValueError):
            raise self._not_below(argument, path) from None
        if not resolved.is_relative_to(self._folder):
            raise self._not_below(argument, path)
        return resolved.relative_to(self._folder).parts

    def copy(self, argument: str, path: str, target: Path, most_bytes: int, setting: str) -> None:
        """Copy the file ``path`` to ``target``; ``setting`` limits its size.

        Raises ``InvalidArgument``, ``UploadTooLarge`` and, for ``target``, ``OSError``.
        """
        with self._read(argument, path) as source, target.open("xb") as copy:
            size = 0
            while block := os.read(source, _BLOCK_BYTES):
                size += len(block)
                if size > most_bytes:
                    raise UploadTooLarge(field=argument, maximum=most_bytes, setting=setting)
                copy.write(block)

    def write(
        self,
        argument: str,
        folder: tuple[str, ...],
        files: Mapping[str, Path],
        others: Collection[str] = (),
        *,
        overwrite: bool,
    ) -> None:
        """Write copies of ``files``, by their names in ``folder``, all or none; it is made if missing.

        With ``overwrite`` they replace what is there, and ``others``, results of an earlier call, are
        removed; folders never. ``folder`` is what ``steps`` returns. Raises ``InvalidArgument``.
        """
        try:
            with self._opened_folder(folder, make=True) as opened:
                there = _kinds((*files, *others), opened)
                folders = [name for name, mode in there.items() if stat.S_ISDIR(mode)]
                if folders:
                    raise InvalidArgument(
                        f"{argument}: {folders[0]} is a folder; choose another name.", field=argument
                    )
                if there and not overwrite:
                    raise InvalidArgument(
                        f"{argument}: {', '.join(there)} would be overwritten; choose another name, or set "
                        "overwrite.",
                        field=argument,
                        existing=list(there),
                    )
                _publish(files, opened, overwrite=overwrite)
                for name in others:
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=opened)
        except OSError as error:
            raise InvalidArgument(
                f"{argument}: cannot be written ({error.strerror}); choose another place.", field=argument
            ) from None

    def documents(self, most: int) -> list[str]:
        """Return the paths of the .docx files below the folder, at most ``most``; hidden ones are left out.

        So are names that are no text, and what ``copy`` refuses: links that lead elsewhere, pipes. Of a large
        tree only the first folders are looked into.
        """
        found: list[str] = []
        for folder, folders, files in islice(os.walk(self._folder), _MOST_FOLDERS):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                is_document = name.lower().endswith(".docx") and not name.startswith((".", "~$"))
                if is_document and name.isprintable() and self._is_readable(Path(folder, name)):
                    found.append(os.path.relpath(os.path.join(folder, name), self._folder))
                    if len(found) == most:
                        return found
        return found

    def _is_readable(self, path: Path) -> bool:
        try:
            return path.is_file() and path.resolve().is_relative_to(self._folder)
        except (OSError, RuntimeError):
            return False

    def is_in(self, steps: tuple[str, ...], folder: Path) -> bool:
        """Say whether what ``steps`` lead to is ``folder`` or in it."""
        return self._folder.joinpath(*steps).is_relative_to(folder.resolve())

    @contextmanager
    def _read(self, argument: str, path: str) -> Iterator[int]:
        steps = self.steps(argument, path)
        try:
            with self._opened_folder(steps[:-1]) as folder:
                source = os.open(steps[-1] if steps else ".", _READ, dir_fd=folder)
        except OSError as error:
            raise InvalidArgument(
                f"{argument}: {echo(path, _SHOWN_CHARACTERS)} cannot be read ({error.strerror}); give the "
                "path of a file below the server's folder.",
                field=argument,
            ) from None
        try:
            mode = os.fstat(source).st_mode
            if not stat.S_ISREG(mode):
                what = "a folder" if stat.S_ISDIR(mode) else "no file"
                raise InvalidArgument(
                    f"{argument}: {echo(path, _SHOWN_CHARACTERS)} is {what}; give the path of a file below "
                    "the server's folder.",
                    field=argument,
                )
            yield source
        finally:
            os.close(source)

    @contextmanager
    def _opened_folder(self, steps: tuple[str, ...], *, make: bool = False) -> Iterator[int]:
        opened = os.open(self._folder, _STEP)
        try:
            for name in steps:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(name, dir_fd=opened)
                below = os.open(name, _STEP, dir_fd=opened)
                os.close(opened)
                opened = below
            yield opened
        finally:
            os.close(opened)

    def _not_below(self, argument: str, path: str) -> InvalidArgument:
        return InvalidArgument(
            f"{argument}: {echo(path, _SHOWN_CHARACTERS)} is not below the server's folder; give a path "
            "relative to it.",
            field=argument,
        )


def _kinds(names: Collection[str], folder: int) -> dict[str, int]:
    """Return the mode of each of ``names`` that is there."""
    modes: dict[str, int] = {}
    for name in names:
        with suppress(FileNotFoundError):
            modes[name] = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    return modes


def _publish(files: Mapping[str, Path], folder: int, *, overwrite: bool) -> None:
    """Write drafts of all files, then give them their names; if one fails, no new file stays."""
    drafts: dict[str, str] = {}
    made: list[str] = []
    try:
        for name, source in files.items():
            draft = drafts[name] = f".docops-{secrets.token_hex(8)}"
            _write_new(draft, source, folder)
        for name, draft in drafts.items():
            if overwrite:
                os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
            else:
                _name_new(name, draft, files[name], folder)
                made.append(name)
    except BaseException:
        for name in made:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
        raise
    finally:
        for draft in drafts.values():
            with suppress(FileNotFoundError):
                os.unlink(draft, dir_fd=folder)


def _name_new(name: str, draft: str, source: Path, folder: int) -> None:
    """Give a draft its name, which nothing may have: another program may have made such a file meanwhile."""
    try:
        os.link(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _write_new(name, source, folder)


def _write_new(name: str, source: Path, folder: int) -> None:
    descriptor = os.open(name, _WRITE, 0o666, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(source.read_bytes())
    except BaseException:
        # A full disk leaves no part of a file.
        os.unlink(name, dir_fd=folder)
        raise
