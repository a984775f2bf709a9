"""The roles of all paragraphs: by style or outline level first, then by text, then by place.

One pass in document order; a paragraph's role can depend on those before it.
"""

import re
from collections.abc import Iterable, Mapping

from docops_flask.engine.document.document import StoryKind
from docops_flask.engine.document.paragraph_text import OBJECT
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.oxml.names import Vocabulary
from docops_flask.engine.roles.evidence import NO_ROLE, FoundRole, Line, StyleRoles, role_by_text

# Compiled when they are first needed: most renderers never look for roles.
_NOTE_ITEM = r"[0-9]{1,2} *[.．、]"
_PAGE_FIELD = r"\s*PAGE\b"
_NOT_ADDRESSED = frozenset("：:{}")
_SENTENCE_ENDS = tuple("。；;：:，,、！!？?")
_LONGEST_SIGNATURE = 40
_BLANKS = f" \t\n\u00a0\u3000{OBJECT}"
_BLANKS_TO_THE_RIGHT = 8
_BEFORE_TITLE = frozenset(("mark", "letterhead", "document_number", "signer"))
_HEADER_PARTS = (StoryKind.HEADER, StoryKind.FOOTER)


def detect_roles(lines: Iterable[Line], cascade: Cascade, styles: Mapping[str, str]) -> dict[str, FoundRole]:
    """Return the roles of paragraphs by their paths; paragraphs without a role are left out.

    ``lines`` are the paragraphs with text, in document order; ``styles`` are a policy's own roles by style.
    """
    by_style = StyleRoles(cascade, styles)
    body = _Body()
    found: dict[str, FoundRole] = {}
    for line in lines:
        place = line.place
        if place.part.kind in _HEADER_PARTS:
            role = _page_number(line, by_style)
        elif place.story is not StoryKind.BODY:
            continue
        elif place.table_depth:
            role = FoundRole("table_text", "place", "in a table")
        else:
            role = body.role(line, by_style.role(line.values), found)
        if role is not None:
            found[place.path] = role
    return found


class _Body:
    """The state while the body is read from top to bottom."""

    def __init__(self) -> None:
        self._has_content = False
        self._in_note = False
        self._title_wanted = True
        self._previous: Line | None = None
        self._previous_role: FoundRole | None = None

    def role(self, line: Line, by_style: FoundRole | None, found: dict[str, FoundRole]) -> FoundRole | None:
        """Return the role of the next line.

        A date makes the line before it in ``found`` the signature, a document number the letterhead.
        """
        if by_style is not None and by_style.role == NO_ROLE:
            return None
        # Pictures at either end do not count.
        text = line.text.strip(_BLANKS)
        role = by_style or self._by_text(line, text) or self._by_place(line, text)
        if role is not None and role.sign == "text":
            self._look_back(role, found)
        self._note(role)
        self._previous, self._previous_role = line, role
        return role

    def _by_text(self, line: Line, text: str) -> FoundRole | None:
        if self._in_note and re.match(_NOTE_ITEM, text):
            return FoundRole("attachment_note", "text", "a numbered name after 附件：")
        role = role_by_text(text)
        if role is None:
            return None
        if role.role == "date" and (not self._has_content or _is_centred(line)):
            return None
        if role.role in _BEFORE_TITLE and self._has_content:
            return None
        if role.role == "attachment_note" and not self._has_content:
            return None
        if role.role == "letterhead" and not (_is_centred(line) and self._title_wanted):
            return None
        if role.extent is None:
            return role
        return role._replace(extent=role.extent + line.text.find(text))

    def _by_place(self, line: Line, text: str) -> FoundRole | None:
        previous = None if self._previous_role is None else self._previous_role.role
        if _is_centred(line):
            if previous == "attachment_label":
                return FoundRole("attachment_title", "place", "the first centred line of an attachment")
            if self._title_wanted and not self._has_content:
                return FoundRole("title", "place", "the first centred line")
            if previous in ("title", "attachment_title") and self._follows_at_once(line):
                return FoundRole(previous, "place", "a centred line right after it")
            return None
        if _is_right(line):
            return None
        is_first = not self._has_content and not self._title_wanted
        if is_first and _addresses(text) and _is_flush(line):
            return FoundRole("recipient", "place", "the first flush line, with a colon at its end")
        return FoundRole("body", "place", "running text")

    def _follows_at_once(self, line: Line) -> bool:
        place = line.place
        return self._previous is not None and place.part.sibling_before(place) is self._previous.place

    def _note(self, role: FoundRole | None) -> None:
        name = None if role is None else role.role
        self._in_note = name == "attachment_note"
        if name == "title":
            self._title_wanted = False
        elif name is not None and name not in _BEFORE_TITLE:
            self._has_content = True

    def _look_back(self, role: FoundRole, found: dict[str, FoundRole]) -> None:
        line, previous = self._previous, self._previous_role
        if line is None:
            return
        before = None if previous is None else (previous.role, previous.sign)
        if role.role == "document_number" and before == ("title", "place"):
            found[line.place.path] = FoundRole("letterhead", "place", "the line above the document number")
            self._title_wanted = True
        elif role.role == "date" and before in (None, ("body", "place")) and _is_name(line):
            found[line.place.path] = FoundRole("signature", "place", "a short line before the date")


def _page_number(line: Line, by_style: StyleRoles) -> FoundRole | None:
    w: Vocabulary = line.place.part.w
    element = line.place.shape.content
    in_codes = any(re.match(_PAGE_FIELD, code.text or "") for code in element.iter(w.instrText))
    if in_codes or any(re.match(_PAGE_FIELD, field.get(w.instr, "")) for field in element.iter(w.fldSimple)):
        return FoundRole("page_number", "text", "holds the field PAGE")
    role = by_style.role(line.values)
    return role if role is not None and role.role == "page_number" else None


def _addresses(text: str) -> bool:
    """Say whether a line names recipients: it ends with its only colon and has a Chinese character."""
    rest = text[:-1]
    if not rest or text[-1] not in "：:" or not _NOT_ADDRESSED.isdisjoint(rest):
        return False
    return any("\u4e00" <= character <= "\u9fff" for character in text.partition("\n")[0])


def _is_name(line: Line) -> bool:
    text = line.text.strip()
    is_short = len(text) <= _LONGEST_SIGNATURE and not text.endswith(_SENTENCE_ENDS)
    return is_short and not _is_centred(line)


def _is_centred(line: Line) -> bool:
    return line.values.alignment.value in ("center", "distribute")


def _is_right(line: Line) -> bool:
    # Lines are moved to the right with blanks, too.
    blanks = len(line.text) - len(line.text.lstrip())
    return line.values.alignment.value in ("right", "end") or blanks >= _BLANKS_TO_THE_RIGHT


def _is_flush(line: Line) -> bool:
    indent = line.values.first_line_indent.value
    return (indent is None or indent.amount <= 0) and not line.text[:1].isspace()
