"""The skills there are: the built-in ones and an office's own, one TOML file each."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.skills.spec_table import SkillSpecError

__all__ = ["SkillRegistry", "SkillSpecError", "load_skills"]

_BUILT_IN = Path(__file__).parent / "specs"
_SUFFIX = ".toml"


class SkillRegistry:
    """Skills by name; iterating gives them in the order of their names."""

    def __init__(self, skills: Iterable[Skill]) -> None:
        self._skills = {skill.name: skill for skill in sorted(skills, key=lambda skill: skill.name)}

    def __iter__(self) -> Iterator[Skill]:
        return iter(self._skills.values())

    def __len__(self) -> int:
        return len(self._skills)

    def names(self) -> tuple[str, ...]:
        """Return the names, sorted."""
        return tuple(self._skills)

    def get(self, name: str) -> Skill | None:
        """Return the skill by its name, or ``None``."""
        return self._skills.get(name)


def load_skills(extra_dir: Path | None = None) -> SkillRegistry:
    """Return the built-in skills and those of every ``*.toml`` file in ``extra_dir``, hidden files left out.

    Raises ``SkillSpecError`` (one line: file name, key, problem, what is accepted) for the first fault,
    a skill name that is taken among them.
    """
    files = _spec_files(_BUILT_IN) + (_spec_files(extra_dir) if extra_dir is not None else [])
    skills: dict[str, Skill] = {}
    defined_in: dict[str, Path] = {}
    for file in files:
        skill = _load(file)
        if skill.name in skills:
            raise SkillSpecError(
                f"{_shown(file)}: name: {skill.name} is taken {_by(defined_in[skill.name], file)}; "
                "give the skill a name of its own"
            )
        skills[skill.name] = skill
        defined_in[skill.name] = file
    return SkillRegistry(skills.values())


def _by(first: Path, second: Path) -> str:
    return f"by {_shown(first)}" if first.parent == second.parent else "by a built-in skill"


def _spec_files(folder: Path) -> list[Path]:
    try:
        names = [path for path in folder.iterdir() if path.name.endswith(_SUFFIX)]
    except OSError as error:
        raise SkillSpecError(
            f"{str(folder)!a}: cannot be read ({error.strerror}); give a folder of *{_SUFFIX} files"
        ) from None
    # Editors and file systems leave companions such as .#name.toml and ._name.toml.
    return sorted(path for path in names if not path.name.startswith("."))


def _load(file: Path) -> Skill:
    # Renderers unpickle skills and must not load what only reading their files needs.
    from docops_flask.engine.skills.spec import parse_spec

    try:
        content = file.read_bytes()
    except OSError as error:
        raise SkillSpecError(
            f"{_shown(file)}: cannot be read ({error.strerror}); give a readable file"
        ) from None
    return parse_spec(_shown(file), content)


def _shown(file: Path) -> str:
    return file.name if file.name.isprintable() else ascii(file.name)
