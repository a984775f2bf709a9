"""Formats that can never work one behind the other: each takes what the one before it writes."""

from collections.abc import Sequence

from docops_flask.engine.template.formats import dates, numbers
from docops_flask.engine.template.formats.table import (
    AFTER,
    BEFORE,
    CODES,
    COUNT,
    DEFAULT,
    OPTIONAL,
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


def misfit_of(formats: Sequence[Format], *, of_number: bool = False) -> str | None:
    """Return what is wrong with ``formats``; ``None`` where there are values that all of them take.

    ``of_number`` says that the value is the number of a copy. Formats that are not known fit anywhere.
    """
    given, before = ("number" if of_number else "any"), "the number of a copy" if of_number else ""
    for each in formats:
        rule = rule_of(each)
        if rule is None or (rule.takes == "any" and (given != "drawing" or rule.write is None)):
            if each.name in (BEFORE, AFTER) and rule is not None:
                given, before = "wrapped", f"what {as_written(each)} writes"
            continue
        if rule.takes == "any":
            return f"{as_written(each)} takes a text, and {before} is none"
        wanted = "number" if rule.takes == "integer" else rule.takes
        # What is no drawing is a text.
        is_taken = given != "drawing" if wanted == "text" else given in {"any", wanted}
        # Before 分隔 a format is of each item.
        is_taken = is_taken or (given == "wrapped" and wanted in {"texts", "rich"})
        if not is_taken:
            return f"{as_written(each)} takes {_TAKES[rule.takes]}, and {before} is none"
        given, before = _written_by(each), f"what {as_written(each)} writes"
    return _misfit_of_rich(formats)


def _misfit_of_rich(formats: Sequence[Format]) -> str | None:
    """Return what is wrong with ``formats`` where one takes text with marks: nothing else is done to that."""
    rich = next((each for each in formats if is_rich((each,)) and rule_of(each) is not None), None)
    if rich is None:
        return None
    for each in formats:
        if each is not rich and each.name not in (DEFAULT, OPTIONAL) and rule_of(each) is not None:
            return f"{as_written(each)} takes a text, and {rich.name} puts one with marks into the document"
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
