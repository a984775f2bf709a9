"""An entry of out.replace_log.json: a placeholder, its place, and what became of it (contract section 2)."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from docops_flask.engine.artefacts import json_list, quoted
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Kind, ignored_characters

if TYPE_CHECKING:
    from docops_flask.engine.template.pictures.filling import ShownPicture

# Characters quoted from the paragraph on each side of a placeholder.
MAX_CONTEXT_CHARACTERS = 60

UNSUPPORTED_REASONS = {
    Kind.MALFORMED: "a field name is made of capital letters, digits and _",
    Kind.UNCLOSED: "the closing bracket 】 is missing",
    Kind.UNOPENED: "the opening bracket 【 is missing",
    Kind.BIDIRECTIONAL: "marks of direction, which cannot be seen, cut the name: delete it and type it again",
    Kind.BAD_TAG: "its sign begins a tag whose rest cannot be read",
    Kind.BLOCK_UNCLOSED: "the block that it begins has no end tag in the same text",
    Kind.BLOCK_UNOPENED: "the block that it ends has no start tag before it in the same text",
    Kind.BLOCK_MISMATCH: "start tag and end tag of the block have different names",
    Kind.BLOCKS_OVERLAP: "two blocks share a row or paragraph, and neither lies in the other as its tags do",
    Kind.BLOCK_CUTS_PARAGRAPH: "its block covers several paragraphs, and there is text on both sides of it; "
    "put the tag on a line of its own",
    Kind.BLOCK_CROSSES_TABLE: "its block begins in a table and ends outside of it, or in another",
    Kind.BLOCK_NOT_IN_TABLE: "its block is to cover rows, columns or a table and does not stand in one",
    Kind.COLUMN_CUTS_SPAN: "its block is to cover columns, and a row has no cells for these alone",
    Kind.BLOCK_CUTS_ELEMENT: "its block begins in a link, control or tracked change and ends outside of it",
    Kind.BLOCK_CUTS_FIELD: "its block begins in a Word field and ends outside of it",
    Kind.DIVIDER_OUTSIDE: "it divides a block and stands outside of one, or is one too many",
    Kind.MERGE_OUTSIDE: "it is not in a cell of the one row that a list repeats, with texts and fields alone",
    Kind.DIVIDER_NOT_ALONE: "it divides a block of paragraphs or rows and does not stand alone in its own",
    Kind.UNREPEATABLE_OBJECT: "its block holds what cannot stand twice in a document",
    Kind.SCOPE_OUTSIDE: "it asks for an item of a list and stands outside of a list's block",
    Kind.UNKNOWN_FORMAT: "it has a format that is not known",
    Kind.BAD_FORMATS: "its formats can never all work; leave one of them out",
    Kind.TYPE_CONFLICT: "two tags use the name for values of different kinds; give one of them another name",
    Kind.UNSUPPORTED_TAG: "tags of this kind are not filled at this place",
    Kind.UNSUPPORTED_PICTURE: "a picture takes the place of a tag in a paragraph's own text, or that of the "
    "one picture in a drawing whose whole alternative text is the tag; a code that of one in the own text of "
    "a paragraph outside text boxes; put the tag there",
    Kind.SUBDOCUMENT_PLACE: "a document takes the place of a whole paragraph in the body or in a table cell; "
    "give its tag a paragraph of its own there, outside headers, notes, text boxes, links and fields",
    Kind.UNSUPPORTED_FIELD: "it is a field of Word that a value cannot take the place of",
    Kind.UNSUPPORTED_CONTROL: "it is a content control that a value cannot be put into",
    Kind.BOUND_CONTROL: "it is a content control that shows data which cannot be filled",
}
# The kind of a placeholder at a place that nothing fills or knows (``template.unaccounted``).
UNACCOUNTED = "unaccounted"
UNACCOUNTED_REASON = (
    "it stands at a place that is not filled; put it into the text of the document or replace it by hand"
)
Status = Literal["replaced", "missing", "unsupported"]


class PictureEntry(NamedTuple):
    """A picture that an entry tells of: its part, its size in EMU, its alternative text."""

    part: str
    width_emu: int
    height_emu: int
    alt: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the member ``picture`` of the log; the text is left out where there is none."""
        members = self._asdict()
        return members if self.alt else {name: members[name] for name in self._fields[:-1]}


class RichEntry(NamedTuple):
    """A rich value that an entry tells of: put in as runs or as paragraphs, and these."""

    form: str
    paragraphs: Sequence[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Return the member ``rich`` of the log."""
        return self._asdict()


class SubdocumentEntry(NamedTuple):
    """A document that an entry tells of: its file's name, its SHA-256, its paragraphs and tables."""

    file: str
    sha256: str
    paragraphs: int
    tables: int


class CodeEntry(NamedTuple):
    """A code that a value is drawn as: qr or code128, its size in EMU and in modules, its outlines."""

    kind: str
    width_emu: int
    height_emu: int
    columns: int
    rows: int
    outlines: str


class LogEntry(NamedTuple):
    """A placeholder of the template, or a text that looks like one, and what became of it.

    ``original_text`` is the text from ``start`` to ``end`` (characters) of the template's paragraph at the
    address ``paragraph_path``; ``before`` and ``after`` are the text on both sides of it. ``run_id`` is the
    run that holds its first character. ``mirrored_at`` are the paragraphs of other mc:AlternateContent
    branches that were filled alike.

    ``new_text`` is the value of a ``replaced`` entry, ``reason`` says why another was not replaced.
    ``kind`` and ``suggestion`` belong to ``unsupported`` entries; ``kind`` is a ``Kind``'s value, that of a
    refusal (``template.field_code``), ``UNFILLABLE`` or ``UNACCOUNTED``.

    Of a text inside a paragraph (a field code, ruby, an equation) ``paragraph_path`` is its own address
    (``p3:field0``), ``start`` and ``end`` count its characters, and ``run_id`` is ``None`` where no run is
    around it. A placeholder outside the paragraphs of stories has no run; ``part`` is the part it stands in
    and ``place`` says where there, ``paragraph_path`` is its address with the part before "#";
    ``bound_control`` is the address of a content control whose data got the control's whole text. ``note``
    says what a reader of the entry has to know.

    Where the template has blocks, ``result_path`` is the address in the result and ``copy`` the numbers of
    the blocks that it lies in, if any, from the outermost in, each with that of the copy there. In template
    language 2 ``payload_path`` is the JSON path of the value in the payload; ``related_place`` is the address
    of another tag that a fault is about. ``picture`` is the picture put there, ``rich`` the rich value,
    ``code`` the code that the value is drawn as, ``subdocument`` the document put in.
    """

    status: Status
    run_id: str | None
    paragraph_path: str
    start: int
    end: int
    original_text: str
    before: str
    after: str
    mirrored_at: tuple[str, ...]
    field_name: str | None = None
    new_text: str | None = None
    reason: str | None = None
    kind: str | None = None
    suggestion: str | None = None
    part: str | None = None
    place: str | None = None
    note: str | None = None
    bound_control: str | None = None
    copy: Sequence[Sequence[int]] | None = None
    result_path: str | None = None
    payload_path: str | None = None
    related_place: str | None = None
    picture: PictureEntry | None = None
    rich: RichEntry | None = None
    code: CodeEntry | None = None
    subdocument: SubdocumentEntry | None = None

    def with_picture(self, shown: "ShownPicture | None") -> "LogEntry":
        """Return the entry with the picture or code that was put there, if any."""
        if shown is None or self.status != "replaced":
            return self
        note = "; ".join(filter(None, (self.note, shown.note))) or None
        if shown.code is not None:
            kind, columns, rows, outlines = shown.code
            code = CodeEntry(kind, *shown.extent, columns, rows, outlines)
            return self._replace(code=code, note=note)
        return self._replace(picture=PictureEntry(shown.part, *shown.extent, shown.alt), note=note)

    def as_json(self) -> str:
        """Return the entry as the log has it."""
        (
            status,
            run_id,
            path,
            start,
            end,
            original,
            before,
            after,
            mirrors,
            name,
            value,
            reason,
            kind,
            suggestion,
            part,
            place,
            note,
            control,
            copy,
            result_path,
            payload_path,
            related,
            picture,
            rich,
            code,
            subdocument,
        ) = self
        more = f', "mirrored_at": {json_list(map(quoted, mirrors))}' if mirrors else ""
        if status == "unsupported":
            more += f', "kind": {_text(kind)}, "suggestion": {_text(suggestion)}'
            if related is not None:
                more += f', "related_place": {quoted(related)}'
        if part is not None:
            more += f', "part": {quoted(part)}'
        if place is not None:
            more += f', "place": {quoted(place)}'
        if control is not None:
            more += f', "bound_control": {quoted(control)}'
        if note is not None:
            more += f', "note": {quoted(note)}'
        if copy is not None:
            pairs = ", ".join([f"[{block}, {number}]" for block, number in copy])
            more += f', "copy": [{pairs}]'
        if result_path is not None:
            more += f', "result_path": {quoted(result_path)}'
        if payload_path is not None:
            more += f', "payload_path": {quoted(payload_path)}'
        if not (picture is None and rich is None and code is None and subdocument is None):
            written = (f', "{name}": {json.dumps(each, ensure_ascii=False)}' for name, each in self._values())
            more += "".join(written)
        return (
            f'{{"status": "{status}", "field_name": {"null" if name is None else quoted(name)}, '
            f'"run_id": {_text(run_id)}, "paragraph_path": {quoted(path)}, '
            f'"start": {start}, "end": {end}, "original_text": {quoted(original)}, '
            f'"new_text": {"null" if value is None else quoted(value)}, '
            f'"reason": {"null" if reason is None else quoted(reason)}, '
            f'"context": {{"before": {quoted(before)}, "after": {quoted(after)}}}{more}}}'
        )

    def claim(self) -> dict[str, Any]:
        """Return the members of the entry's JSON that say what was changed in the document."""
        if self.status != "replaced":
            return {"status": self.status}
        members: dict[str, Any] = {
            "status": self.status,
            "field_name": self.field_name,
            "run_id": self.run_id,
            "paragraph_path": self.paragraph_path,
            "start": self.start,
            "end": self.end,
            "original_text": self.original_text,
            "new_text": self.new_text,
        }
        if self.mirrored_at:
            members["mirrored_at"] = list(self.mirrored_at)
        if self.part is not None:
            members["part"] = self.part
        if self.bound_control is not None:
            members["bound_control"] = self.bound_control
        if self.copy is not None:
            # Entries about one copy share a list of lists, which the proof then reads once.
            is_list = type(self.copy) is list
            members["copy"] = self.copy if is_list else [list(each) for each in self.copy]
        if self.result_path is not None:
            members["result_path"] = self.result_path
        if self.payload_path is not None:
            members["payload_path"] = self.payload_path
        members.update(self._values())
        return members

    def _values(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the members that tell of a value which is no text alone."""
        if self.picture is not None:
            yield "picture", self.picture.as_dict()
        if self.rich is not None:
            yield "rich", self.rich.as_dict()
        if self.code is not None:
            yield "code", self.code._asdict()
        if self.subdocument is not None:
            yield "subdocument", self.subdocument._asdict()


def _text(text: str | None) -> str:
    return "null" if text is None else quoted(text)


def missing_reason(skill: Skill, known: bool, required: bool) -> str:
    """Return why a field has no value; ``known`` and ``required`` say what ``skill`` knows of it."""
    if not known:
        return f"the skill {skill.name} has no field for it"
    return f"the task gives no value for this {'required' if required else 'optional'} field"


def note_of_name(original: str) -> str:
    """Return the note about characters that are ignored in the name of ``original``."""
    return f"characters without width in the name were ignored: {', '.join(ignored_characters(original))}"
