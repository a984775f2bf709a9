"""A property's effective value and where it was found. See docs/analysis/effective-formatting.md."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

V = TypeVar("V")

DIRECT = "direct"
DOC_DEFAULTS = "docDefaults"


class Origin(NamedTuple):
    """The place that states a value.

    ``label`` names it for people (``direct``, ``style NAME``, ``docDefaults``); ``kind`` is that of the
    related part it lies in (``styles``, ``numbering``), ``None`` for the story itself; ``style_id`` is a
    style's.
    """

    label: str
    kind: str | None = None
    style_id: str | None = None


DIRECT_ORIGIN = Origin(DIRECT)
DEFAULTS_ORIGIN = Origin(DOC_DEFAULTS, "styles")


class Effective(NamedTuple, Generic[V]):
    """A property's value and the place that states it; both ``None`` when nothing in the chain does."""

    value: V | None = None
    place: Origin | None = None

    @property
    def origin(self) -> str | None:
        """Return the place's label: ``direct``, ``style NAME``, ``docDefaults``."""
        return None if self.place is None else self.place.label


UNSTATED: Effective[Any] = Effective()

# What one place states, or several laid over each other: property to value. What is absent is not stated.
Layer: TypeAlias = Mapping[str, Effective[Any]]
NOTHING: Layer = MappingProxyType({})


class FontFace(NamedTuple):
    """A font by ``name``; ``theme`` is the theme's entry that was asked for it, if one was (17.3.2.26).

    Without ``name`` the theme has no font for that entry.
    """

    name: str | None
    theme: str | None

    def __str__(self) -> str:
        return f"theme:{self.theme}" if self.name is None else self.name


class Indent(NamedTuple):
    """An indent in twips, or in hundredths of a character when ``in_characters``."""

    amount: int
    in_characters: bool = False

    def in_twips(self, character_half_points: int | None, extra_twips: float = 0) -> int | None:
        """Return the indent in twips; ``None`` when it takes a character whose size is unknown.

        ``extra_twips`` is what the section's character grid adds to each character.
        """
        if not self.in_characters:
            return self.amount
        if character_half_points is None:
            return None
        return round(self.amount * (character_half_points * 10 + extra_twips) / 100)

    def __str__(self) -> str:
        if self.in_characters:
            return f"{self.amount / 100:g} characters"
        return f"{self.amount} twips"


class Spacing(NamedTuple):
    """Space before or after a paragraph in twips, in hundredths of a line, or (both ``None``) as in HTML."""

    twips: int | None = None
    line_hundredths: int | None = None

    def in_twips(self, line_twips: int = 240) -> int:
        """Return it in twips; ``line_twips`` is the line of the section's grid, 12 pt without one."""
        if self.twips is not None:
            return self.twips
        if self.line_hundredths is not None:
            return round(self.line_hundredths * line_twips / 100)
        return HTML_SPACING_TWIPS


# What Word sets for w:beforeAutospacing and w:afterAutospacing (17.3.1.33): 14 pt.
HTML_SPACING_TWIPS = 280
