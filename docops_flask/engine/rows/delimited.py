"""Reads CSV files as offices have them: any usual encoding and delimiter, quoted line breaks.

Sources: RFC 4180; Excel's line ``sep=;`` before the header; GB 18030-2022, which GBK is part of.
"""

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence

from docops_flask.engine.errors import InvalidArgument, RowsInvalid, RowsLimitExceeded
from docops_flask.engine.rows.errors import RowFault, rows_invalid
from docops_flask.engine.rows.table import MAX_COLUMNS, Cell, Table, TableRow, text_cell

ENCODINGS = ("utf-8", "gb18030", "utf-16", "big5", "windows-1252")
_DELIMITERS = ",;\t|，；"
_MARKS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
# Where the zero bytes of ASCII characters stand in UTF-16 without a mark.
_ZEROS = ((0, "utf-16-be"), (1, "utf-16-le"))
_MAX_FIELD = 1_000_000


def read_delimited(content: bytes, encoding: str | None = None) -> Table:
    """Return the sheet that a CSV file holds.

    ``encoding`` is one of ``ENCODINGS`` where the sender knows it; otherwise a byte order mark decides, then
    UTF-8, then GB18030. Raises ``RowsInvalid`` where the bytes are in none of these, where a quoted cell does
    not end, and for a file without a header.
    """
    text = decoded(content, encoding)
    first, newline, rest = text.partition("\n")
    declared = first.strip().lower()
    if declared.startswith("sep=") and len(declared) <= len("sep=") + 1:
        delimiter, text = first.strip()[len("sep=") :] or "\t", rest if newline else ""
    else:
        delimiter = _delimiter_of(text)
    lines = _records(text, delimiter)
    header = next(lines, None)
    if header is None:
        raise rows_invalid([RowFault(0, None, "The file is empty; its first line is the header.")])
    names = [each.strip() for each in header]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise RowsLimitExceeded(
            f"rows: more than {MAX_COLUMNS} columns.", limit="columns", maximum=MAX_COLUMNS
        )
    return Table(None, names, _rows(lines, len(names)))


def decoded(content: bytes, encoding: str | None) -> str:
    """Return the text of a file.

    Raises ``RowsInvalid`` and, for an unknown ``encoding``, ``InvalidArgument``.
    """
    if encoding is not None:
        name = encoding.strip().lower().replace("_", "-")
        name = {"gbk": "gb18030", "gb2312": "gb18030", "utf8": "utf-8", "utf-8-sig": "utf-8"}.get(name, name)
        if name not in ENCODINGS:
            allowed = list(ENCODINGS)
            raise InvalidArgument(
                f"encoding: not known; use one of {', '.join(allowed)}.", field="encoding", allowed=allowed
            )
        return _decoded_as(content, "utf-8-sig" if name == "utf-8" else name, name)
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _decoded_as(content, name, name.removesuffix("-sig"))
    for place, name in _ZEROS:
        if content[place : place + 1] == b"\0" and content[1 - place : 2 - place].strip(b"\0"):
            return _decoded_as(content, name, "utf-16")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        line = content.count(b"\n", 0, place) + 1
        raise RowsInvalid(
            f"rows: the text is neither UTF-8 (byte {place}, line {line}) nor GB18030; "
            "save it as CSV UTF-8, or say its encoding.",
            rows=[],
            byte=place,
            line=line,
            allowed=list(ENCODINGS),
        ) from None


def _decoded_as(content: bytes, codec: str, told: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise RowsInvalid(
            f"rows: byte {error.start} is no {told} text; save it as CSV UTF-8, or say its encoding.",
            rows=[],
            byte=error.start,
            allowed=list(ENCODINGS),
        ) from None


def _delimiter_of(text: str) -> str:
    """Return what separates the cells: the one that stands most often in the header, outside quotes."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    quoted = False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "\r\n":
            if any(counts.values()):
                break
        elif not quoted and character in counts:
            counts[character] += 1
    best = max(counts, key=lambda each: counts[each])
    return best if counts[best] else ","


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_MAX_FIELD)
    # Cells may hold line breaks, so lines are divided by the reader; a lone carriage return is a break too.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise RowsInvalid(
            f"rows: line {reader.line_num}: {_told(error)}", rows=[], line=reader.line_num
        ) from None


def _told(error: csv.Error) -> str:
    problem = str(error)
    if "unexpected end of data" in problem:
        return 'a quoted cell does not end; put a " behind it.'
    if "expected after" in problem:
        return 'a quotation mark inside a quoted cell has to be doubled ("").'
    if "field larger" in problem:
        return f"a cell is longer than {_MAX_FIELD:,} characters."
    return "this is no line of a CSV file."


def _rows(lines: Iterator[list[str]], width: int) -> Iterator[TableRow]:
    for number, texts in enumerate(lines, 1):
        cells = _cells(texts, width)
        if any(cells):
            yield TableRow(number, cells)


def _cells(texts: Sequence[str], width: int) -> list[Cell | None]:
    cells = [text_cell(each) for each in texts[:width]]
    if any(each.strip() for each in texts[width:]):
        # Nothing is left out in silence.
        fault = f"The row has {len(texts)} cells, but the header has {width}; give each column a header."
        cells.append(Cell("", fault=fault))
    return cells
