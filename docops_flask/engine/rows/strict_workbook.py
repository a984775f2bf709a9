"""Gives workbooks of Strict Open XML the namespaces that openpyxl knows, in a copy in memory.

The two forms of a workbook differ, as far as cells are read, in the names of their namespaces (ECMA-376 part
1, annex A, and part 4, annex A) and in dates, which Strict may store as ISO 8601 (part 1, 18.18.11) and
openpyxl reads. Excel declares namespaces in the start tag of a part's root; a part that names one of Strict
anywhere else is refused, because cells below such a declaration would be read as empty.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, BinaryIO

from docops_flask.engine.errors import RowsInvalid

_BLOCK_BYTES = 1024 * 1024
_STRICT = b"http://purl.oclc.org/ooxml/"
_OPEN = b"http://schemas.openxmlformats.org/"
_NAMESPACES = {
    b"spreadsheetml/main": b"spreadsheetml/2006/main",
    b"officeDocument/relationships": b"officeDocument/2006/relationships",
}
# The first tag that is neither a declaration, a comment nor a document type.
_ROOT = re.compile(rb"<[^?!][^>]*>")
_RELATIONSHIP = re.compile(rb'(\sType\s*=\s*["\'])' + re.escape(_STRICT + b"officeDocument/relationships/"))
_READ = re.compile(
    r"xl/(?:workbook|styles|sharedstrings)\.xml|xl/worksheets/[^/]+|.*\.rels|\[content_types\]\.xml",
    re.IGNORECASE,
)


def is_strict(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> bool:
    """Say whether the workbook's own part is of Strict Open XML."""
    for each in members:
        if each.filename.lower() == "xl/workbook.xml":
            with archive.open(each) as stream:
                return _STRICT in stream.read(_BLOCK_BYTES)
    return False


def as_transitional(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> BinaryIO:
    """Return a copy of what is read of a workbook, with the namespaces of the Transitional form.

    The sizes of ``members`` were looked at before. Raises ``RowsInvalid`` where it cannot be had for sure.
    """
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for each in members:
            if not _READ.fullmatch(each.filename):
                continue
            mapped = _relationships if each.filename.lower().endswith(".rels") else _part
            with archive.open(each) as source, made.open(each.filename, "w", force_zip64=True) as target:
                for block in mapped(source):
                    target.write(block)
    copy.seek(0)
    return copy


def _relationships(source: IO[bytes]) -> Iterator[bytes]:
    yield _RELATIONSHIP.sub(rb"\1" + _OPEN + b"officeDocument/2006/relationships/", source.read())


def _part(source: IO[bytes]) -> Iterator[bytes]:
    head = source.read(_BLOCK_BYTES)
    root = _ROOT.search(head)
    if root is None:
        raise _not_for_sure()
    start = root[0]
    for strict, known in _NAMESPACES.items():
        for quote in (b'"', b"'"):
            start = start.replace(quote + _STRICT + strict + quote, quote + _OPEN + known + quote)
    yield head[: root.start()] + start
    block = head[root.end() :]
    kept = b""
    while block:
        if _STRICT in kept + block:
            raise _not_for_sure()
        yield block
        kept = (kept + block)[1 - len(_STRICT) :]
        block = source.read(_BLOCK_BYTES)


def _not_for_sure() -> RowsInvalid:
    return RowsInvalid(
        "rows: this workbook is saved as Strict Open XML in a form that cannot be read; save it as Excel "
        "workbook (.xlsx).",
        rows=[],
    )
