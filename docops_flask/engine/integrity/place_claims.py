"""What a log says of placeholders outside the paragraphs of stories: its entries with ``part``."""

from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.integrity.json_members import LOG, member

if TYPE_CHECKING:
    from docops_flask.engine.integrity.picture_claims import Picture


class PlaceReplacement(NamedTuple):
    """A placeholder filled outside the paragraphs of stories: an entry of the replace log with ``part``.

    ``place`` is its index in ``entries``; ``address`` leads to a text or an attribute of the part
    (docs/analysis/places.md), whose characters ``start``:``end`` it is about. With ``bound_control``, the
    whole address of a content control, it is data that gets the whole text of that control. ``tells_run``
    says that the entry names runs or mirrors, which only paragraphs have, or a copy in a log without blocks.
    Where the log has blocks, ``copy`` is the copy that it stands in, ``result_address`` its address in the
    result. ``picture`` is the picture put into the drawing that has this alternative text, ``payload_path``
    as in ``Replacement``.
    """

    place: int
    part: str
    address: str
    start: int
    end: int
    field_name: str
    original_text: str
    new_text: str
    tells_run: bool = False
    bound_control: str | None = None
    copy: tuple[tuple[int, int], ...] = ()
    result_address: str | None = None
    picture: "Picture | None" = None
    payload_path: str | None = None


def read_place(index: int, entry: dict[str, Any], *, has_blocks: bool) -> PlaceReplacement:
    """Return what ``entry``, item ``index`` of the log's entries, says of a place outside paragraphs.

    ``has_blocks`` says that the log has blocks. Raises ``InvalidArgument`` as ``member`` does.
    """
    path = f"$.entries[{index}]"
    part = member(entry, "part", str, LOG, path)
    whole = member(entry, "paragraph_path", str, LOG, path)
    of_paragraphs = ("mirrored_at",) if has_blocks else ("mirrored_at", "copy", "result_path")
    placed = PlaceReplacement(
        index,
        part,
        # An address of another part leads nowhere.
        whole[len(part) + 1 :] if whole.startswith(f"{part}#") else "",
        member(entry, "start", int, LOG, path),
        member(entry, "end", int, LOG, path),
        member(entry, "field_name", str, LOG, path),
        member(entry, "original_text", str, LOG, path),
        member(entry, "new_text", str, LOG, path),
        entry.get("run_id") is not None or any(name in entry for name in of_paragraphs),
        member(entry, "bound_control", str, LOG, path) if "bound_control" in entry else None,
        picture=_picture(entry, path),
        payload_path=member(entry, "payload_path", str, LOG, path) if "payload_path" in entry else None,
    )
    if not has_blocks or "result_path" not in entry:
        return placed
    # A log without blocks tells no copies.
    from docops_flask.engine.integrity.block_claims import copies_in

    result = member(entry, "result_path", str, LOG, path)
    address = result[len(part) + 1 :] if result.startswith(f"{part}#") else ""
    copy = copies_in(entry, "copy", path) if "copy" in entry else ()
    return placed._replace(copy=copy, result_address=address)


def _picture(entry: dict[str, Any], path: str) -> "Picture | None":
    if "picture" not in entry:
        return None
    # Few documents get pictures, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.picture_claims import picture_in

    return picture_in(entry, path)
