"""Puts documents into the filled document, in place of what stands for them (docs/analysis/subdocuments.md).

Filling puts a value where its tag stands as one text (``markers``). Here its paragraph gives way to the body
of the document that the value names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.artefacts import OutputBudget
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.document.open import reopen_document
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.opc.additions import Additions
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import encoded, parse_part, recoded
from docops_flask.engine.oxml.markup import spliced
from docops_flask.engine.run_warnings import RunWarning, warning_of
from docops_flask.engine.template.subdocument.addresses import MovedBlocks
from docops_flask.engine.template.subdocument.asset import Asset
from docops_flask.engine.template.subdocument.content import Content, Shared
from docops_flask.engine.template.subdocument.markers import MARKER, count_in, file_of, holds_marker
from docops_flask.engine.template.subdocument.paragraph import TagParagraph, begin_page
from docops_flask.engine.template.subdocument.styles import AssetStyles
from docops_flask.engine.template.subdocument.target import Target, before_end


class FilledDocument(NamedTuple):
    """A tag that was filled with a document, in the paragraph at ``path`` of the filled document.

    ``text`` is what stands for it there, ``payload_path`` the JSON path of its value, ``result_path`` the
    address that the log has.
    """

    path: str
    text: str
    payload_path: str | None
    result_path: str


class PutIn(NamedTuple):
    """A document that was put in: its file's name, its SHA-256, its blocks."""

    file: str
    sha256: str
    paragraphs: int
    tables: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as an entry of the log has it."""
        return self._asdict()


class InsertionFault(NamedTuple):
    """A document that cannot be put in place of its tag: the JSON path of its value, why, what to do."""

    path: str
    message: str
    suggestion: str


class DocumentsRefused(Exception):
    """Documents that cannot be put in place of their tags."""

    def __init__(self, faults: Sequence[InsertionFault]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


class Inserted(NamedTuple):
    """What came of putting documents in: changed parts, what the log says of them, warnings.

    ``values`` are the documents, in the order of their tags, ``told`` what the log says that each adds.
    ``document`` is the document with them in, ``moved`` maps addresses before to those in it. ``again`` puts
    the same documents into parts that differ from the filled ones in formatting alone.
    """

    changed: Mapping[str, bytes]
    values: Sequence[PutIn]
    told: Sequence[Mapping[str, Any]]
    warnings: Sequence[RunWarning]
    document: Document
    moved: MovedBlocks
    again: Callable[[Mapping[str, bytes]], Mapping[str, bytes]]


def insert_subdocuments(  # noqa: PLR0917, called once
    package: Package,
    document: Document,
    changed: Mapping[str, bytes],
    additions: Additions,
    tags: Sequence[FilledDocument],
    assets: Mapping[str, Asset],
    limits: Limits,
    told_tags: Callable[[Asset], bool] = lambda _: False,
) -> Inserted:
    """Put ``assets``, by the names of their files, in place of ``tags`` in the parts ``changed``.

    ``document`` is the filled document, rich values in, that ``changed`` are parts of. ``additions`` takes
    what comes into the package, and has to be finished with the parts that are returned. ``told_tags`` says
    of a document whether it has tags. Raises ``DocumentsRefused`` for a tag that does not stand alone in its
    paragraph, ``InvalidArgument`` where the parts hold signs that mark documents, ``TemplateLimitExceeded``
    where the result would be larger than ``limits``.
    """
    return _Insertion(package, document, changed, additions, tags, assets, limits, told_tags).inserted()


class _Insertion:
    def __init__(  # noqa: PLR0917, called once
        self,
        package: Package,
        document: Document,
        changed: Mapping[str, bytes],
        additions: Additions,
        tags: Sequence[FilledDocument],
        assets: Mapping[str, Asset],
        limits: Limits,
        told_tags: Callable[[Asset], bool],
    ) -> None:
        main = document.parts[0]
        self._document = document
        self._main = main
        self._target = Target(package, changed, additions, main.w.namespace)
        self._shared = Shared(self._target)
        # Its declaration may name another encoding than that of its text here.
        root = main.text.content[main.text.root_start :]
        self._shared.ids(main.name, parse_part(root, main.name))
        self._tags = tags
        self._assets = assets
        self._styles = {name: AssetStyles(asset) for name, asset in assets.items()}
        self._limits = limits
        self._told_tags = told_tags
        # What was written for each tag, in their order, and how.
        self._written: list[tuple[bytes, _Frame]] = []
        self._warnings: dict[tuple[str, str], None] = {}

    def inserted(self) -> Inserted:
        """Return the outcome."""
        budget = OutputBudget(self._limits.output_bytes)
        paragraphs = self._paragraphs(self._document)
        # Ends of the paragraphs whose place is taken by content that ends with a table.
        ends_of_tables: set[int] = set()
        values, told = [], []
        edits: list[tuple[int, int, bytes]] = []
        for tag, paragraph in zip(self._tags, paragraphs, strict=True):
            asset = self._assets[file_of(tag.text)]
            content = Content(asset, self._styles[asset.file], self._shared, self._main.name)
            frame = _frame_of(paragraph, content, ends_of_tables, self._target.w)
            written = content.written()
            budget.spend(len(written))
            self._written.append((written, frame))
            edits.append((paragraph.start, paragraph.end, _framed(paragraph, written, frame)))
            values.append(PutIn(asset.file, asset.sha256, *content.counts()))
            of = {} if tag.payload_path is None else {"payload_path": tag.payload_path}
            told.append({**of, "result_path": tag.result_path, **content.told()})
            self._warn(paragraph.place.path, asset, content)
        self._shared.finish()
        self._check_signs()
        text = spliced(self._main.text.content, sorted(edits))
        changed = {**self._target.changed, self._main.name: encoded(text, self._main.encoding)}
        texts: dict[EditedPart, bytes] = {self._main: text}
        for part in self._document.parts[1:]:
            if part.name in changed:
                texts[part] = recoded(changed[part.name], part.encoding)
        document = reopen_document(self._document, texts, self._limits)
        moved = MovedBlocks(self._document, document, edits)
        warnings = [warning_of(code, moved.path(path)) for code, path in self._warnings]
        return Inserted(changed, values, told, warnings, document, moved, self._again)

    def _paragraphs(self, document: Document) -> list[TagParagraph]:
        """Return the paragraphs of the tags, in the order of these.

        They are found by what stands in them: where marks of Word's own have no value, addresses of the log
        are not those of the parts.
        """
        tags = iter(self._tags)
        found: list[TagParagraph] = []
        faults: list[InsertionFault] = []
        for place in document.walk.paragraphs:
            text = place.reading.text if holds_marker(place.own_bytes) else ""
            markers = [match[0] for match in MARKER.finditer(text)]
            if not markers:
                continue
            own = [tag for _, tag in zip(markers, tags, strict=False)]
            if [tag.text for tag in own] != markers:
                raise _noncharacters()
            found.append(TagParagraph(place))
            if not found[-1].is_alone():
                faults.append(_not_alone(own[0]))
        if faults:
            raise DocumentsRefused(faults)
        if len(found) != len(self._tags):
            raise _noncharacters()
        return found

    def _check_signs(self) -> None:
        """Raise ``InvalidArgument`` where the filled parts have signs of documents that are none."""
        if sum(count_in(part.text.content.decode()) for part in self._document.parts) != len(self._tags):
            raise _noncharacters()

    def _warn(self, path: str, asset: Asset, content: Content) -> None:
        if asset.has_sections:
            self._warnings["SUBDOCUMENT_SECTIONS", path] = None
        if asset.has_comments:
            self._warnings["SUBDOCUMENT_COMMENTS", path] = None
        if content.has_links:
            self._warnings["SUBDOCUMENT_LINKS", path] = None
        if self._told_tags(asset):
            self._warnings["SUBDOCUMENT_TAGS", path] = None

    def _again(self, changed: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Return ``changed``, which differs from the filled parts in formatting alone, with documents in."""
        texts: dict[EditedPart, bytes] = {
            part: recoded(changed[part.name], part.encoding)
            for part in self._document.parts
            if part.name in changed
        }
        document = reopen_document(self._document, texts, self._limits)
        written = dict(changed)
        main = document.parts[0]
        if main.name in changed:
            edits = [
                (paragraph.start, paragraph.end, _framed(paragraph, *made))
                for paragraph, made in zip(self._paragraphs(document), self._written, strict=True)
            ]
            written[main.name] = encoded(spliced(main.text.content, sorted(edits)), main.encoding)
        for kind, notes in self._shared.notes.items():
            name = self._target.name_of(f"{kind}s")
            for part in document.parts if notes else ():
                if part.name == name and name in changed:
                    content = before_end(part.text.content, b"".join(notes))
                    written[name] = encoded(content, part.encoding)
        return written


class _Frame(NamedTuple):
    """Whether the paragraph stays, emptied, before the content and behind it."""

    before: bool
    behind: bool


def _frame_of(paragraph: TagParagraph, content: Content, ends_of_tables: set[int], w: str) -> _Frame:
    """Return what stays of a paragraph around ``content``, whose first paragraph may be made to begin a page.

    ``ends_of_tables`` are the ends of earlier paragraphs whose place is taken by content that ends with a
    table; that of this one is added.
    """
    elements = content.elements
    before = paragraph.breaks_page() and not begin_page(elements, w)
    if not before and elements and elements[0].tag == f"{w}tbl":
        block = paragraph.block_before()
        before = block is not None and (block[0] == b"tbl" or block[1] in ends_of_tables)
    ends_in_table = bool(elements) and elements[-1].tag == f"{w}tbl"
    ends_in_paragraph = bool(elements) and elements[-1].tag == f"{w}p"
    behind = (
        paragraph.ends_section()
        or (not ends_in_paragraph and paragraph.ends_container())
        or (ends_in_table and paragraph.has_table_behind())
    )
    if ends_in_table and not behind:
        ends_of_tables.add(paragraph.end)
    return _Frame(before, behind)


def _framed(paragraph: TagParagraph, content: bytes, frame: _Frame) -> bytes:
    before = paragraph.emptied(without=b"sectPr") if frame.before else b""
    behind = paragraph.emptied(without=b"pageBreakBefore") if frame.behind else b""
    return b"".join((paragraph.marks(), before, content, behind))


def _not_alone(tag: FilledDocument) -> InsertionFault:
    path = "$.payload" if tag.payload_path is None else f"$.payload{tag.payload_path[1:]}"
    return InsertionFault(
        path,
        f"Is put in place of a paragraph, and its tag does not stand alone in the one at {tag.result_path}.",
        "Give the tag a paragraph of its own.",
    )


def _noncharacters() -> InvalidArgument:
    return InvalidArgument(
        "The template or the task holds noncharacters (U+1FFFE and U+1FFFF), which no text needs and which "
        "are refused where documents are put in (插入): take them out.",
        field="task",
    )
