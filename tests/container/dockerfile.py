"""A Dockerfile taken apart: its stages, their instructions, the values of its variables.

As far as this project's own file goes: https://docs.docker.com/reference/dockerfile/
"""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True)
class Instruction:
    """One instruction: ``FROM``, ``RUN``, ...; its ``--flags`` and the rest of its text."""

    name: str
    flags: Mapping[str, str]
    text: str

    @property
    def command(self) -> list[str]:
        """The words of an instruction in exec form; raises ``ValueError`` for any other."""
        words = json.loads(self.text)
        if not isinstance(words, list):
            raise ValueError(f"{self.name} is not in exec form: {self.text}")
        return words

    @property
    def pairs(self) -> dict[str, str]:
        """The names and values of an ENV, a LABEL or an ARG."""
        return dict(word.partition("=")[::2] for word in shlex.split(self.text))


@dataclass
class Stage:
    """A FROM and what follows it."""

    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        """The instructions called ``name``."""
        return [each for each in self.instructions if each.name == name]

    def one(self, name: str) -> Instruction:
        """The only instruction called ``name``."""
        (found,) = self.all(name)
        return found


def stages(path: Path) -> list[Stage]:
    """The stages of the Dockerfile at ``path``, in its order; one made from another begins with that."""
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    for instruction in _instructions(path.read_text()):
        if instruction.name == "FROM":
            base, *alias = expand(instruction.text, arguments).split()
            made_from = next((each for each in found if each.name == base), Stage(base, ""))
            name = alias[-1] if alias else ""
            found.append(Stage(made_from.base, name, list(made_from.instructions)))
        elif found:
            found[-1].instructions.append(instruction)
        else:
            arguments |= instruction.pairs
    return found


def expand(text: str, variables: Mapping[str, str]) -> str:
    """``text`` with ``$NAME`` and ``${NAME}`` replaced; an unknown variable is empty."""
    return _VARIABLE.sub(lambda match: variables.get(match[1] or match[2], ""), text)


def _instructions(text: str) -> list[Instruction]:
    found = []
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    for line in lines:
        whole = line
        while whole.endswith("\\"):
            whole = whole[:-1] + next(lines)
        name, _, rest = whole.strip().partition(" ")
        found.append(_instruction(name.upper(), rest.strip()))
    return found


def _instruction(name: str, text: str) -> Instruction:
    flags = {}
    while text.startswith("--"):
        flag, _, text = text.partition(" ")
        key, _, value = flag.removeprefix("--").partition("=")
        flags[key] = value
        text = text.lstrip()
    return Instruction(name, flags, text)
