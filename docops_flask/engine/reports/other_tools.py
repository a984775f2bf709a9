"""Hints of inspect and precheck about tags of other tools, with the command that rewrites them."""

from collections.abc import Iterator
from itertools import islice

from docops_flask.engine.document.document import Document
from docops_flask.engine.reports.inspection import MAX_LISTED, MAX_SHOWN_CHARACTERS, Problem
from docops_flask.engine.template.foreign.recognition import Recognised, recognise

OTHER_TOOL, BLANK_LINE = "OTHER_TOOL", "BLANK_LINE"


def other_tools(document: Document, *, has_fields: bool) -> Iterator[Problem]:
    """Yield a hint for each text that is probably a tag of another tool, at most ``MAX_LISTED``.

    Where the template ``has_fields`` of ours, lines of _ are lines to write on.
    """
    for each in islice(recognise(document, with_blanks=not has_fields), MAX_LISTED):
        shown = each.text[:MAX_SHOWN_CHARACTERS]
        if not each.tool:
            message = (
                f"{shown} is a line to write on; to have it filled write a field there, such as 【NAME】."
            )
            yield Problem(BLANK_LINE, message, each.place, shown, suggestion="【NAME】")
            continue
        command = _command(each)
        message = f"{shown} is a tag of another tool and stays as it is. Rewrite the template: {command}"
        yield Problem(OTHER_TOOL, message, each.place, shown, suggestion=command)


def _command(recognised: Recognised) -> str:
    delimiters = f" --delimiters '{recognised.delimiters}'" if recognised.delimiters else ""
    return f"docops convert T.docx --from {recognised.tool}{delimiters} --out ours.docx"
