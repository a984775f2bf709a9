"""Tells what a ZIP archive is that is no Word document: by the names in it, or its content types.

It looks at archives that were refused, so it reads them leniently and never fails.
Sources: PKWARE APPNOTE.TXT 6.3.10, 4.3.12 and 4.3.16; OpenDocument 1.3 part 2, 3.3 (mimetype);
[MS-OFFMACRO2] 2.2 (macro-enabled documents).
"""

from collections.abc import Callable, Iterator
from mmap import mmap

from docops_flask.engine.errors import DocopsError, InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.opc.first_bytes import FirstBytes
from docops_flask.engine.opc.other_kinds import other_media, other_template
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    WORD_DOCUMENT,
    ContentTypes,
    parse_relationships,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import parse_part
from docops_flask.engine.opc.zip_entry import (
    CENTRAL_HEADER,
    CENTRAL_MAGIC,
    END_MAGIC,
    END_RECORD,
    LOCAL_HEADER,
    MAX_COMMENT,
)

_MAX_NAMES = 10_000
_MAX_MIMETYPE_BYTES = 200
_DOCUMENT_ENDINGS = (".docx", ".doc", ".docm", ".dotx", ".dotm", ".wps", ".rtf", ".odt", ".pdf")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_KIND_OF_MAIN_PART = {
    f"{_OFFICE}wordprocessingml.template.main+xml": "dotx",
    "application/vnd.ms-word.document.macroenabled.main+xml": "docm",
    "application/vnd.ms-word.template.macroenabledtemplate.main+xml": "docm",
}
_WORD_ANYWHERE = "word/"


def kind_of_main_part(content_type: str) -> str:
    """Return the kind of a package by the content type of its main part, which is not that of a .docx."""
    return _KIND_OF_MAIN_PART.get(content_type.lower(), "xlsx")


def refusal_of(
    error: InvalidTemplate | TemplateLimitExceeded, data: bytes | memoryview | mmap
) -> DocopsError:
    """Return the error for a file whose archive was refused with ``error``: what it is, where known."""
    reason = error.detail.get("reason")
    if reason == "encrypted":
        return other_template("encrypted_zip", reason)
    kind = kind_of_archive(data)
    if kind is None and isinstance(error, TemplateLimitExceeded):
        # Only a package that is small enough is asked for its content types.
        kind = _kind_of_folders(data)
    if kind is not None:
        return other_media("template", kind)
    if reason == "truncated" and _end_of(data) is None:
        return other_template("truncated", reason)
    return error


def kind_of_other(data: bytes | memoryview | mmap) -> str:
    """Return what a file is that does not begin as a ZIP archive does."""
    first = FirstBytes()
    view = memoryview(data)
    step = 1 << 20
    for start in range(0, len(view), step):
        if not first.wants_more:
            break
        first.feed(bytes(view[start : start + step]))
    return first.kind() or "unknown"


def kind_of_archive(data: bytes | memoryview | mmap) -> str | None:
    """Return what a ZIP archive is, by the names in it; ``None`` for a package or an unreadable one."""
    names = [name.replace("\\", "/") for name in _names(data)]
    lowered = [name.lower() for name in names]
    if not names or CONTENT_TYPES_PART.lower() in lowered:
        return None
    if lowered[0] == "mimetype":
        return _kind_of_mimetype(data)
    if any(name.endswith(f"/{CONTENT_TYPES_PART.lower()}") for name in lowered):
        return "zipped_folder"
    if any(name.endswith(_DOCUMENT_ENDINGS) and not name.startswith("__macosx/") for name in lowered):
        return "zip_of_files"
    if any(name.startswith(_WORD_ANYWHERE) for name in lowered):
        return None
    if "ofd.xml" in lowered:
        return "ofd"
    if any(name.endswith(".iwa") or name == "index/document.iwa" for name in lowered):
        return "pages"
    return "zip_of_files"


def kind_of_package(data: bytes | memoryview | mmap, read: Callable[[str], bytes | None]) -> str | None:
    """Return what a sound archive is by its main part; ``None`` for a Word document or a damaged one.

    ``read`` returns the content of a member, ``None`` where there is none.
    """
    try:
        types, relationships = read(CONTENT_TYPES_PART), read(relationships_part(""))
        if types is None or relationships is None:
            return kind_of_archive(data)
        main = next(
            each
            for each in parse_relationships(parse_part(relationships, relationships_part("")), "")
            if each.kind == "officeDocument"
        )
        content_type = ContentTypes(parse_part(types, CONTENT_TYPES_PART)).of(main.target).lower()
    except (InvalidTemplate, StopIteration):
        return None
    is_word = content_type in ("", "application/xml", WORD_DOCUMENT)
    return None if is_word else kind_of_main_part(content_type)


def _kind_of_folders(data: bytes | memoryview | mmap) -> str | None:
    """Return what a package is by its folders, ``None`` where it may be a Word document."""
    folders = {name.lower().partition("/")[0] for name in _names(data)}
    return "xlsx" if folders & {"xl", "ppt", "visio"} and "word" not in folders else None


def _kind_of_mimetype(data: bytes | memoryview | mmap) -> str:
    """Return what an archive is whose first member is ``mimetype``, stored (OpenDocument part 2, 3.3)."""
    view = memoryview(data)
    if len(view) < LOCAL_HEADER.size:
        return "unknown"
    name_length, extra_length = LOCAL_HEADER.unpack_from(view)[-2:]
    at = LOCAL_HEADER.size + name_length + extra_length
    stored = bytes(view[at : at + _MAX_MIMETYPE_BYTES])
    return "odt" if stored.startswith(b"application/vnd.oasis.opendocument.") else "unknown"


def _end_of(data: bytes | memoryview | mmap) -> tuple[int, int] | None:
    """Return how many members an archive tells and where its central directory begins."""
    view = memoryview(data)
    tail_at = max(0, len(view) - MAX_COMMENT - END_RECORD.size)
    tail = bytes(view[tail_at:])
    at = tail.rfind(END_MAGIC)
    if at < 0 or at + END_RECORD.size > len(tail):
        return None
    _, _, _, _, count, size, _, _ = END_RECORD.unpack_from(tail, at)
    # Counted from the end record: bytes may stand before the archive.
    return count, max(0, tail_at + at - size)


def _names(data: bytes | memoryview | mmap) -> Iterator[str]:
    """Yield the names in the central directory as far as it can be read."""
    end = _end_of(data)
    if end is None:
        return
    view = memoryview(data)
    count, at = end
    for _ in range(min(count, _MAX_NAMES)):
        if at + CENTRAL_HEADER.size > len(view):
            return
        fields = CENTRAL_HEADER.unpack_from(view, at)
        if fields[0] != CENTRAL_MAGIC:
            return
        name_length, extra_length, comment_length = fields[10:13]
        name_at = at + CENTRAL_HEADER.size
        # What tells the kinds apart is ASCII.
        yield bytes(view[name_at : name_at + name_length]).decode("latin-1")
        at = name_at + name_length + extra_length + comment_length
