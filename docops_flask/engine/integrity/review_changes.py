"""Proves of a copy with tracked changes what accepting all, and rejecting all of them, makes of it.

Accepting takes out the changes and has to give the document, byte by byte. Rejecting puts the properties
that a change holds in the place of those around it (ECMA-376 part 1, 17.13.5.29 and 17.13.5.31) and has to
give the document without repairs: byte by byte outside these properties, and element by element in them,
where no properties and empty ones are the same. All of this is found out without the code that tracks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.blocks import Flow, Names, names_in
from docops_flask.engine.integrity.members import compare_members
from docops_flask.engine.integrity.template_parts import find_stories
from docops_flask.engine.integrity.verdict import Findings, Unaccounted
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import encoding_of, parse_part, recoded
from docops_flask.engine.opc.zip_reader import ZipReader

_QUALIFIED = rb"(?:[A-Za-z_][\w.-]*:)?"
_AUTHOR = b"DocOps"
# A tag; or a comment, a CDATA section or a processing instruction, in which what looks like a tag is none.
_MARKUP = re.compile(
    rb"<(?:(/?)([^\s/<>!?]++)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)|!--.*?--|!\[CDATA\[.*?\]\]|\?.*?\?)>",
    re.DOTALL,
)
# What a w:pPrChange does not hold: it stays whether a change is accepted or rejected.
_STAYS = (b"rPr", b"sectPr")


class ChangeClaim(NamedTuple):
    """A tracked change of a copy: its id, the address of the paragraph, whether it is of a run in it."""

    id: int
    path: str
    is_of_run: bool


class _Found(NamedTuple):
    """A change in a part: its bytes, those of the properties around it, and the properties that it holds."""

    id: int
    start: int
    end: int
    holder_start: int
    holder_end: int
    before: bytes


def prove_changes(
    document: Package, unfixed: Package, copy: bytes, claims: Sequence[ChangeClaim], limits: Limits
) -> Findings:
    """Return what in ``copy`` is neither of ``document`` and ``unfixed`` nor one of the ``claims``."""
    findings = Findings()
    try:
        reader = ZipReader(copy, limits)
        members = compare_members(document.archive, reader, limits.output_bytes + limits.unpacked_bytes)
        findings.extend(members.unaccounted)
        stored = {each.record.name: each.after for each in members.changed}
        changed = {name: _text(content, name) for name, content in stored.items()}
        others = compare_members(
            document.archive, unfixed.archive, limits.output_bytes + limits.unpacked_bytes
        )
        if others.unaccounted or not {each.record.name for each in others.changed} <= {*changed}:
            findings.add(Unaccounted("", "", "bytes", "Repairs that no change is about differ."))
        found: dict[int, _Found] = {}
        for name, content in changed.items():
            in_part = list(_changes(content, {claim.id for claim in claims}))
            found |= {each.id: each for each in in_part}
            findings.extend(_check_part(document, unfixed, name, content, in_part))
        findings.extend(_check_places(document, stored, claims, found))
        reader.close()
    except DocopsError as error:
        findings.add(Unaccounted("", "", "damaged_member", f"The copy cannot be read: {error.message}"))
    return findings


def _check_part(
    document: Package, unfixed: Package, name: str, content: bytes, found: Sequence[_Found]
) -> Iterator[Unaccounted]:
    accepted, at = [], 0
    for each in found:
        accepted.append(content[at : each.start])
        at = each.end
    accepted.append(content[at:])
    if b"".join(accepted) != _text(document.read(name), name):
        yield Unaccounted(name, "", "bytes", "Accepting all changes does not give the document.")
    if not _is_rejected(content, found, _text(unfixed.read(name), name)):
        yield Unaccounted(
            name, "", "bytes", "Rejecting all changes does not give what was before the repairs."
        )


def _is_rejected(content: bytes, found: Sequence[_Found], before: bytes) -> bool:
    """Say whether ``before`` is ``content`` with each change rejected."""
    here = there = 0
    for each in found:
        piece = content[here : each.holder_start]
        if not before.startswith(piece, there):
            return False
        there += len(piece)
        now = content[each.holder_start : each.start] + content[each.end : each.holder_end]
        name = _name(now)
        stays = [child for child in _children(now) if _local(child) in _STAYS]
        wanted = [child for child in _children(each.before) if _local(child) not in _STAYS]
        match = _MARKUP.match(before, there)
        was: list[bytes] = []
        if match is not None and not match[1] and match[2] == name:
            end = _end(before, there)
            was = _children(before[there:end])
            there = end
        is_paragraph = name.rpartition(b":")[2] == b"pPr"
        kept = [child for child in was if is_paragraph and _local(child) in _STAYS]
        rest = [child for child in was if not (is_paragraph and _local(child) in _STAYS)]
        if (kept, rest) != (stays if is_paragraph else [], wanted):
            return False
        here = each.holder_end
    return content[here:] == before[there:]


def _changes(content: bytes, ids: set[int]) -> Iterator[_Found]:
    """Yield the changes with the numbers ``ids``, each at the end of the properties that it is about."""
    start = (
        rb"<(" + _QUALIFIED + rb")([pr]Pr)Change(?: xmlns:docops=\"[^\"<]*\")? " + _QUALIFIED
        + rb"id=\"([0-9]+)\" " + _QUALIFIED + rb"author=\"" + _AUTHOR + rb"\">"
    )  # fmt: skip
    opened: list[int] = []
    wanted = {match.start(): match for match in re.finditer(start, content) if int(match[3]) in ids}
    if not wanted:
        return
    holders: dict[int, int] = {}
    for tag in _tags(content):
        if tag.start() in wanted and opened:
            holders[tag.start()] = opened[-1]
        if tag[1]:
            opened.pop()
        elif not tag[3].endswith(b"/"):
            opened.append(tag.start())
    for at, match in wanted.items():
        if at not in holders:
            continue
        end, holder = _end(content, at), holders[at]
        name = match[1] + match[2]
        inner = content[match.end() : content.rindex(b"</", at, end)]
        holder_end = _end(content, holder)
        is_last = re.fullmatch(rb"</" + re.escape(name) + rb"\s*>", content[end:holder_end]) is not None
        if is_last and _name(content[holder : holder + 256]) == name and _name(inner) == name:
            yield _Found(int(match[3]), at, end, holder, holder_end, inner)


def _check_places(
    document: Package,
    stored: Mapping[str, bytes],
    claims: Sequence[ChangeClaim],
    found: Mapping[int, _Found],
) -> Iterator[Unaccounted]:
    relationships = document.relationships(document.main_part)
    stories = find_stories(document.main_part, relationships, document)
    # Its declaration tells the encoding of a part as it is stored.
    roots = {name: parse_part(content, name) for name, content in stored.items()}

    def flow_of(story: object) -> Flow | None:
        part, kind = getattr(story, "part", ""), getattr(story, "kind", "")
        root = roots.get(part)
        names = None if root is None else names_in(root.tag)
        element = root if root is None or names is None or kind else root.find(names("body"))
        return None if element is None or names is None else Flow(part, element, names)

    addresses = Addresses(stories, flow_of)
    seen: dict[str, dict[str, bool]] = {}
    for claim in claims:
        if claim.path not in seen:
            seen[claim.path] = {}
            for paragraph, flow in addresses.paragraphs(claim.path):
                seen[claim.path] |= _changes_in(paragraph, flow.names)
        if claim.id not in found or seen[claim.path].get(str(claim.id)) is not claim.is_of_run:
            yield Unaccounted("", claim.path, "change", f"The change {claim.id} is not at its place.")


def _changes_in(paragraph: _Element, names: Names) -> dict[str, bool]:
    """Return the ids of the changes of a paragraph and of the runs in it, and whether each is of a run."""
    found: dict[str, bool] = {}
    for local, is_of_run in (("pPr", False), ("rPr", True)):
        for change in paragraph.iter(names(f"{local}Change")):
            holder = change.getparent()
            owner = None if holder is None else holder.getparent()
            if holder is None or owner is None or holder.tag != names(local):
                continue
            if owner.tag == names.r if is_of_run else owner is paragraph:
                found[change.get(names("id"), "")] = is_of_run
    return found


def _tags(content: bytes, start: int = 0) -> Iterator[re.Match[bytes]]:
    """Yield the tags from ``start`` on: "/" of an end tag, the name, the attributes."""
    return (match for match in _MARKUP.finditer(content, start) if match[2] is not None)


def _children(properties: bytes) -> list[bytes]:
    """Return the bytes of each child of the element whose bytes ``properties`` are."""
    children: list[bytes] = []
    depth = begin = 0
    for tag in _tags(properties):
        if tag[1]:
            depth -= 1
        else:
            if depth == 1:
                begin = tag.start()
            depth += not tag[3].endswith(b"/")
            if depth == 1 and tag[3].endswith(b"/"):
                children.append(properties[begin : tag.end()])
        if tag[1] and depth == 1:
            children.append(properties[begin : tag.end()])
    return children


def _end(content: bytes, start: int) -> int:
    """Return where the element ends that begins at ``start``; the end of ``content`` where it does not."""
    depth = 0
    for tag in _tags(content, start):
        if tag[1]:
            depth -= 1
        elif not tag[3].endswith(b"/"):
            depth += 1
        if not depth:
            return tag.end()
    return len(content)


def _name(markup: bytes) -> bytes:
    match = _MARKUP.match(markup)
    return b"" if match is None else match[2] or b""


def _local(child: bytes) -> bytes:
    return _name(child).rpartition(b":")[2]


def _text(content: bytes, name: str) -> bytes:
    return recoded(content, encoding_of(content, name))
