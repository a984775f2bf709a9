"""A document with comments: their marks in the body, their texts in the part of comments.

ECMA-376 part 1, 11.3.2 and 17.13.4. Comments carry no date (17.13.4.2, it is optional), so that the same job
makes the same bytes. What stands in the document already stays: comments of others keep their ids.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import Document, StoryKind
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    REL_STRICT,
    REL_TRANSITIONAL,
    RELATIONSHIPS_NAMESPACE,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import encoded, encoding_of, recoded
from docops_flask.engine.oxml.markup import TOKEN, PartText, Splice, escaped, name_at, part_text, spliced
from docops_flask.engine.oxml.names import W_STRICT
from docops_flask.engine.review.anchors import Anchor

AUTHOR, INITIALS = "DocOps", "DO"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MOST_ID = 1 << 30
_REFERENCE_STYLE = "CommentReference"


class Comment(NamedTuple):
    """A comment: its number, where it stands, the lines of its text."""

    id: int
    anchor: Anchor
    lines: Sequence[str]


class CommentParts(NamedTuple):
    """Parts with new content, and new parts, by their names."""

    changed: Mapping[str, bytes]
    added: Mapping[str, bytes]


def free_ids(document: Document, count: int) -> list[int]:
    """Return ``count`` numbers that no comment, mark or tracked change of ``document`` has."""
    used: set[int] = set()
    for part in document.parts:
        used.update(map(int, re.findall(rb"[\s:]id\s*=\s*[\"']([0-9]{1,10})[\"']", part.content)))
    first = max(used, default=-1) + 1
    if first + count <= _MOST_ID:
        return list(range(first, first + count))
    free: list[int] = []
    number = 0
    while len(free) < count:
        if number not in used:
            free.append(number)
        number += 1
    return free


def comment_parts(package: Package, document: Document, comments: Sequence[Comment]) -> CommentParts:
    """Return the parts of ``package``, whose document is ``document``, with ``comments`` in."""
    main = document.parts[0]
    style = _style(document)
    marks = _Marks(main.text, style)
    changed = {main.name: encoded(spliced(main.content, _splices(comments, marks)), main.encoding)}
    part = next((each for each in document.parts if each.kind is StoryKind.COMMENTS), None)
    namespace = main.text.namespace
    if part is not None:
        content = part.content
        texts = b"".join(_comment(each, _names(part.text), style) for each in comments)
        changed[part.name] = encoded(spliced(content, [_at_end_of_root(part.text, texts)]), part.encoding)
        return CommentParts(changed, {})
    names = _Names(b"w:", b"")
    texts = b"".join(_comment(each, names, style) for each in comments)
    whole = _DECLARATION + b'<w:comments xmlns:w="' + namespace + b'">' + texts + b"</w:comments>"
    name = _free_name(package, main.name)
    base = REL_STRICT if namespace.decode() == W_STRICT else REL_TRANSITIONAL
    return _related(package, main.name, name, f"{base}/comments", CommentParts(changed, {name: whole}))


def _style(document: Document) -> bytes:
    """Return the id of the style of references, "" where the document has none."""
    for style in () if document.styles is None else document.styles:
        for name, value in style.items():
            if str(name).rpartition("}")[2] == "styleId" and value == _REFERENCE_STYLE:
                return str(value).encode()
    return b""


class _Names(NamedTuple):
    """What the names of WordprocessingML begin with, and what declares this at an element without one."""

    prefix: bytes
    declaration: bytes


def _names(text: PartText) -> _Names:
    if text.prefix:
        return _Names(text.prefix + b":", b"")
    return _Names(b"docops:", b' xmlns:docops="' + text.namespace + b'"')


class _Marks:
    """The marks of comments in a part."""

    def __init__(self, text: PartText, style: bytes) -> None:
        w, declared = _names(text)
        self._start = b"<%bcommentRangeStart%b %bid=" % (w, declared, w)
        self._end = b"<%bcommentRangeEnd%b %bid=" % (w, declared, w)
        properties = b'<%brPr><%brStyle %bval="%b"/></%brPr>' % (w, w, w, style, w) if style else b""
        self._reference = b"<%br%b>%b<%bcommentReference %bid=" % (w, declared, properties, w, w)
        self._run_end = b"</%br>" % w

    def start(self, number: int) -> bytes:
        """Return the mark where a comment's range begins."""
        return self._start + b'"%d"/>' % number

    def end(self, number: int) -> bytes:
        """Return the mark where it ends, and the reference."""
        return b'%b"%d"/>%b"%d"/>%b' % (self._end, number, self._reference, number, self._run_end)


def _splices(comments: Sequence[Comment], marks: _Marks) -> list[Splice]:
    """Return the insertions into the body in the order of its bytes; at one place end marks come first."""
    starts: dict[int, list[bytes]] = {}
    ends: dict[int, list[bytes]] = {}
    empty: dict[int, list[bytes]] = {}
    tags: dict[int, bytes] = {}
    for number, anchor, _ in comments:
        if anchor.start == anchor.end:
            empty.setdefault(anchor.start, []).append(marks.start(number) + marks.end(number))
            if anchor.is_empty_tag:
                tags[anchor.start] = name_at(anchor.place.part.content, anchor.place.start)
            continue
        starts.setdefault(anchor.start, []).append(marks.start(number))
        ends.setdefault(anchor.end, []).append(marks.end(number))
    splices = []
    for at in sorted({*starts, *ends, *empty}):
        new = b"".join((*ends.get(at, ()), *starts.get(at, ()), *empty.get(at, ())))
        if at in tags:
            splices.append(Splice(at - 2, at, b">" + new + b"</" + tags[at] + b">"))
        else:
            splices.append(Splice(at, at, new))
    return splices


def _comment(comment: Comment, names: _Names, style: bytes) -> bytes:
    w, declared = names
    head = b'<%brPr><%brStyle %bval="%b"/></%brPr>' % (w, w, w, style, w) if style else b""
    mark = b"<%br>%b<%bannotationRef/></%br>" % (w, head, w, w)
    # Comments have the style of the text else: 16 pt and an indent of two characters in an official document.
    layout = (
        b'<%bpPr><%bspacing %bbefore="0" %bafter="0" %bline="240" %blineRule="auto"/>'
        b'<%bind %bfirstLineChars="0" %bfirstLine="0"/><%bjc %bval="left"/></%bpPr>' % ((w,) * 12)
    )
    paragraphs = []
    for line in comment.lines:
        text = b'<%br><%brPr><%bsz %bval="20"/></%brPr><%bt xml:space="preserve">%b</%bt></%br>' % (
            *(w,) * 6, escaped(line), w, w,
        )  # fmt: skip
        paragraphs.append(b"<%bp>%b%b%b</%bp>" % (w, layout, mark, text, w))
        mark = b""
    return b'<%bcomment%b %bid="%d" %bauthor="%b" %binitials="%b">%b</%bcomment>' % (
        w, declared, w, comment.id, w, AUTHOR.encode(), w, INITIALS.encode(), b"".join(paragraphs), w,
    )  # fmt: skip


def _at_end_of_root(text: PartText, new: bytes) -> Splice:
    """Return the splice that makes ``new`` the last in the root."""
    content, end = text.content, text.root_end
    if content[end - 2 : end] == b"/>":
        return Splice(end - 2, end, b">" + new + b"</" + name_at(content, text.root_start) + b">")
    closing = [match.start() for match in TOKEN.finditer(content, end) if match[1]]
    return Splice(closing[-1], closing[-1], new)


def _free_name(package: Package, main: str) -> str:
    """Return a name for the part of comments, beside the part ``main``."""
    folder = main.rpartition("/")[0]
    start = f"{folder}/comments" if folder else "comments"
    names = (f"{start}{number or ''}.xml" for number in range(len(package.archive.entries) + 2))
    return next(
        each for each in names if not package.has(each) and not package.content_types.is_overridden(each)
    )


def _related(package: Package, main: str, name: str, kind: str, parts: CommentParts) -> CommentParts:
    """Return ``parts`` with the content type of the new part ``name`` and the relationship to it."""
    override = b'<Override PartName="/%b" ContentType="%b"/>' % (_quoted(name), _CONTENT_TYPE.encode())
    changed = {**parts.changed, CONTENT_TYPES_PART: _with_child(package, CONTENT_TYPES_PART, override)}
    ids = {each.id for each in package.relationships(main)}
    number = next(each for each in range(1, len(ids) + 2) if f"rIdReview{each}" not in ids)
    target = posixpath.relpath(f"/{name}", posixpath.dirname(f"/{main}"))
    relationship = b'<Relationship Id="rIdReview%d" Type="%b" Target="%b"/>' % (
        number, kind.encode(), _quoted(target),
    )  # fmt: skip
    relationships = relationships_part(main)
    if package.has(relationships):
        changed[relationships] = _with_child(package, relationships, relationship)
        return CommentParts(changed, parts.added)
    root = b'<Relationships xmlns="%b">%b</Relationships>' % (RELATIONSHIPS_NAMESPACE.encode(), relationship)
    return CommentParts(changed, {**parts.added, relationships: _DECLARATION + root})


def _with_child(package: Package, name: str, child: bytes) -> bytes:
    """Return a part with ``child``, a tag without prefix, as the last child of its root."""
    stored = package.read(name)
    encoding = encoding_of(stored, name)
    text = part_text(recoded(stored, encoding))
    # The root's own name says whether its namespace is the default one.
    if b":" in name_at(text.content, text.root_start):
        child = child.replace(b" ", b' xmlns="%b" ' % text.namespace, 1)
    return encoded(spliced(text.content, [_at_end_of_root(text, child)]), encoding)


def _quoted(value: str) -> bytes:
    return escaped(value).replace(b'"', b"&quot;")
