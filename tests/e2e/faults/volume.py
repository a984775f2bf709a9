"""A small volume for a server's work folder that can be filled, made read-only and unmounted."""

import os
import subprocess
from pathlib import Path

from tests.conftest import require

PAGE = os.sysconf("SC_PAGE_SIZE")


class Volume:
    """A tmpfs at ``folder``, of a megabyte and a few hundred inodes unless ``options`` say otherwise."""

    def __init__(self, folder: Path, options: str = "size=1m,nr_inodes=300") -> None:
        """Mount it; the test is skipped where that is not possible."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        require(os.geteuid() == 0, "mounting a volume needs root")
        able = self._mount("-t", "tmpfs", "-o", options, "tmpfs")
        require(able, "this machine lets nobody mount a volume (a container: run it with --privileged)")

    def leave_pages(self, count: int) -> None:
        """Fill the volume but for ``count`` pages."""
        free = os.statvfs(self.folder).f_bavail
        with (self.folder / "ballast").open("wb") as ballast:
            ballast.write(b"\1" * PAGE * (free - count))

    def leave_inodes(self, count: int) -> None:
        """Use up all inodes but ``count``."""
        ballast = self.folder / "ballast"
        ballast.mkdir()
        for number in range(os.statvfs(self.folder).f_favail - count):
            (ballast / str(number)).touch()

    def empty(self) -> None:
        """Take the ballast away."""
        ballast = self.folder / "ballast"
        if ballast.is_dir():
            for path in ballast.iterdir():
                path.unlink()
            ballast.rmdir()
        ballast.unlink(missing_ok=True)

    def make_read_only(self, read_only: bool) -> None:
        """Remount it, as the kernel does with a disk that has errors."""
        # Not while a file is open for writing.
        assert self._mount("-o", f"remount,{'ro' if read_only else 'rw'}", "tmpfs")

    def unmount(self) -> None:
        """Take it away, whatever is open there."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def _mount(self, *words: str) -> bool:
        done = subprocess.run(["mount", *words, str(self.folder)], capture_output=True, check=False)
        return done.returncode == 0
