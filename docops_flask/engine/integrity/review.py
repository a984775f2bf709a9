"""Proves that a reviewer's copy is the document with the comments that it is said to have, and nothing else.

The marks and texts of these comments are cut out of the copy; what is left has to be the document, member by
member and byte by byte. Each comment has to stand in the paragraph at its address and say its text. All of
this is found out without the code that writes comments.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.blocks import Flow, Names, names_in
from docops_flask.engine.integrity.members import Members, compare_members
from docops_flask.engine.integrity.template_parts import Story
from docops_flask.engine.integrity.verdict import Findings, Unaccounted, shown
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import CONTENT_TYPES_PART, relationships_part
from docops_flask.engine.opc.xml_part import encoding_of, parse_part, recoded
from docops_flask.engine.opc.zip_reader import ZipReader

AUTHOR, INITIALS = "DocOps", "DO"
_COMMENTS = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_QUALIFIED = rb"(?:[A-Za-z_][\w.-]*:)?"
# A declaration of the namespace of WordprocessingML, in elements of parts where no prefix stands for it.
_DECLARED = rb"(?: xmlns:docops=\"[^\"<]*\")?"

# The elements in a comment beside paragraphs and runs: texts, and how these look.
_PLAIN = ("t", "pPr", "spacing", "ind", "jc", "rPr", "rStyle", "sz", "annotationRef")


class CommentClaim(NamedTuple):
    """A comment that a copy has: its id, the address of the paragraph it stands in, its lines."""

    id: int
    path: str
    text: str


def prove_comments(
    document: Package, copy: bytes, claims: Sequence[CommentClaim], limits: Limits
) -> Findings:
    """Return what in ``copy`` is neither of ``document`` nor one of the comments ``claims``."""
    findings = Findings()
    try:
        reader = ZipReader(copy, limits)
        members = compare_members(document.archive, reader, limits.output_bytes + limits.unpacked_bytes)
        # Which members may be added is settled below.
        findings.extend(each for each in members.unaccounted if each.what != "member_added")
        _Copy(document, members, claims, findings).check()
        reader.close()
    except DocopsError as error:
        findings.add(Unaccounted("", "", "damaged_member", f"The copy cannot be read: {error.message}"))
    return findings


class _Copy:
    def __init__(
        self, document: Package, members: Members, claims: Sequence[CommentClaim], findings: Findings
    ) -> None:
        self._document = document
        self._claims = {claim.id: claim for claim in claims}
        self._findings = findings
        self._changed = {each.record.name: each.after for each in members.changed}
        self._added = {each.record.name: each for each in members.added}
        related = [each for each in document.relationships(document.main_part) if each.kind == "comments"]
        self._known = next((each.target for each in related if document.has(each.target)), None)

    def check(self) -> None:
        main, frames = self._document.main_part, self._frames()
        texts = self._known
        if texts is None:
            names = [name for name in self._added if not name.endswith(".rels")]
            texts = names[0] if len(names) == 1 else None
            for name, added in self._added.items():
                if name != texts and name not in frames:
                    self._note(name, "member_added", "The copy has a member more.")
                if not added.is_as_written:
                    self._note(name, "member_header", "The header of a new member is not as one is written.")
            for name in frames:
                self._check_frame(name, texts or "")
        if texts is None:
            self._note("", "comment", "The copy has no part of comments.")
            return
        for name in self._changed:
            if name not in (main, texts, *frames):
                self._note(name, "bytes", "A member changed that no comment is about.")
        for name in self._added if self._known is not None else ():
            self._note(name, "member_added", "The copy has a member more.")
        self._check_marks(main)
        self._check_texts(texts)

    def _frames(self) -> tuple[str, ...]:
        if self._known is not None:
            return ()
        return CONTENT_TYPES_PART, relationships_part(self._document.main_part)

    def _check_frame(self, name: str, texts: str) -> None:
        """Check the one content type, or the one relationship, that the new part of comments has."""
        is_types = name == CONTENT_TYPES_PART
        after = self._changed.get(name)
        if after is None:
            added = self._added.get(name)
            after = None if added is None else added.content
        if after is None:
            self._note(name, "added_part", "The new part of comments is not declared.")
            return
        content = _text(after, name)
        before = _text(self._document.read(name), name) if self._document.has(name) else None
        element = rb"<" + _QUALIFIED + (b"Override" if is_types else b"Relationship") + rb"\s[^<>]*/>"
        for match in re.finditer(element, content):
            tag = match[0].decode()
            if (is_types and f'PartName="/{texts}"' in tag and f'ContentType="{_COMMENTS}"' in tag) or (
                not is_types
                and f'Target="{texts.rpartition("/")[2]}"' in tag
                and '/relationships/comments"' in tag
                and "TargetMode" not in tag
            ):
                rest = content[: match.start()], content[match.end() :]
                if before is None:
                    if re.fullmatch(rb"(?:<\?xml[^<>]*\?>\s*)?<Relationships xmlns=\"[^\"<]*\">", rest[0]):
                        return
                elif _follow(rest, before):
                    return
        self._note(name, "bytes", "More changed than the declaration of the part of comments.")

    def _check_marks(self, main: str) -> None:
        stored = self._changed.get(main, b"") or self._document.read(main)
        content = _text(stored, main)
        before = _text(self._document.read(main), main)
        ids = rb"\"([0-9]+)\""
        start = rb"<(" + _QUALIFIED + rb")commentRangeStart" + _DECLARED + rb" \1id=" + ids + rb"/>"
        end = (
            rb"<(" + _QUALIFIED + rb")commentRangeEnd" + _DECLARED + rb" \3id=" + ids + rb"/><\3r" + _DECLARED
            + rb">(?:<\3rPr><\3rStyle \3val=\"[^\"<]*\"/></\3rPr>)?<\3commentReference \3id=" + ids
            + rb"/></\3r>"
        )  # fmt: skip
        order: dict[int, list[str]] = {}
        pieces, at = [], 0
        for match in re.finditer(start + b"|" + end, content):
            number = int(match[2] or match[4])
            if number not in self._claims or (match[4] is not None and match[4] != match[5]):
                continue
            order.setdefault(number, []).append("start" if match[2] else "end")
            pieces.append(content[at : match.start()])
            at = match.end()
        pieces.append(content[at:])
        if not _follow(pieces, before):
            self._note(
                main, "bytes", "Without the marks of the comments the body is not that of the document."
            )
        for number in self._claims:
            if order.get(number) != ["start", "end"]:
                self._note(main, "comment", f"The comment {number} has no range with one reference.")
        self._check_places(main, stored)

    def _check_places(self, main: str, stored: bytes) -> None:
        # Its declaration tells the encoding of the bytes as they are stored.
        root = parse_part(stored, main)
        names = names_in(root.tag)
        body = None if names is None else root.find(names("body"))
        if names is None or body is None:
            self._note(main, "comment", "The copy has no body.")
            return
        addresses = Addresses([Story(main, "", "")], lambda _story: Flow(main, body, names))
        marks: dict[str, dict[str, list[str]]] = {}
        for claim in self._claims.values():
            if claim.path not in marks:
                found = addresses.paragraphs(claim.path)
                marks[claim.path] = _marks_in(found[0][0], names) if len(found) == 1 else {}
            if marks[claim.path].get(str(claim.id)) != _MARKS:
                self._note(
                    main, "comment", f"The comment {claim.id} does not stand in its paragraph.", claim.path
                )

    def _check_texts(self, name: str) -> None:
        added = self._added.get(name)
        after = self._changed.get(name) if added is None else added.content
        if after is None:
            self._note(name, "comment", "The texts of the comments are not there.")
            return
        content = _text(after, name)
        root = parse_part(after, name)
        names = names_in(root.tag)
        if names is None or root.tag != names("comments"):
            self._note(name, "comment", "The part of comments has another root.")
            return
        said: dict[int, list[_Element]] = {}
        for comment in root.iterchildren(names("comment")):
            number = comment.get(names("id"), "")
            if number.isdecimal() and int(number) in self._claims:
                said.setdefault(int(number), []).append(comment)
        for claim in self._claims.values():
            told = [_said(each, names) for each in said.get(claim.id, ())]
            if told != [claim.text]:
                self._note(
                    name,
                    "comment",
                    "A comment says something else.",
                    claim.path,
                    (claim.text, told[0] if told else None),
                )
        pattern = (
            rb"<(" + _QUALIFIED + rb")comment" + _DECLARED + rb" \1id=\"([0-9]+)\"[^<>]*>.*?</\1comment\s*>"
        )
        pieces, at = [], 0
        for match in re.finditer(pattern, content, re.DOTALL):
            if int(match[2]) in self._claims:
                pieces.append(content[at : match.start()])
                at = match.end()
        pieces.append(content[at:])
        if self._known is not None:
            is_same = _follow(pieces, _text(self._document.read(name), name))
        else:
            frame = rb"(?:<\?xml[^<>]*\?>\s*)?<w:comments xmlns:w=\"[^\"<]*\"></w:comments>"
            is_same = re.fullmatch(frame, b"".join(pieces)) is not None
        if not is_same:
            self._note(name, "bytes", "There is more in the part of comments.")

    def _note(
        self,
        part: str,
        what: str,
        message: str,
        place: str = "",
        values: tuple[str, str | None] | None = None,
    ) -> None:
        expected, actual = (None, None) if values is None else values
        self._findings.add(Unaccounted(part, place, what, message, shown(expected), shown(actual)))


def _said(comment: _Element, names: Names) -> str:
    """Return the lines of a comment; "" where it is not one of ours."""
    told: Mapping[str, str] = {str(name): str(value) for name, value in comment.items()}
    if told != {names("id"): told.get(names("id"), ""), names("author"): AUTHOR, names("initials"): INITIALS}:
        return ""
    lines = []
    for paragraph in comment:
        texts = [each.text or "" for each in paragraph.iter(names("t"))]
        plain = {names.p, names.r, *map(names, _PLAIN)}
        if paragraph.tag != names.p or any(each.tag not in plain for each in paragraph.iter("*")):
            return ""
        lines.append("".join(texts))
    return "\n".join(lines)


_MARKS = ["commentRangeStart", "commentRangeEnd", "commentReference"]


def _marks_in(paragraph: _Element, names: Names) -> dict[str, list[str]]:
    """Return the marks of comments among the children of ``paragraph`` in their order, by their ids."""
    tags = {names(local): local for local in _MARKS}
    found: dict[str, list[str]] = {}
    for child in paragraph:
        marks = [child] if child.tag in tags else child.iterchildren(*tags) if child.tag == names.r else ()
        for mark in marks:
            found.setdefault(mark.get(names("id"), ""), []).append(tags[str(mark.tag)])
    return found


def _text(content: bytes, name: str) -> bytes:
    return recoded(content, encoding_of(content, name))


def _follow(pieces: Iterable[bytes], whole: bytes) -> bool:
    """Say whether ``whole`` is made of ``pieces``, one after the other.

    An element that is empty without what was cut out between two pieces may be one tag in ``whole``.
    """
    at, closing = 0, b""
    given = list(pieces)
    for number, given_piece in enumerate(given):
        piece = given_piece
        if closing:
            if not piece.startswith(closing):
                # What was cut out here stands behind other such.
                if piece:
                    return False
                continue
            piece, closing = piece[len(closing) :], b""
        if whole.startswith(piece, at):
            at += len(piece)
            continue
        name = re.search(rb"<([^\s/<>]+)[^<>]*>\Z", piece)
        if number + 1 == len(given) or name is None or not whole.startswith(piece[:-1] + b"/>", at):
            return False
        at += len(piece) + 1
        closing = b"</" + name[1] + b">"
    return not closing and at == len(whole)
