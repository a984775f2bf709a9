"""What comments say, in one language, before they have a place (``anchors``) and marks (``comments``).

There is a remark for each placeholder that is left in the document and each block without a value, and for
each issue of the format check that is not repaired. Its lines say what is wrong, what is required, what the
document has, what to do, why it was not repaired, and the clause, as far as these are known.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.reports.page.content import LeftRow, Row, issues_in_words, left_in_words
from docops_flask.engine.reports.page.facts import PageFacts
from docops_flask.engine.reports.page.words import Words

_BLANK = re.compile(r"[\t\n\v\f\r]+")
# The most comments; one more says how many findings have none.
MAX_COMMENTS = 300


class Remark(NamedTuple):
    """A comment before it has a place.

    ``path`` is the address of the paragraph or table that it is about, and ``place`` that address in words;
    ``run_ids`` are the runs in it, of an issue about runs. ``lines`` are its paragraphs, one at least.
    """

    path: str
    run_ids: tuple[str, ...]
    lines: tuple[str, ...]
    place: str


class Remarks(NamedTuple):
    """The first of all remarks, those that matter most, and how many ``more`` there are."""

    shown: Sequence[Remark]
    more: int


def remarks_of(report: FormatReport, facts: PageFacts, words: Words) -> Remarks:
    """Return what to say of a result, ``MAX_COMMENTS`` remarks at most.

    Placeholders that are left come first, as many as ``facts`` list (``facts.MAX_LEFT``), then errors, then
    warnings, each in the order of ``report``. Issues that were repaired have none. ``words`` are those of the
    language of the comments.
    """
    told = report.as_dict()
    found = [_of_left(row, words) for row in left_in_words(told, facts, words)]
    open_issues = [each for each in told["issues"] if not each["fixed"]]
    by_severity = sorted(open_issues, key=lambda each: each["severity"] != "error")
    first = by_severity[: max(MAX_COMMENTS - len(found), 0)]
    for issue, row, advice in issues_in_words({**told, "issues": first}, facts, words):
        lines = [words(issue["severity"], "review", title=row.title), *_about(row, words), advice]
        if issue.get("reason_text"):
            lines.append(issue["reason_text"][words.language])
        if row.clause:
            lines.append(words("clause", "review", clause=row.clause))
        run_ids = tuple(issue["run_ids"])
        found.append(Remark(issue["paragraph_path"], run_ids, _told(lines), row.places[0].words))
    shown = found[:MAX_COMMENTS]
    more_left, more_issues = facts.left_count - len(facts.left), len(open_issues) - len(first)
    return Remarks(shown, more_left + more_issues + len(found) - len(shown))


def _about(row: Row, words: Words) -> Iterator[str]:
    if row.expected:
        yield words("wanted", "review", value=row.expected)
    if row.actual:
        origin = f"{words('separator')}{row.origin}" if row.origin else ""
        yield words("now", "review", value=row.actual) + origin


def _of_left(row: LeftRow, words: Words) -> Remark:
    lines = (words("left", "review", name=row.name), row.todo)
    return Remark(row.place.path, (), _told(lines), row.place.words)


def _told(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the lines that say something, each once, without what XML does not hold (XML 1.0, 2.2)."""
    return tuple(dict.fromkeys(filter(None, map(_storable, lines))))


def _storable(line: str) -> str:
    # A line is one paragraph; tabs and breaks of a text keep its words apart.
    return "".join(filter(_is_character, _BLANK.sub(" ", line)))


def _is_character(character: str) -> bool:
    return character >= " " and not "\ud800" <= character <= "\udfff" and character not in "\ufffe\uffff"


def more_line(more: int, words: Words) -> str:
    """Return the line of the last comment: so many ``more`` findings have no comment."""
    return words("more", "review", n=more)
