"""Lengths as a policy writes them: ``37 mm``, ``2 characters``, ``0.5 lines``, ``exact 28 pt``."""

import re
from typing import NamedTuple, Self

_TWIPS_PER_UNIT = {"twips": 1.0, "pt": 20.0, "mm": 1440 / 25.4, "cm": 1440 / 2.54}
LENGTH_UNITS = tuple(_TWIPS_PER_UNIT)
CHARACTERS = "characters"
LINES = "lines"
_NUMBER = r"(-?[0-9]{1,5}(?:\.[0-9]{1,4})?)"
_MEASURE = rf"{_NUMBER} ?(twips|pt|mm|cm|characters|lines)\Z"
_LINE_SPACING = rf"(exact|at least) {_NUMBER} ?(twips|pt|mm|cm)\Z|{_NUMBER} lines\Z"
_RULES = {"exact": "exact", "at least": "atLeast"}
_RULE_WORDS = {rule: words for words, rule in _RULES.items()}
# One line of w:line with the rule "auto" (ECMA-376 part 1, 17.3.1.33).
_LINE_240THS = 240


class Measure(NamedTuple):
    """An amount with its unit: a length, or characters of the text, or lines."""

    amount: float
    unit: str = "twips"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the measure in ``text``, ``None`` when it is none."""
        match = re.match(_MEASURE, text)
        return None if match is None else cls(float(match[1]), match[2])

    def in_twips(self, character_twips: float | None = None, line_twips: int = 240) -> int | None:
        """Return it in twips; ``None`` where it takes a character whose width is not known."""
        if self.unit == CHARACTERS:
            return None if character_twips is None else round(self.amount * character_twips)
        if self.unit == LINES:
            return round(self.amount * line_twips)
        return round(self.amount * _TWIPS_PER_UNIT[self.unit])

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}" if self.amount else "0"


class LineSpacing(NamedTuple):
    """A line spacing as w:spacing has it: ``line`` counts 240ths with the rule ``auto``, else twips."""

    rule: str
    line: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the line spacing in ``text``, ``None`` when it is none."""
        match = re.match(_LINE_SPACING, text)
        if match is None:
            return None
        if match[1] is None:
            return cls("auto", round(float(match[4]) * _LINE_240THS))
        return cls(_RULES[match[1]], round(float(match[2]) * _TWIPS_PER_UNIT[match[3]]))

    def __str__(self) -> str:
        if self.rule == "auto":
            return f"{round(self.line / _LINE_240THS, 4):g} lines"
        words = _RULE_WORDS.get(self.rule, self.rule)
        return f"{words} {self.line / 20:g} pt"
