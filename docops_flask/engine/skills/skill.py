"""A skill: one document type the service can fill, its fields, and the wording of its starter template."""

from typing import Literal, NamedTuple

from docops_flask.engine.bilingual import Bilingual


class Wording(NamedTuple):
    """The text of a starter template in one language; placeholders stand in it as ``【FIELD】``.

    The parts are in the order of the document. ``None`` means the template's builder writes its own
    (the organisation's name, a date line without a date); ``number``, ``recipient`` and ``closing`` are then
    left out.
    ``table`` holds rows of label and value, one or two pairs a row.
    """

    title: str
    letterhead: str | None = None
    number: str | None = None
    recipient: str | None = None
    body: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    after_table: tuple[str, ...] = ()
    closing: str | None = None
    signature: str | None = None
    date: str | None = None

    def texts(self) -> tuple[str, ...]:
        """Return every text of the wording, in the order of the document."""
        head = (self.letterhead, self.number, self.title, self.recipient)
        cells = tuple(cell for row in self.table for cell in row)
        tail = (self.closing, self.signature, self.date)
        parts = (*head, *self.body, *cells, *self.after_table, *tail)
        return tuple(part for part in parts if part is not None)


FieldType = Literal["text", "list"]
# What a line of a value becomes: a paragraph where the field stands alone in its own, or a break (w:br).
Lines = Literal["breaks", "paragraphs"]


class Field(NamedTuple):
    """One payload key of a skill and the placeholder it fills.

    ``required`` means: where the template has the placeholder, a job without the value does not exit with 0.
    ``separator`` joins the items of a ``list`` field; without one, "、" in a paragraph that holds a CJK
    ideograph, else ", ". ``lines`` says what the lines of a value become.
    """

    key: str
    label: Bilingual
    type: FieldType
    required: bool
    placeholder: str
    example: str | tuple[str, ...]
    description: Bilingual
    separator: str | None = None
    lines: Lines = "breaks"


class Skill(NamedTuple):
    """A document type: ``name`` is its ``task_type``, ``fields`` are in the order of its file.

    ``wording_zh`` and ``wording_en`` are the texts of its starter template; ``None``: made from the labels.
    ``grammar`` is the template language that its templates are in, 1 or 2; ``file_name`` the pattern of
    the names of files made with it, ``None``: the template's name.
    """

    name: str
    title: Bilingual
    description: Bilingual
    fields: tuple[Field, ...]
    wording_zh: Wording | None = None
    wording_en: Wording | None = None
    grammar: int = 1
    file_name: str | None = None

    def placeholders(self) -> dict[str, Field]:
        """Return the fields by the names of their placeholders."""
        return {field.placeholder: field for field in self.fields}

    def wording(self, language: str) -> Wording | None:
        """Return the wording of the starter template in ``language`` (a ``Language``)."""
        return self.wording_zh if language == "zh" else self.wording_en
