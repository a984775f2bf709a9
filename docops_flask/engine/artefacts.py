"""A run's artefacts: their names, their JSON text, and where they are written.

They are written into one ZIP or a folder; a precheck only counts their bytes.
"""

import io
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import islice
from json.encoder import encode_basestring
from mmap import ACCESS_READ, mmap
from typing import IO, Any, Protocol, Self

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.files import FilePath, LateFile, write_file
from docops_flask.engine.opc.zip_writer import ByteSink, ZipWriter, packed

# Returns a text as a JSON string; characters beyond ASCII are not escaped.
quoted = encode_basestring


class Written(str):
    """A value that is JSON text already and is written as it is."""

    __slots__ = ()


class WrittenItems:
    """The items of a list, each JSON text already; they are gone through once."""

    __slots__ = ("items",)

    def __init__(self, items: Iterable[str]) -> None:
        self.items = items


def json_text(document: Mapping[str, Any]) -> bytes:
    """Return ``document`` as UTF-8 JSON with one line for each member and for each item of a list member.

    It has a member at least. Members and items of lists may be ``Written``, a list may be ``WrittenItems``.
    With ``indent`` the standard library would use its encoder in Python, which is several times slower.
    """
    # A log may be as large as the output limit: its text is encoded while it is made.
    return b"".join([piece.encode() for piece in _pieces(document)])


_PIECES_AT_ONCE = 1000  # items of a list


def _pieces(document: Mapping[str, Any]) -> Iterator[str]:
    separator = "{\n"
    for key, value in document.items():
        yield f"{separator}{quoted(key)}: "
        separator = ",\n"
        if isinstance(value, WrittenItems | list):
            yield from _items(value.items if isinstance(value, WrittenItems) else map(json_value, value))
        else:
            yield json_value(value)
    yield "\n}\n"


def _items(items: Iterable[str]) -> Iterator[str]:
    left = iter(items)
    opening = "[\n"
    while some := list(islice(left, _PIECES_AT_ONCE)):
        yield opening + ",\n".join(some)
        opening = ",\n"
    yield "[]" if opening == "[\n" else "\n]"


def json_value(value: Any) -> str:
    """Return ``value`` as JSON on one line."""
    if type(value) is int:
        return str(value)
    return value if type(value) is Written else _CONSTANTS.get(id(value)) or _dumps(value)


def json_object(members: Mapping[str, Any]) -> Written:
    """Return an object as JSON on one line; its members may be ``Written``."""
    pieces: list[str] = []
    # Members between two that are written are written together, which is faster.
    pending: dict[str, Any] = {}
    for key, value in members.items():
        if type(value) is not Written:
            pending[key] = value
            continue
        if pending:
            pieces.append(_dumps(pending)[1:-1])
            pending = {}
        pieces.append(f"{quoted(key)}: {value}")
    if pending:
        pieces.append(_dumps(pending)[1:-1])
    return Written("{" + ", ".join(pieces) + "}")


def json_list(items: Iterable[str]) -> Written:
    """Return a list of items that are JSON text already, on one line."""
    return Written("[" + ", ".join(items) + "]")


# By identity, for 1 equals True.
_CONSTANTS = {id(None): "null", id(True): "true", id(False): "false"}
# ``json.dumps`` would make a new encoder for every entry.
_dumps = json.JSONEncoder(ensure_ascii=False).encode


# So little is written at once, and a document of so little is not read back.
_SMALL_BYTES = 1 << 18

# The media type of a Word document (ECMA-376 part 1, 11.3.10, without the ending of the main part).
DOCX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCUMENT = "out.docx"
REPLACE_LOG = "out.replace_log.json"
MISSING_FIELDS = "out.missing_fields.json"
FORMAT_REPORT = "out.format_report.json"
INTEGRITY = "out.integrity.json"
FORMAT_REPORT_PAGE = "out.format_report.html"
SUGGESTED_POLICY = "out.suggested_policy.yaml"
PDF = "out.pdf"
PDF_REPORT = "out.pdf_report.json"
REVIEW = "out.review.docx"
SARIF = "out.format_report.sarif"
JUNIT = "out.format_report.junit.xml"
# The files that a run hands out alone, by the value of the option ``output``.
SINGLE_FILES: Mapping[str, str] = {"docx": DOCUMENT, "pdf": PDF}
# Every artefact of a run.
ARTEFACTS = (
    DOCUMENT,
    REPLACE_LOG,
    MISSING_FIELDS,
    FORMAT_REPORT,
    INTEGRITY,
    FORMAT_REPORT_PAGE,
    SUGGESTED_POLICY,
    PDF,
    PDF_REPORT,
    REVIEW,
    SARIF,
    JUNIT,
)


class ArtefactSink(Protocol):
    """Writes the artefacts of a run, the document first.

    Where it does not keep reports (``keeps_reports``), none are written out for it.
    """

    @property
    def keeps_reports(self) -> bool:
        """Whether logs and reports are wanted."""

    def document(self, write: "WriteDocument") -> None:
        """Write the document by calling ``write`` with a stream."""

    def add(self, name: str, content: bytes) -> None:
        """Write the artefact ``name``."""

    def written(self) -> AbstractContextManager[memoryview | None]:
        """Return a context with the bytes of the written document; ``None`` where they were not kept."""


class WriteDocument(Protocol):
    """Writes the document to a stream."""

    def __call__(self, stream: ByteSink, /) -> None:
        """Write to ``stream``."""


class OutputBudget:
    """Counts the bytes of a run's artefacts; raises ``TemplateLimitExceeded`` beyond ``maximum``."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._left = maximum

    def spend(self, size: int) -> None:
        """Count ``size`` more bytes."""
        self._left -= size
        if self._left < 0:
            raise TemplateLimitExceeded(
                f"The result would be larger than {self._maximum} bytes; use shorter values or a smaller "
                "template.",
                limit="output_bytes",
                maximum=self._maximum,
            )

    def guard(self, stream: ByteSink) -> ByteSink:
        """Return a stream that counts what is written through it to ``stream``."""
        return _GuardedStream(stream, self)


class _GuardedStream:
    def __init__(self, stream: ByteSink, budget: OutputBudget) -> None:
        self._stream = stream
        self._budget = budget

    def write(self, data: bytes | memoryview) -> object:
        self._budget.spend(len(data))
        return self._stream.write(data)


class ZipSink:
    """Writes the artefacts into one ZIP; the document is stored uncompressed, because it is a ZIP itself.

    Use it in a ``with`` statement; ``finish`` completes the archive.
    """

    keeps_reports = True

    def __init__(self, path: FilePath, budget: OutputBudget) -> None:
        # Read back for the proof.
        self._file = LateFile(path, _SMALL_BYTES)
        self._document = slice(0, 0)
        self._zip = ZipWriter(self._file)
        self._budget = budget
        self._seconds = 0.0

    def document(self, write: WriteDocument) -> None:
        """Write the document into the archive piece by piece, without a copy of it in memory."""
        started = time.perf_counter()
        with self._zip.growing(DOCUMENT, self._file) as member:
            start = self._file.tell()
            write(self._budget.guard(member))
            self._document = slice(start, self._file.tell())
        self._seconds += time.perf_counter() - started

    def written(self) -> AbstractContextManager[memoryview]:
        """Return a context with the document's bytes in the archive."""
        content = self._file.in_memory()
        if content is not None:
            return _released(memoryview(content)[self._document])
        return _mapped(self._file.on_disk(), self._document)

    def add(self, name: str, content: bytes) -> None:
        """Write an artefact, deflated the faster way: at zlib's usual level it takes three times as long."""
        started = time.perf_counter()
        self._budget.spend(len(content))
        self._zip.add_packed(name, packed(content))
        self._seconds += time.perf_counter() - started

    def finish(self) -> int:
        """Complete the archive; return how long writing it took, in whole milliseconds."""
        started = time.perf_counter()
        self._zip.finish()
        self._file.finish()
        self._seconds += time.perf_counter() - started
        return int(self._seconds * 1000)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class FolderSink:
    """Writes each artefact as a file of its own; ``budget`` counts their bytes."""

    keeps_reports = True

    def __init__(self, folder: FilePath, budget: OutputBudget) -> None:
        self._folder = folder
        self.budget = budget

    def document(self, write: WriteDocument) -> None:
        """Write the document."""
        with open(os.path.join(self._folder, DOCUMENT), "wb") as file:
            write(self.budget.guard(file))

    @contextmanager
    def written(self) -> Iterator[memoryview]:
        """Return a context with the bytes of the document's file."""
        with open(os.path.join(self._folder, DOCUMENT), "rb") as file, _mapped(file, slice(None)) as view:
            yield view

    def add(self, name: str, content: bytes) -> None:
        """Write an artefact."""
        self.budget.spend(len(content))
        write_file(os.path.join(self._folder, name), content)


class MemorySink:
    """Keeps the artefacts in memory: the document, and the others by their names."""

    def __init__(self, budget: OutputBudget, *, keeps_reports: bool = True) -> None:
        self.keeps_reports = keeps_reports
        self._budget = budget
        self._stream = io.BytesIO()
        self.others: dict[str, bytes] = {}

    def document(self, write: WriteDocument) -> None:
        """Take the document."""
        write(self._budget.guard(self._stream))

    def written(self) -> AbstractContextManager[memoryview]:
        """Return a context with the document's bytes."""
        return _released(memoryview(self._stream.getvalue()))

    def add(self, name: str, content: bytes) -> None:
        """Take an artefact."""
        self._budget.spend(len(content))
        self.others[name] = content

    @property
    def document_bytes(self) -> bytes:
        """The document."""
        return self._stream.getvalue()


class OneFileSink(FolderSink):
    """Writes the document and the artefact ``wanted`` as files, and only counts the bytes of the others."""

    def __init__(self, folder: FilePath, budget: OutputBudget, wanted: str) -> None:
        super().__init__(folder, budget)
        self._wanted = wanted

    def add(self, name: str, content: bytes) -> None:
        """Write an artefact if it is the one that is wanted."""
        if name == self._wanted:
            super().add(name, content)
        else:
            self.budget.spend(len(content))


class NullSink:
    """Only counts bytes, so that a precheck is refused by the same limits as a run."""

    def __init__(self, budget: OutputBudget, *, keeps_reports: bool = True) -> None:
        self.keeps_reports = keeps_reports
        self._budget = budget

    def document(self, write: WriteDocument) -> None:
        """Count the document."""
        write(self._budget.guard(self))

    def written(self) -> AbstractContextManager[None]:
        """Return a context with ``None``: the document was not kept."""
        return nullcontext()

    def add(self, name: str, content: bytes) -> None:
        """Count an artefact."""
        self._budget.spend(len(content))

    def write(self, data: bytes | memoryview) -> int:
        """Return the length of ``data``, which is discarded."""
        return len(data)


@contextmanager
def _released(view: memoryview) -> Iterator[memoryview]:
    try:
        yield view
    finally:
        with suppress(BufferError):
            view.release()


@contextmanager
def _mapped(file: IO[bytes], part: slice) -> Iterator[memoryview]:
    whole = mmap(file.fileno(), 0, access=ACCESS_READ)
    view = memoryview(whole)[part]
    try:
        yield view
    finally:
        # An error's traceback may still refer to a piece of the map, which is unmapped with it.
        with suppress(BufferError):
            view.release()
            whole.close()
