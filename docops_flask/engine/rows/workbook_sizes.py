"""What is looked at in a workbook's ZIP before openpyxl opens it: how much it unpacks to.

Only the ZIP's directory is read, where the workbook's parts are, and the shared strings once, to count them.
"""

import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from docops_flask.engine.errors import InvalidTemplate, RowsInvalid, RowsLimitExceeded
from docops_flask.engine.opc.relationships import CONTENT_TYPES_PART, OVERRIDE, parse_relationships
from docops_flask.engine.opc.xml_part import parse_part
from docops_flask.engine.rows.strict_workbook import as_transitional, is_strict

MIB = 1024 * 1024
MAX_SHEET_BYTES = 512 * MIB
MAX_STRINGS_BYTES = 128 * MIB
MAX_STRINGS = 2_000_000
MAX_OTHER_BYTES = 32 * MIB
# The list of content types, and that of relationships.
_MOST_LIST_BYTES = 2 * MIB
# Of a sheet (ECMA-376 part 1, 18.3.1.73), and what none of its rows takes: 200 cells of 32,767 characters.
MAX_SHEET_ROWS = 1_048_576
_MOST_ROW_BYTES = 8 * MIB
_ROW_TAGS, _ROW_TAG_BYTES = (b"<row", b":row"), 4
_END_OF_ROWS, _KEPT_BYTES = re.compile(rb"</(?:[^<>]{0,60}:)?sheetData"), 80
_SHEET = re.compile(r"/?xl/worksheets/", re.IGNORECASE)
_STRINGS = re.compile(r"sharedstrings", re.IGNORECASE)
_SKIPPED = re.compile(
    r"xl/(?:media|drawings|charts|embeddings|printersettings|comments)|\.(?:png|jpe?g|gif|emf|vml)\Z",
    re.IGNORECASE,
)
_WORKBOOK = re.compile(r"/?(?:xl/)?[^/]+", re.IGNORECASE)
_RELATIONSHIPS = re.compile(r"(?:xl/)?_rels/[^/]+\.rels", re.IGNORECASE)


def workbook_stream(path: Path) -> BinaryIO:
    """Return a workbook to read, whose members may be unpacked; the caller closes it.

    Raises ``RowsLimitExceeded`` for one that unpacks to too much, and ``RowsInvalid`` for no ZIP.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(archive, members)
            _check_places(archive, members)
            if is_strict(archive, members):
                return as_transitional(archive, members)
    except (
        InvalidTemplate,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ):
        raise no_workbook() from None
    # As a stream: openpyxl opens no file of another name than .xlsx.
    return path.open("rb")


def _check_members(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    sheets = sum(each.file_size for each in members if _SHEET.match(each.filename))
    strings = [each for each in members if _STRINGS.search(each.filename)]
    other = sum(
        each.file_size
        for each in members
        if not _SHEET.match(each.filename) and each not in strings and not _SKIPPED.search(each.filename)
    )
    _within(sheets, MAX_SHEET_BYTES, "sheet_bytes")
    _within(sum(each.file_size for each in strings), MAX_STRINGS_BYTES, "shared_strings_bytes")
    _within(other, MAX_OTHER_BYTES, "workbook_bytes")
    _within(len(members), 10_000, "zip_entries")
    # Each string takes memory, however short it is.
    count = sum(_count(archive, each, b"<si", b":si") for each in strings)
    _within(count, MAX_STRINGS, "shared_strings")
    for each in members:
        if _SHEET.match(each.filename) and each.file_size > _MOST_ROW_BYTES:
            _check_sheet(archive, each)


def _check_places(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a workbook with a part among the pictures and drawings, whose sizes were not looked at.

    openpyxl finds the workbook's part and its shared strings by their content types, and the sheets by the
    relationships of the workbook's part.
    """
    for each in members:
        name = each.filename
        if name != CONTENT_TYPES_PART and not _RELATIONSHIPS.fullmatch(name):
            continue
        _within(each.file_size, _MOST_LIST_BYTES, "workbook_bytes")
        root = parse_part(archive.read(each), name)
        # The part that relationships are of lies beside their folder.
        targets = [one.target for one in parse_relationships(root, name.replace("_rels/", "", 1))]
        for override in root.iter(OVERRIDE):
            kind, part = override.get("ContentType", "").lower(), override.get("PartName", "")
            if "sharedstrings" in kind:
                targets.append(part)
            elif kind.endswith("main+xml") and not _WORKBOOK.fullmatch(part):
                raise no_workbook()
        if any(map(_SKIPPED.search, targets)):
            raise no_workbook()


def _check_sheet(archive: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> None:
    """Refuse a sheet with more rows than Excel has, or with one row, or one cell, that takes megabytes.

    openpyxl keeps a node for each row, and a whole row, in memory.
    """
    rows = row_bytes = 0
    kept = b""
    with archive.open(sheet) as stream:
        while block := stream.read(MIB):
            found = sum(map((kept[1 - _ROW_TAG_BYTES :] + block).count, _ROW_TAGS))
            rows, row_bytes = rows + found, 0 if found else row_bytes + len(block)
            _within(rows, MAX_SHEET_ROWS, "sheet_rows")
            _within(row_bytes, _MOST_ROW_BYTES, "row_bytes")
            if _END_OF_ROWS.search(kept + block):
                return
            kept = block[-_KEPT_BYTES:]


def _within(size: int, most: int, limit: str) -> None:
    if size > most:
        raise RowsLimitExceeded(
            f"rows: the workbook is too large ({limit} {size:,}, allowed {most:,}); divide it.",
            limit=limit,
            maximum=most,
        )


def _count(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *wanted: bytes) -> int:
    """Return how often the texts ``wanted``, of one length, occur in a member."""
    found, kept = 0, b""
    with archive.open(member) as stream:
        while block := stream.read(MIB):
            block = kept + block
            found += sum(map(block.count, wanted))
            kept = block[1 - len(wanted[0]) :]
    return found


def has_formulas(path: Path) -> bool:
    """Say whether a sheet of the workbook may have formulas, of any prefix."""
    with zipfile.ZipFile(path) as archive:
        sheets = [each for each in archive.infolist() if _SHEET.match(each.filename)]
        return any(_count(archive, each, b"<f", b":f") for each in sheets)


def no_workbook() -> RowsInvalid:
    """Return the error of a file that openpyxl cannot read."""
    return RowsInvalid(
        "rows: this is no Excel workbook (.xlsx) that can be read; save it in Excel or WPS as .xlsx, "
        "or send the rows as CSV.",
        rows=[],
    )
