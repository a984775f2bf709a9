"""What a log says of pictures and codes: ``picture`` and ``code`` of entries, ``media`` of ``added``."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from docops_flask.engine.integrity.json_members import LOG, member, value_as


class Picture(NamedTuple):
    """A picture put somewhere: the member ``picture`` of an entry; lengths in EMU."""

    part: str
    width: int
    height: int
    alt: str = ""


class CodeClaim(NamedTuple):
    """The code that a value is drawn as: the member ``code`` of an entry.

    ``kind`` is qr or code128; lengths are in EMU, ``columns`` and ``rows`` in modules, as the ``outlines``.
    """

    kind: str
    width: int
    height: int
    columns: int
    rows: int
    outlines: str


class AddedMedia(NamedTuple):
    """A part that was added: an item of ``added.media``, with the SHA-256 digest of its content."""

    part: str
    sha256: str


def picture_in(entry: dict[str, Any], path: str) -> Picture | None:
    """Return the picture of an entry at ``path`` of the log, if it has one; raises as ``member`` does."""
    if "picture" not in entry:
        return None
    given, path = member(entry, "picture", dict, LOG, path), f"{path}.picture"
    return Picture(
        member(given, "part", str, LOG, path),
        member(given, "width_emu", int, LOG, path),
        member(given, "height_emu", int, LOG, path),
        member(given, "alt", str, LOG, path) if "alt" in given else "",
    )


def code_in(entry: dict[str, Any], path: str) -> CodeClaim | None:
    """Return the code of an entry at ``path`` of the log, if it has one; raises as ``member`` does."""
    if "code" not in entry:
        return None
    given, path = member(entry, "code", dict, LOG, path), f"{path}.code"
    return CodeClaim(
        member(given, "kind", str, LOG, path),
        member(given, "width_emu", int, LOG, path),
        member(given, "height_emu", int, LOG, path),
        member(given, "columns", int, LOG, path),
        member(given, "rows", int, LOG, path),
        member(given, "outlines", str, LOG, path),
    )


def read_media(added: dict[str, Any]) -> Iterator[AddedMedia]:
    """Yield the media in ``added``, a member of the log; raises ``InvalidArgument`` as ``member`` does."""
    for index, each in enumerate(member(added, "media", list, LOG, "$.added")):
        path = f"$.added.media[{index}]"
        item = value_as(dict, each, LOG, path)
        yield AddedMedia(*(member(item, name, str, LOG, path) for name in AddedMedia._fields))
