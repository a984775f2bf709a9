"""What ``docker build`` makes of the Dockerfile, made without docker: every instruction carried out.

The steps run as an unprivileged user in a root folder of their own (namespace.py), with this machine's
Python for the base image's and, for a package index, a folder of wheels.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT
from tests.container.build_context import copy_context
from tests.container.dockerfile import Instruction, Stage, expand, stages
from tests.container.namespace import Root, make_root

# Any but root's and the image's own: what is built must not belong to who serves it.
BUILDER = 20_001
_INDEX = "/index"
# The official image's.
_BASE_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Image:
    """A finished stage: its root folder and the settings for running it."""

    folder: Path
    environ: dict[str, str] = field(default_factory=lambda: {"PATH": _BASE_PATH})
    work_folder: str = "/"
    said: dict[str, Instruction] = field(default_factory=dict)

    @property
    def user(self) -> int:
        """The uid it is served by; there must be a gid, and the same."""
        uid, gid = (int(number) for number in self.said["USER"].text.split(":"))
        assert uid == gid
        return uid

    @property
    def command(self) -> list[str]:
        """What it runs."""
        return self.said["CMD"].command

    @property
    def health_command(self) -> list[str]:
        """The health check command."""
        check = self.said["HEALTHCHECK"]
        return Instruction("CMD", {}, check.text.removeprefix("CMD ")).command


def build(folder: Path, arguments: Mapping[str, str]) -> Image:
    """Build the project's Dockerfile below ``folder`` with the build ``arguments``; return the last stage.

    Stages that it does not copy from are left out: that with LibreOffice needs Debian's packages.
    """
    index = _wheels(folder / "index")
    finished: dict[str, Image] = {}
    *others, last = stages(ROOT / "Dockerfile")
    needed = {each.flags.get("from") for each in last.all("COPY")}
    for number, stage in enumerate([*(each for each in others if each.name in needed), last]):
        image = Image(folder / f"stage{number}")
        make_root(image.folder, BUILDER)
        _Builder(image, finished, index, arguments).carry_out(stage)
        finished[stage.name] = image
    return image


@dataclass
class _Builder:
    image: Image
    finished: Mapping[str, Image]
    index: Path
    arguments: Mapping[str, str]
    variables: dict[str, str] = field(default_factory=dict)

    def carry_out(self, stage: Stage) -> None:
        for instruction in stage.instructions:
            match instruction.name:
                case "ENV":
                    self.image.environ |= self._expanded(instruction)
                case "ARG":
                    defaults = instruction.pairs
                    self.variables |= {name: self.arguments.get(name, defaults[name]) for name in defaults}
                case "WORKDIR":
                    self.image.work_folder = instruction.text
                    _make_folder(self.image.folder / instruction.text.lstrip("/"))
                case "COPY":
                    self._copy(instruction)
                case "RUN":
                    self._run(instruction)
                case "USER" | "CMD" | "HEALTHCHECK" | "EXPOSE" | "STOPSIGNAL" | "LABEL":
                    self.image.said[instruction.name] = instruction
                case name:
                    raise ValueError(f"{name}: this builder does not know it; teach it, or do without")

    def _expanded(self, instruction: Instruction) -> dict[str, str]:
        known = {**self.variables, **self.image.environ}
        return {name: expand(value, known) for name, value in instruction.pairs.items()}

    def _copy(self, instruction: Instruction) -> None:
        source, target = instruction.text.split()
        destination = self.image.folder / self.image.work_folder.lstrip("/") / target
        if target.startswith("/"):
            destination = self.image.folder / target.lstrip("/")
        if "from" in instruction.flags:
            origin = self.finished[instruction.flags["from"]].folder / source.lstrip("/")
            shutil.copytree(origin, destination, symlinks=True, dirs_exist_ok=True)
        elif source == ".":
            copy_context(ROOT, destination)
        else:
            shutil.copy(ROOT / source, destination)
        _give_to_builder(destination)

    def _run(self, instruction: Instruction) -> None:
        # Semaphores of processes that build together live in /dev/shm.
        shared_memory = {"/dev/shm": "size=64m,mode=1777"}
        root = Root(self.image.folder, BUILDER, tmpfs=shared_memory, folders={self.index: _INDEX})
        index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": _INDEX}
        environ = {**self.image.environ, **self.variables, **index}
        root.run(["sh", "-c", instruction.text], environ, self.image.work_folder)


def _wheels(folder: Path) -> Path:
    """Fetch what is needed from this machine's index: requirements.txt and what builds the package."""
    build_system = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    # One after the other: where one package has hashes pip wants them for all, and a build system has none.
    for wanted in (["--requirement", str(ROOT / "requirements.txt")], build_system):
        subprocess.run([*pip, "download", "--dest", folder, *wanted], check=True)
    return folder


def _make_folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    os.chown(path, BUILDER, BUILDER)


def _give_to_builder(path: Path) -> None:
    for each in (path, *path.rglob("*")):
        os.chown(each, BUILDER, BUILDER, follow_symlinks=False)
