"""Tables that official documents set parts of their head or end in, instead of tabs and indents.

The number beside the signer, the organ above the date, the imprint (版记). Other cells are text of a table.
"""

from collections.abc import Sequence

from docops_flask.engine.roles.evidence import Line
from docops_flask.engine.roles.found_role import FoundRole
from docops_flask.engine.roles.recipients import names_recipients
from docops_flask.engine.roles.texts import date_in_figures, role_by_text

# More lines than any of these tables has.
_MOST_LINES = 12
_IN_HEAD = frozenset(("document_number", "signer", "mark", "letterhead"))
_TABLE_TEXT = FoundRole("table_text", "place", "in a table")


def roles_in_table(lines: Sequence[Line], *, before_title: bool) -> list[FoundRole]:
    """Return the roles of the paragraphs of one table of the body, nested ones included."""
    usual = [_TABLE_TEXT] * len(lines)
    if len(lines) > _MOST_LINES:
        return usual
    texts = [line.text.strip() for line in lines]
    shown = [role_by_text(text) for text in texts]
    names = {None if role is None else role.role for role in shown}
    if before_title:
        if names.isdisjoint(("document_number", "signer")):
            return usual
        return [role if role is not None and role.role in _IN_HEAD else _TABLE_TEXT for role in shown]
    if "imprint" in names:
        return [FoundRole("imprint", "place", "in a table with 抄送： or 印发")] * len(lines)
    dates = [_is_date(text, role) for text, role in zip(texts, shown, strict=True)]
    if dates.count(True) == 1 and all(
        is_date or names_recipients(text) for text, is_date in zip(texts, dates, strict=True)
    ):
        return [
            FoundRole("date", "text", "text is a date")
            if is_date
            else FoundRole("signature", "place", "in a table with nothing but organ and date")
            for is_date in dates
        ]
    return usual


def _is_date(text: str, role: FoundRole | None) -> bool:
    return (role is not None and role.role == "date") or date_in_figures(text)
