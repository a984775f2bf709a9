"""Replays the fix list on the bytes of a paragraph: attributes of one element in a w:pPr or w:rPr.

The rule for bytes: an attribute that stays keeps its place, one that goes goes with the white space before
it, one that comes stands behind the others, in the order of the fix's ``after``. An element that is missing
is made at its place in the schema's order, and so is the w:pPr or w:rPr around it.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.byte_replay import ByteEdit
from docops_flask.engine.integrity.byte_tags import TagMap
from docops_flask.engine.integrity.fix_claims import Fix
from docops_flask.engine.integrity.fixes import ORDERS
from docops_flask.engine.integrity.paragraph_reading import runs_of

# The longest element of w:pPr or w:rPr has fifteen attributes.
_MOST_ATTRIBUTES = 64
# How the number of a run is written, alone.
_NUMBER = "0|[1-9][0-9]{0,8}"
_NAME = r"[A-Za-z_][\w.-]*"


class FixedParagraph(NamedTuple):
    """A paragraph that fixes speak of: the bytes its tags lie in, its w:p, where each start tag lies.

    ``content_start`` is where the content of the w:p begins.
    """

    content: bytes
    element: _Element
    tags: TagMap
    content_start: int
    names: Names


class _Property:
    """One property element as fixes change it: the attributes it has by local name, and those it had."""

    __slots__ = ("after", "before", "element", "local")

    def __init__(self, local: str, element: _Element | None, names: Names) -> None:
        self.local = local
        self.element = element
        found = {} if element is None else {str(name): str(value) for name, value in element.items()}
        prefix = names("")
        self.before = {
            name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)
        }
        self.after = dict(self.before)


class _Holder:
    """A w:p or w:r whose properties fixes change."""

    __slots__ = ("changed", "kind", "owner", "properties")

    def __init__(self, owner: _Element, kind: str, names: Names) -> None:
        self.owner = owner
        self.kind = kind
        self.properties = owner.find(names(kind))
        self.changed: dict[str, _Property] = {}


class ParagraphFixes:
    """Takes the fixes of one paragraph one after the other; ``edits`` is what they come to."""

    def __init__(self, paragraph: FixedParagraph, path: str) -> None:
        self._paragraph = paragraph
        self._path = path
        self._holders: dict[_Element, _Holder] = {}
        self._runs: list[_Element] | None = None

    def take(self, fix: Fix) -> str | None:
        """Take ``fix``; return what does not fit, ``None`` when all does."""
        kind = "pPr" if fix.run_id is None else "rPr"
        if fix.element not in ORDERS[kind]:
            return f"its element is none of w:{kind}"
        owner = self._paragraph.element if fix.run_id is None else self._run(fix.run_id)
        if owner is None:
            return "its run_id is no run of its paragraph_path"
        names = self._paragraph.names
        holder = self._holders.get(owner)
        if holder is None:
            holder = self._holders[owner] = _Holder(owner, kind, names)
        known = holder.changed.get(fix.element)
        if known is None:
            # Of several (an error of the file) the last is the one that counts.
            found = [] if holder.properties is None else holder.properties.findall(names(fix.element))
            known = _Property(fix.element, found[-1] if found else None, names)
        if any(known.after.get(name) != fix.before.get(name) for name in {**fix.before, **fix.after}):
            return "the attributes in the template are not those it names as before"
        if len(known.after) + len(fix.after) > _MOST_ATTRIBUTES:
            return "it names more attributes than such an element has"
        if not all(re.fullmatch(_NAME, name, re.ASCII) for name in fix.after):
            return "XML cannot hold the attributes it names"
        for name in fix.before:
            if name not in fix.after:
                del known.after[name]
        known.after.update(fix.after)
        holder.changed[fix.element] = known
        return None

    def _run(self, run_id: str) -> _Element | None:
        path, _, number = run_id.rpartition(":r")
        if path != self._path or not re.fullmatch(_NUMBER, number):
            return None
        if self._runs is None:
            self._runs = runs_of(self._paragraph.element, self._paragraph.names)
        return self._runs[int(number)] if int(number) < len(self._runs) else None

    def edits(self) -> list[ByteEdit]:
        """Return the edits of the paragraph's bytes."""
        edits: list[ByteEdit] = []
        for holder in self._holders.values():
            edits += self._of_holder(holder)
        return edits

    def _of_holder(self, holder: _Holder) -> list[ByteEdit]:
        names, order = self._paragraph.names, ORDERS[holder.kind]
        edits: list[ByteEdit] = []
        # New elements by the byte where they go, in the schema's order.
        made: dict[int, list[bytes]] = {}
        for local in sorted(holder.changed, key=order.index):
            changed = holder.changed[local]
            if changed.element is not None:
                edits += self._attribute_edits(changed, changed.element)
                continue
            markup = self._element(changed, holder.owner if holder.properties is None else holder.properties)
            later = {names(each) for each in order[order.index(local) + 1 :]}
            follower = None
            if holder.properties is not None:
                follower = next((child for child in holder.properties if child.tag in later), None)
            made.setdefault(-1 if follower is None else self._paragraph.tags[follower].start, []).append(
                markup
            )
        for at, markups in made.items():
            new = b"".join(markups)
            edits.append(ByteEdit(at, at, new) if at >= 0 else self._at_the_end(holder, new))
        return edits

    def _at_the_end(self, holder: _Holder, new: bytes) -> ByteEdit:
        """Return the edit that puts ``new`` at the end of the properties, which are made if missing."""
        content = self._paragraph.content
        name = _prefix_of(holder.owner) + holder.kind.encode()
        if holder.properties is not None:
            tag = self._paragraph.tags[holder.properties]
            if content[tag.end - 2] == 0x2F:
                own = content[tag.start + 1 : tag.end - 2].split(None, 1)[0]
                return ByteEdit(tag.end - 2, tag.end, b">" + new + b"</" + own + b">")
            own = content[tag.start + 1 : tag.end - 1].split(None, 1)[0]
            end = _end_tag(content, tag.end, own)
            return ByteEdit(end, end, new)
        new = b"<" + name + b">" + new + b"</" + name + b">"
        if holder.owner is self._paragraph.element:
            return ByteEdit(self._paragraph.content_start, self._paragraph.content_start, new)
        tag = self._paragraph.tags[holder.owner]
        if content[tag.end - 2] == 0x2F:
            own = content[tag.start + 1 : tag.end - 2].split(None, 1)[0]
            return ByteEdit(tag.end - 2, tag.end, b">" + new + b"</" + own + b">")
        return ByteEdit(tag.end, tag.end, new)

    def _element(self, changed: _Property, around: _Element) -> bytes:
        new = self._new_attributes(changed.after, around)
        return b"<" + _prefix_of(around) + changed.local.encode() + new + b"/>"

    def _new_attributes(self, attributes: Mapping[str, str], around: _Element) -> bytes:
        """Return attributes for ``around`` or an element in it; they get a prefix where none is bound."""
        prefix, namespace = _prefix_of(around), self._paragraph.names.namespace
        pieces = []
        if not prefix:
            bound = [each for each, uri in around.nsmap.items() if each is not None and uri == namespace]
            prefix = (min(bound) if bound else "docops").encode() + b":"
            if attributes and not bound:
                pieces.append(b' xmlns:docops="%b"' % namespace.encode())
        for name, value in attributes.items():
            pieces.append(b' %b%b="%b"' % (prefix, name.encode(), _quoted(value)))
        return b"".join(pieces)

    def _attribute_edits(self, changed: _Property, element: _Element) -> list[ByteEdit]:
        content, tag = self._paragraph.content, self._paragraph.tags[element]
        edits: list[ByteEdit] = []
        written = content[tag.start : tag.end]
        own = iter(element.items())
        for match in re.finditer(rb"\s+([^\s=\"'/>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", written):
            if match[1] == b"xmlns" or match[1].startswith(b"xmlns:"):
                continue
            # The tree has the attributes in the order of the bytes.
            clark, _ = next(own)
            name = match[1].rpartition(b":")[2].decode()
            if clark != self._paragraph.names(name) or name not in changed.before:
                continue
            if name not in changed.after:
                edits.append(ByteEdit(tag.start + match.start(), tag.start + match.end(), b""))
            elif changed.after[name] != changed.before[name]:
                first, last = match.span(2) if match[2] is not None else match.span(3)
                edits.append(ByteEdit(tag.start + first, tag.start + last, _quoted(changed.after[name])))
        added = [name for name in changed.after if name not in changed.before]
        if added:
            at = tag.end - (2 if content[tag.end - 2] == 0x2F else 1)
            while content[at - 1 : at].isspace():
                at -= 1
            new = self._new_attributes({name: changed.after[name] for name in added}, element)
            edits.append(ByteEdit(at, at, new))
        return edits


def _prefix_of(element: _Element) -> bytes:
    """Return what the name of an element begins with: its prefix with the colon, or nothing."""
    return b"" if element.prefix is None else element.prefix.encode() + b":"


def _quoted(value: str) -> bytes:
    for character, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        value = value.replace(character, reference)
    return value.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;").encode()


def _end_tag(content: bytes, start: int, name: bytes) -> int:
    """Return where the end tag of an element called ``name`` begins whose start tag ends at ``start``."""
    depth = 1
    tag = rb"<(/?)" + re.escape(name) + rb"(?=[\s/>])(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>"
    for match in re.compile(tag).finditer(content, start):
        if match[1]:
            depth -= 1
            if not depth:
                return match.start()
        elif not match[0].endswith(b"/>"):
            depth += 1
    raise ValueError("an element without an end tag")
