"""Finds formats that cannot work together: one cannot take what the one before writes, or has no effect."""

from collections.abc import Sequence

from docops_flask.engine.template.formats import dates, numbers
from docops_flask.engine.template.formats.table import (
    BREAKS,
    CODES,
    COUNT,
    DEFAULT,
    OPTIONAL,
    PARAGRAPHS,
    RICH,
    SUM,
    Format,
    as_written,
    is_rich,
    rule_of,
)

# What is written: a number, an ISO date, or a text that is neither.
_ISO = ("yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd HH:mm:ss")
_TAKES = {
    "date": "a date",
    "number": "a number",
    "integer": "a whole number",
    "texts": "a list",
    "rich": "text with marks",
    "list": "a list",
    "text": "a text",
}
# What may stand beside 富文本: what stands for an absent value.
_BESIDE_RICH = (RICH, "RICH", DEFAULT, OPTIONAL)


def misfit_of(formats: Sequence[Format], *, of_number: bool = False) -> str | None:
    """Return what is wrong with ``formats``; ``None`` where there are values that all of them take.

    ``of_number`` says that the value is the number of a copy. Formats that are not known fit anywhere.
    """
    if len(formats) > 1:
        found = _without_effect(formats)
        if found is not None:
            return found
    given, before = ("number" if of_number else "any"), "the number of a copy" if of_number else ""
    for each in formats:
        rule = rule_of(each)
        if rule is None or (rule.takes == "any" and (given != "drawing" or rule.write is None)):
            continue
        if rule.takes == "any":
            return f"{as_written(each)} takes a text, and {before} is none"
        wanted = "number" if rule.takes == "integer" else rule.takes
        # What is no drawing is a text.
        is_taken = given != "drawing" if wanted == "text" else given in {"any", wanted}
        if not is_taken:
            return f"{as_written(each)} takes {_TAKES[rule.takes]}, and {before} is none"
        given, before = _written_by(each), f"what {as_written(each)} writes"
    return None


def _without_effect(formats: Sequence[Format]) -> str | None:
    """Return what is told of formats of which one would change nothing."""
    names = [each.name for each in formats if rule_of(each) is not None]
    if names.count(DEFAULT) > 1:
        return f"{DEFAULT} may stand once"
    if PARAGRAPHS in names and BREAKS in names:
        return f"{PARAGRAPHS} and {BREAKS} exclude one another"
    if is_rich(formats):
        other = next((each for each in formats if rule_of(each) and each.name not in _BESIDE_RICH), None)
        if other is not None:
            return f"{as_written(other)} changes no text with marks ({RICH})"
    return None


def _written_by(each: Format) -> str:
    """Return what a format writes: number, date, text or drawing."""
    pattern = as_written(each)
    if each.name in (COUNT, SUM):
        return "number"
    if each.name in CODES:
        return "drawing"
    if numbers.is_number_pattern(pattern):
        return "text" if pattern.endswith("%") else "number"
    if dates.is_date_pattern(pattern):
        return "date" if pattern in _ISO else "number" if pattern.isalpha() and pattern.isascii() else "text"
    return "text"
