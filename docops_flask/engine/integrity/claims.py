"""The changes that the replace log and the fix list claim, as validated data.

For ``/v1/verify`` they come from a client and are untrusted, so every member is checked.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.integrity.json_members import LOG, REPORT, malformed, member, texts_in, value_as

if TYPE_CHECKING:
    from docops_flask.engine.integrity.block_claims import Block, BlockEntry
    from docops_flask.engine.integrity.copy_groups import CopyGroup
    from docops_flask.engine.integrity.fix_claims import Fix
    from docops_flask.engine.integrity.native_claims import NativeClaim
    from docops_flask.engine.integrity.picture_claims import AddedMedia, CodeClaim, Picture
    from docops_flask.engine.integrity.place_claims import PlaceReplacement
    from docops_flask.engine.integrity.rich_claims import RichClaims
    from docops_flask.engine.integrity.subdocument_claims import SubdocumentClaims


class Replacement(NamedTuple):
    """A filled placeholder: an entry of the replace log.

    ``place`` is its index in ``entries``. ``mirrored_at`` are the addresses of the paragraphs in other
    branches of mc:AlternateContent that were filled as well. Where the log has blocks, ``copy`` is the block
    that its paragraph lies in and the copy there, outer blocks first, and ``result_path`` the paragraph's
    address in the result. ``payload_path`` is the JSON path of the value in an open task's payload.
    ``picture`` is the picture put there, ``drawing`` its markup once that is known; ``code`` is the code that
    the value is drawn as.
    """

    place: int
    paragraph_path: str
    run_id: str
    start: int
    end: int
    field_name: str
    original_text: str
    new_text: str
    mirrored_at: tuple[str, ...] = ()
    copy: tuple[tuple[int, int], ...] = ()
    result_path: str | None = None
    payload_path: str | None = None
    picture: "Picture | None" = None
    drawing: bytes | None = None
    code: "CodeClaim | None" = None


class InlineReplacement(NamedTuple):
    """A placeholder filled in a text inside a paragraph: in a field code, ruby, an equation.

    ``place`` and ``mirrors`` are addresses of texts, that of the paragraph apart from that in it (``p3``,
    ``field0``). ``replacement`` counts the characters of the text; its ``run_id`` is empty where no run is
    around the placeholder.
    """

    place: tuple[str, str]
    mirrors: tuple[tuple[str, str], ...]
    replacement: Replacement


class Removed(NamedTuple):
    """Something left out: an entry of ``removed`` in the replace log.

    ``kind`` is what it belonged to (``comments``, ``signature``); ``what`` is ``part``, ``relationship``,
    ``content_type`` or the local name of a mark of a comment. ``part`` is the part left out or the one in
    which something was; ``id`` tells which of several.
    """

    kind: str
    what: str
    part: str
    id: str


class AlikeEntries(NamedTuple):
    """Entries of paragraphs in document order, those that differ in their addresses alone told once.

    ``paths`` are the addresses of the paragraphs, ``numbers`` those of their ``kinds``: the replaced
    placeholders of a paragraph in text order, with the address "" and their place among the entries of all
    kinds. ``starts`` are the places of the first entry of each kind, and behind the last of them.
    """

    kinds: Sequence[Sequence[Replacement]]
    starts: Sequence[int]
    numbers: Sequence[int]
    paths: Sequence[str]


class Claims(NamedTuple):
    """All claimed changes; ``tells_results`` says that an entry names a copy or a place in the result.

    ``groups`` are entries about many copies told together, beside ``replacements``.
    ``alike`` are entries of a run that differ in their addresses alone, before all others of its log.
    ``rich`` are the rich values, ``subdocuments`` the documents put in; the ``new_text`` of their entries
    stands for them.
    """

    replacements: tuple[Replacement, ...]
    fixes: "tuple[Fix, ...]"
    blocks: "tuple[Block, ...]" = ()
    entries_of_blocks: "tuple[BlockEntry, ...]" = ()
    added: Mapping[str, Any] = MappingProxyType({})
    inline: tuple[InlineReplacement, ...] = ()
    places: "tuple[PlaceReplacement, ...]" = ()
    removed: tuple[Removed, ...] = ()
    tells_results: bool = False
    media: "tuple[AddedMedia, ...]" = ()
    groups: "tuple[CopyGroup, ...]" = ()
    alike: AlikeEntries | None = None
    native: "tuple[NativeClaim, ...]" = ()
    rich: "RichClaims | None" = None
    subdocuments: "SubdocumentClaims | None" = None

    @property
    def puts_in(self) -> bool:
        """Whether there are rich values or sub-documents, which may add parts."""
        return self.rich is not None or self.subdocuments is not None


def read_claims(replace_log: object, format_report: object) -> Claims:
    """Return the claims in a replace log and a format report, both parsed JSON.

    Only members that describe changes are read. Raises ``InvalidArgument`` (``detail.field``,
    ``detail.path``) for the first of these that is missing or has the wrong type.
    """
    inline: list[InlineReplacement] = []
    places: list[PlaceReplacement] = []
    in_result: list[int] = []
    replacements = tuple(_replacements(replace_log, inline, places, in_result))
    claims = Claims(
        replacements,
        _fixes(format_report),
        inline=tuple(inline),
        places=tuple(places),
        removed=tuple(_removed(replace_log)),
        tells_results=bool(in_result),
        media=_media(replace_log),
    )
    log: dict[str, Any] = value_as(dict, replace_log, LOG, "$")
    if "blocks" in log:
        # Few documents have blocks, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.block_claims import read_added, read_blocks

        blocks, entries = read_blocks(log)
        claims = claims._replace(blocks=blocks, entries_of_blocks=entries, added=read_added(log))
    if "native" in log:
        # As above: few templates have marks of Word itself.
        from docops_flask.engine.integrity.native_claims import read_native

        claims = claims._replace(native=tuple(read_native(log)))
    if any("rich" in entry for entry in log["entries"]):
        # Few documents have rich values, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.rich_claims import read_rich, stand_in

        rich = read_rich(log)
        claims = _standing_in(claims._replace(rich=rich), rich.values, stand_in)
    if any("subdocument" in entry for entry in log["entries"]):
        # As above: few documents have others in them.
        from docops_flask.engine.integrity.subdocument_claims import read_subdocuments, stand_in

        subdocuments = read_subdocuments(log)
        claims = _standing_in(claims._replace(subdocuments=subdocuments), subdocuments.values, stand_in)
    return claims


def _standing_in(claims: Claims, values: Container[int], stand_in: Callable[[int], str]) -> Claims:
    """Return claims in which a text stands for the value of each entry whose number ``values`` has."""
    replacements = [
        each._replace(new_text=stand_in(each.place)) if each.place in values else each
        for each in claims.replacements
    ]
    return claims._replace(replacements=tuple(replacements))


_MEMBERS = Replacement._fields[1:8]
_TYPES = (str, str, int, int, str, str, str)
_values = itemgetter(*_MEMBERS)


def _replacements(
    log: object, inline: list[InlineReplacement], places: "list[PlaceReplacement]", in_result: list[int]
) -> Iterator[Replacement]:
    """Yield the entries about paragraphs' own texts.

    Those about texts inside paragraphs are added to ``inline``, those about other places to ``places``, the
    numbers of those that name a copy or a place in the result to ``in_result``.
    """
    given = value_as(dict, log, LOG, "$")
    # Entries about one copy have one list in a log that was not read from a file.
    last_copy: object = None
    copies: tuple[tuple[int, int], ...] = ()
    for index, entry in enumerate(member(given, "entries", list, LOG, "$")):
        if type(entry) is not dict:
            raise malformed(LOG, f"$.entries[{index}]", dict)
        if entry.get("status") != "replaced":
            continue
        if "part" in entry:
            # Imported here: most templates have no placeholders outside paragraphs.
            from docops_flask.engine.integrity.place_claims import read_place

            places.append(read_place(index, entry, has_blocks="blocks" in given))
            continue
        address = entry.get("paragraph_path")
        # That of a text inside a paragraph has one, and there may be no run around it. So may a note's id.
        has_mark = type(address) is str and ":" in address
        try:
            has_no_run = has_mark and entry["run_id"] is None
            values = _values({**entry, "run_id": ""} if has_no_run else entry)
        except KeyError as error:
            raise malformed(LOG, f"$.entries[{index}].{error.args[0]}", str, missing=True) from None
        if tuple(map(type, values)) != _TYPES:
            raise _wrong_type(index, values)
        mirrors = _mirrors(index, entry) if "mirrored_at" in entry else ()
        path = f"$.entries[{index}]"
        copy = entry.get("copy")
        if copy is None or copy is not last_copy:
            last_copy, copies = copy, _copies(entry, path)
        result_path = member(entry, "result_path", str, LOG, path) if "result_path" in entry else None
        payload_path = member(entry, "payload_path", str, LOG, path) if "payload_path" in entry else None
        picture = code = None
        if "picture" in entry or "code" in entry:
            # As above: few documents get pictures or codes.
            from docops_flask.engine.integrity.picture_claims import code_in, picture_in

            picture, code = picture_in(entry, path), code_in(entry, path)
        paragraph_path, run_id, start, end, name, original, new = values
        replacement = Replacement(
            index, paragraph_path, run_id, start, end, name, original, new,
            mirrors, copies, result_path, payload_path, picture, None, code,
        )  # fmt: skip
        if "copy" in entry or result_path is not None:
            in_result.append(index)
        inside = _inside(replacement.paragraph_path) if has_mark else None
        if inside is None:
            yield replacement
        else:
            # An address without a text leads nowhere.
            others = tuple(_inside(mirror) or ("", "") for mirror in mirrors)
            inline.append(InlineReplacement(inside, others, replacement))


def _copies(entry: dict[str, Any], path: str) -> tuple[tuple[int, int], ...]:
    if "copy" not in entry:
        return ()
    from docops_flask.engine.integrity.block_claims import copies_in

    return copies_in(entry, "copy", path)


_INSIDE = r"(.*):((?:field|math)(?:0|[1-9][0-9]{0,8})|ruby(?:0|[1-9][0-9]{0,8})\.(?:rt|base))"


def _inside(address: str) -> tuple[str, str] | None:
    """Return the address of the paragraph and of the text in it that ``address`` leads to, if to one."""
    match = re.fullmatch(_INSIDE, address, re.DOTALL)
    return None if match is None else (match[1], match[2])


def _media(log: object) -> "tuple[AddedMedia, ...]":
    given = value_as(dict, log, LOG, "$")
    added = member(given, "added", dict, LOG, "$") if "added" in given else {}
    if "media" not in added:
        return ()
    # Few documents get pictures, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.picture_claims import read_media

    return tuple(read_media(added))


def _wrong_type(index: int, values: tuple[Any, ...]) -> InvalidArgument:
    name, wanted = next(
        (name, wanted)
        for name, value, wanted in zip(_MEMBERS, values, _TYPES, strict=True)
        if type(value) is not wanted
    )
    return malformed(LOG, f"$.entries[{index}].{name}", wanted)


def _mirrors(index: int, entry: dict[str, Any]) -> tuple[str, ...]:
    return texts_in(entry, "mirrored_at", LOG, f"$.entries[{index}]")


def _removed(log: object) -> Iterator[Removed]:
    # Only jobs that leave something out have the member.
    entries = value_as(dict, log, LOG, "$").get("removed", [])
    for index, given in enumerate(value_as(list, entries, LOG, "$.removed")):
        path = f"$.removed[{index}]"
        entry = value_as(dict, given, LOG, path)
        yield Removed(*[member(entry, name, str, LOG, path) for name in Removed._fields])


def _fixes(report: object) -> "tuple[Fix, ...]":
    summary = member(value_as(dict, report, REPORT, "$"), "summary", dict, REPORT, "$")
    changes = member(summary, "fix_changes", list, REPORT, "$.summary")
    if not changes:
        return ()
    # Most jobs repair nothing, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.fix_claims import read_fixes

    return tuple(read_fixes(changes))
