"""The roles of all paragraphs: by style or outline level first, then by text, then by place.

One pass in document order; a paragraph's role can depend on those before it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from docops_flask.engine.document.document import ParagraphPlace, StoryKind
from docops_flask.engine.document.paragraph_text import OBJECT
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.oxml.names import Vocabulary
from docops_flask.engine.roles.evidence import NO_ROLE, Line, StyleRoles
from docops_flask.engine.roles.found_role import FoundRole
from docops_flask.engine.roles.recipients import names_recipients
from docops_flask.engine.roles.tables import roles_in_table
from docops_flask.engine.roles.texts import (
    date_in_figures,
    is_drawn_rule,
    is_typed_page_number,
    organ_and_date,
    role_by_text,
)

# Compiled when they are first needed: most renderers never look for roles.
_NOTE_ITEM = r"[0-9]{1,2} *[.．、]"
_PAGE_FIELD = r"\s*PAGE\b"
_SIGNERS = r"[\u4e00-\u9fff]{1,4}(?:\s+[\u4e00-\u9fff]{1,4})*"
_NOT_ADDRESSED = frozenset("：:{}")
_SENTENCE_ENDS = tuple("。；;：:，,、！!？?")
_LONGEST_SIGNATURE = 40
_BLANKS = f" \t\n\u00a0\u3000{OBJECT}"
_BLANKS_TO_THE_RIGHT = 8
# A left indent this large, in twips or hundredths of a character, moves a line to the right, too.
_TWIPS_TO_THE_RIGHT, _HUNDREDTHS_TO_THE_RIGHT = 3200, 1000
_BEFORE_TITLE = frozenset(("mark", "letterhead", "document_number", "signer", "letterhead_rule"))
# What a text box of the body may hold of a letter's parts.
_IN_BOXES = frozenset(("document_number", "signer", "letterhead", "imprint"))
_HEADER_PARTS = (StoryKind.HEADER, StoryKind.FOOTER)


def detect_roles(lines: Iterable[Line], cascade: Cascade, styles: Mapping[str, str]) -> dict[str, FoundRole]:
    """Return the roles of paragraphs by their paths; paragraphs without a role are left out.

    ``lines`` are the paragraphs with text, in document order; ``styles`` are a policy's own roles by style.
    """
    by_style = StyleRoles(cascade, styles)
    body = _Body()
    found: dict[str, FoundRole] = {}
    read = list(lines)
    following = _following_in_body(read)
    for table, group in groupby(enumerate(read), key=lambda each: _table_of(each[1].place)):
        if table:
            of_table = [line for _, line in group]
            roles = roles_in_table(of_table, before_title=body.is_before_title)
            found.update((line.place.path, role) for line, role in zip(of_table, roles, strict=True))
            continue
        for number, line in group:
            place = line.place
            if place.part.kind in _HEADER_PARTS:
                role = _page_number(line, by_style)
            elif place.story is StoryKind.TEXTBOX and place.part.kind is StoryKind.BODY:
                role = _in_box(line)
            elif place.story is StoryKind.BODY:
                role = body.role(line, following[number], by_style.role(line.values), found)
            else:
                role = None
            if role is not None:
                found[place.path] = role
    return found


def _table_of(place: ParagraphPlace) -> str:
    """Return the address of the outermost table of the body around a paragraph, "" where there is none."""
    return place.path.partition(".")[0] if place.story is StoryKind.BODY and place.table_depth else ""


def _following_in_body(lines: Sequence[Line]) -> Sequence[Line | None]:
    """Return for each line the next one of the body."""
    following: list[Line | None] = [None] * len(lines)
    after: Line | None = None
    for number in range(len(lines) - 1, -1, -1):
        following[number] = after
        if lines[number].place.story is StoryKind.BODY:
            after = lines[number]
    return following


class _Body:
    """The state while the body is read from top to bottom."""

    def __init__(self) -> None:
        self._has_content = False
        self._in_note = False
        self._title_wanted = True
        self._previous: Line | None = None
        self._previous_role: FoundRole | None = None
        # The lines that are the title by their place alone so far: a document number may follow.
        self._title_lines: list[Line] = []

    @property
    def is_before_title(self) -> bool:
        """Whether the title is still to come."""
        return self._title_wanted and not self._has_content

    def role(
        self, line: Line, following: Line | None, by_style: FoundRole | None, found: dict[str, FoundRole]
    ) -> FoundRole | None:
        """Return the role of the next line; ``following`` is the one after it.

        A date makes the line before it in ``found`` the signature, a document number the letterhead.
        """
        if by_style is not None and by_style.role == NO_ROLE:
            return None
        # Pictures at either end do not count.
        text = line.text.strip(_BLANKS)
        if by_style is None and is_drawn_rule(text):
            # A rule is no line of text: what stands above and below it belong together.
            if not self.is_before_title and not self._title_lines:
                return None
            return FoundRole("letterhead_rule", "text", "text is a line drawn with characters")
        role = by_style or self._by_text(line, text) or self._by_place(line, text, following)
        if role is not None and role.sign == "text":
            self._look_back(role, found)
        self._note(line, role)
        self._previous, self._previous_role = line, role
        return role

    def _by_text(self, line: Line, text: str) -> FoundRole | None:
        if self._in_note and re.match(_NOTE_ITEM, text):
            return FoundRole("attachment_note", "text", "a numbered name after 附件：")
        role = role_by_text(text) or (self._end(line, text) if self._has_content else None)
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

    def _end(self, line: Line, text: str) -> FoundRole | None:
        """Return the role of a date in figures, or of organ and date in one paragraph, at the end."""
        if date_in_figures(text):
            ends = _is_right(line) or (self._previous is not None and self._is_signed(self._previous))
            return FoundRole("date", "text", "text is a date") if ends else None
        both = organ_and_date(text)
        if both is None:
            return None
        # Running text may end with a date; organ and date stand on the right, apart or on two lines.
        on_two_lines = "\n" in both.blanks
        apart = on_two_lines or "\t" in both.blanks or len(both.blanks) >= 2
        is_apart = apart or _is_centred(line)
        if on_two_lines or _is_right(line) or (is_apart and names_recipients(both.organ)):
            words = "text is an organ and a date in one paragraph"
            return FoundRole("signature", "text", words, both.start, "date")
        return None

    def _is_signed(self, line: Line) -> bool:
        """Say whether the line before a date can be the signature."""
        before = self._previous_role
        is_free = before is None or (before.role, before.sign) == ("body", "place")
        return is_free and _is_name(line) and (_is_right(line) or names_recipients(line.text.strip(_BLANKS)))

    def _by_place(self, line: Line, text: str, following: Line | None) -> FoundRole | None:
        previous = None if self._previous_role is None else self._previous_role.role
        if self.is_before_title and self._is_below_signer() and re.fullmatch(_SIGNERS, text):
            return FoundRole("signer", "place", "names below 签发人")
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
        return (
            self._recipient(line, text, following)
            or self._more_imprint(text)
            or FoundRole("body", "place", "running text")
        )

    def _is_below_signer(self) -> bool:
        role = self._previous_role
        return role is not None and "signer" in (role.role, role.rest if role.extent is not None else "")

    def _recipient(self, line: Line, text: str, following: Line | None) -> FoundRole | None:
        is_next = self._is_among_recipients()
        if self._title_wanted or not (is_next or not self._has_content):
            return None
        if _addresses(text) and _is_flush(line):
            return FoundRole("recipient", "place", "the first flush line, with a colon at its end")
        if not names_recipients(text) or following is None or following.place.table_depth:
            return None
        ends_with_colon = text.endswith(("：", ":"))
        if ends_with_colon or not _is_centred(following):
            return FoundRole("recipient", "place", "the first line, a list of organs or groups of people")
        return None

    def _is_among_recipients(self) -> bool:
        """Say whether the line before ends in the midst of the recipients."""
        role, line = self._previous_role, self._previous
        if role is None or line is None or (role.role, role.sign) != ("recipient", "place"):
            return False
        return line.text.rstrip().endswith(("、", "，", ",", "；", ";"))

    def _more_imprint(self, text: str) -> FoundRole | None:
        role, line = self._previous_role, self._previous
        if role is None or line is None or role.role != "imprint" or line.text.rstrip().endswith("印发"):
            return None
        is_list = line.text.rstrip().endswith(("，", "、", ",", "；"))
        return FoundRole("imprint", "place", "the list above goes on") if is_list and text else None

    def _follows_at_once(self, line: Line) -> bool:
        place = line.place
        return self._previous is not None and place.part.sibling_before(place) is self._previous.place

    def _note(self, line: Line, role: FoundRole | None) -> None:
        name = None if role is None else role.role
        self._in_note = name == "attachment_note"
        if name == "title":
            self._title_wanted = False
            if role is not None and role.sign == "place":
                self._title_lines.append(line)
        elif name is not None and name not in _BEFORE_TITLE:
            self._has_content = True
        if name != "title":
            self._title_lines = []

    def _look_back(self, role: FoundRole, found: dict[str, FoundRole]) -> None:
        line, previous = self._previous, self._previous_role
        if line is None:
            return
        if role.role == "document_number" and self._title_lines:
            for above in self._title_lines:
                words = "the line above the document number"
                found[above.place.path] = FoundRole("letterhead", "place", words)
            self._title_wanted = True
            return
        before = None if previous is None else (previous.role, previous.sign)
        if role.role == "date" and before in (None, ("body", "place")) and _is_name(line):
            found[line.place.path] = FoundRole("signature", "place", "a short line before the date")


def _in_box(line: Line) -> FoundRole | None:
    role = role_by_text(line.text.strip(_BLANKS))
    return role if role is not None and role.role in _IN_BOXES else None


def _page_number(line: Line, by_style: StyleRoles) -> FoundRole | None:
    w: Vocabulary = line.place.part.w
    element = line.place.shape.content
    in_codes = any(re.match(_PAGE_FIELD, code.text or "") for code in element.iter(w.instrText))
    if in_codes or any(re.match(_PAGE_FIELD, field.get(w.instr, "")) for field in element.iter(w.fldSimple)):
        return FoundRole("page_number", "text", "holds the field PAGE")
    role = by_style.role(line.values)
    if role is not None and role.role == "page_number":
        return role
    if line.place.part.kind is StoryKind.FOOTER and is_typed_page_number(line.text.strip(_BLANKS)):
        return FoundRole("page_number", "text", "text is a page number")
    return None


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
    # Lines are moved to the right with blanks, too; a tab takes two of them at least.
    before = line.text[: len(line.text) - len(line.text.lstrip())]
    blanks = len(before) + before.count("\t")
    if line.values.alignment.value in ("right", "end") or blanks >= _BLANKS_TO_THE_RIGHT:
        return True
    indent = line.values.left_indent.value
    least = _HUNDREDTHS_TO_THE_RIGHT if indent is not None and indent.in_characters else _TWIPS_TO_THE_RIGHT
    return indent is not None and indent.amount >= least


def _is_flush(line: Line) -> bool:
    indent = line.values.first_line_indent.value
    return (indent is None or indent.amount <= 0) and not line.text[:1].isspace()
