"""What a log says of sub-documents: ``subdocument`` of entries and ``subdocuments`` of ``added``."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from docops_flask.engine.integrity.json_members import LOG, member, value_as

# What stands for the document of an entry while entries are replayed; no text of a document has these signs.
OPEN, CLOSE = "\ufdd2", "\ufdd3"


class SubdocumentClaim(NamedTuple):
    """A document put in: the name and SHA-256 of its file, how many paragraphs and tables it brought.

    ``text`` is what the entry says of it, ``payload_path`` the JSON path of its value, ``path`` the address
    of the tag's paragraph before documents were put in.
    """

    file: str
    sha256: str
    paragraphs: int
    tables: int
    text: str
    payload_path: str | None
    path: str


class SubdocumentClaims(NamedTuple):
    """The documents put in by the number of their entry, what the log says they add, the assets.

    ``assets`` are the bytes of the files by their SHA-256 in hexadecimal.
    """

    values: Mapping[int, SubdocumentClaim] = MappingProxyType({})
    added: Sequence[Any] = ()
    assets: Mapping[str, bytes] = MappingProxyType({})


def stand_in(number: int) -> str:
    """Return what stands for the document of entry ``number``."""
    return f"{OPEN}{number}{CLOSE}"


def read_subdocuments(log: dict[str, Any]) -> SubdocumentClaims:
    """Return the sub-documents of a replace log; raises ``InvalidArgument`` as ``read_claims`` does."""
    values = {}
    for number, entry in enumerate(log["entries"]):
        if "subdocument" in entry and entry.get("status") == "replaced":
            values[number] = _claim(entry, f"$.entries[{number}]")
    added = value_as(dict, log.get("added", {}), LOG, "$.added")
    return SubdocumentClaims(
        values, value_as(list, added.get("subdocuments", []), LOG, "$.added.subdocuments")
    )


def _claim(entry: dict[str, Any], path: str) -> SubdocumentClaim:
    given, at = member(entry, "subdocument", dict, LOG, path), f"{path}.subdocument"
    return SubdocumentClaim(
        member(given, "file", str, LOG, at),
        member(given, "sha256", str, LOG, at),
        member(given, "paragraphs", int, LOG, at),
        member(given, "tables", int, LOG, at),
        member(entry, "new_text", str, LOG, path),
        member(entry, "payload_path", str, LOG, path) if "payload_path" in entry else None,
        member(entry, "result_path" if "result_path" in entry else "paragraph_path", str, LOG, path),
    )
