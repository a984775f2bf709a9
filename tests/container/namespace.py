"""A program with its own root folder, mounts and process namespace, as in a container.

Made with util-linux alone: unshare(1), nsenter(1), setpriv(1). The system is this machine's /usr and the
Python of the tests, which stands at /usr/local as in the official images; both are read-only.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.conftest import require
from tests.e2e.gunicorn_server import eventually

_DEVICES = ("null", "zero", "full", "random", "urandom")
_UNSHARE = ("unshare", "--mount", "--pid", "--fork", "--kill-child")


def require_namespaces() -> None:
    """Skip where a container cannot be imitated."""
    programs = ("unshare", "nsenter", "setpriv", "chroot", "mount")
    missing = [program for program in programs if not shutil.which(program)]
    require(not missing, f"not installed: {', '.join(missing)} (Debian: util-linux, mount)")
    require(os.geteuid() == 0, "mounting a container's folders needs root")
    able = subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    require(able, "this machine allows no mount namespace (a container: run it with --privileged)")


@dataclass(frozen=True)
class Root:
    """A folder to be the root of programs that run as ``user`` (a uid, which is the gid too)."""

    folder: Path
    user: int
    read_only: bool = False
    # Where a tmpfs is mounted, and its options.
    tmpfs: Mapping[str, str] = field(default_factory=dict)
    # More of this machine's folders, read-only: from where to where.
    folders: Mapping[Path, str] = field(default_factory=dict)

    def command(self, words: Sequence[str], environ: Mapping[str, str], work_folder: str) -> list[str]:
        """The command that runs ``words`` as the first process of new namespaces, with its exit code."""
        entry = ["chroot", str(self.folder), *self._unprivileged(words, environ, work_folder)]
        return [*_UNSHARE, "sh", "-euc", "\n".join([*self._mounts(), "exec " + shlex.join(entry)])]

    def command_beside(
        self, first_process: int, words: Sequence[str], environ: Mapping[str, str], work_folder: str
    ) -> list[str]:
        """The command that runs ``words`` in the namespaces of ``first_process``, as ``docker exec`` does."""
        entry = ["nsenter", "--target", str(first_process), "--mount", "--pid", "--root", "--wd=/"]
        return [*entry, *self._unprivileged(words, environ, work_folder)]

    def run(self, words: Sequence[str], environ: Mapping[str, str], work_folder: str) -> None:
        """Run ``words`` and require exit code 0."""
        done = subprocess.run(
            self.command(words, environ, work_folder), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"

    def _unprivileged(self, words: Sequence[str], environ: Mapping[str, str], work_folder: str) -> list[str]:
        """As compose.yaml has it: no capability, and no way to one."""
        user = (f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups")
        powers = ("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
        variables = [f"{name}={value}" for name, value in environ.items()]
        scene = ("env", "--ignore-environment", f"--chdir={work_folder}")
        return ["setpriv", *user, *powers, *scene, *variables, *words]

    def _mounts(self) -> list[str]:
        """The shell commands that mount what the root folder holds."""
        here = shlex.quote(str(self.folder))
        commands = [f"mount --make-rprivate /\nmount --bind {here} {here}"]
        for source, target in [(Path("/usr"), "/usr"), *_python(), *self.folders.items()]:
            commands.append(_bind(source, self.folder / target.lstrip("/")))
        for name in _DEVICES:
            device = self.folder / "dev" / name
            commands.append(f"test -e {device} || touch {device}\nmount --bind /dev/{name} {device}")
        commands.append(f"mount -t proc proc {here}/proc")
        for at, options in self.tmpfs.items():
            commands.append(f"mkdir -p {here}{at}\nmount -t tmpfs -o {options} tmpfs {here}{at}")
        if self.read_only:
            commands.append(f"mount -o remount,bind,ro {here}")
        return commands


def make_root(folder: Path, owner: int) -> None:
    """Make ``folder`` and the mount points of a root, all of it ``owner``'s."""
    for name in ("usr", "dev", "proc", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "tmp").chmod(0o1777)
    for name in ("bin", "sbin", "lib", "lib64"):
        if Path("/", name).is_symlink():
            (folder / name).symlink_to(Path("/", name).readlink())
    for path in (folder, *folder.iterdir()):
        os.chown(path, owner, owner, follow_symlinks=False)


def first_process(unshare: int) -> int:
    """The process that runs as number 1 under the ``unshare`` process."""
    (child,) = eventually(psutil.Process(unshare).children)
    found: int = child.pid
    return found


def _python() -> list[tuple[Path, str]]:
    base = Path(sys.base_prefix)
    require(base != Path("/usr"), "the tests run with a Python of their own prefix, as the image does")
    # Its own place too: an executable may name its library by the path.
    return [(base, "/usr/local"), (base, str(base))]


def _bind(source: Path, target: Path) -> str:
    quoted = shlex.quote(str(target))
    return (
        f"mkdir -p {quoted}\nmount --bind {shlex.quote(str(source))} {quoted}\n"
        f"mount -o remount,bind,ro {quoted}"
    )
