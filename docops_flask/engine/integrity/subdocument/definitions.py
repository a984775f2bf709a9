"""The styles and lists that sub-documents take from the result or add to it."""

import re
from collections.abc import Iterator

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.copies import spans_in
from docops_flask.engine.integrity.subdocument.asset import Asset, AssetPart
from docops_flask.engine.integrity.subdocument.elements import copied, integer, is_within, local_name, remove
from docops_flask.engine.integrity.subdocument.target import Target
from docops_flask.engine.integrity.subdocument.writing import written

# The type of style that a reference asks for; that of w:link is the other of paragraph and character.
_TYPES = {"pStyle": "paragraph", "rStyle": "character", "tblStyle": "table"}
_LINKED = {"paragraph": "character", "character": "paragraph"}
_LISTS = {"styleLink": "numbering", "numStyleLink": "numbering"}


class ResultStyles:
    """The styles of the result: those of the template, and those that were added for sub-documents."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._names = target.names
        part = target.related("styles")
        self._ids: set[str] = set()
        self._by_name: dict[tuple[str, str], str] = {}
        for style in () if part is None else part.root().iterchildren(self._names("style")):
            identity = str(style.get(self._names("styleId"), ""))
            self._ids.add(identity.lower())
            self._by_name.setdefault(key_of(style, self._names), identity)
        self._added: list[tuple[_Element, tuple[str, ...]]] = []

    def called(self, key: tuple[str, str]) -> str | None:
        """Return the id of the style of a type and name."""
        return self._by_name.get(key)

    def add(self, style: _Element, key: tuple[str, str], ignorable: tuple[str, ...]) -> str:
        """Add a style under an id that is free; return that."""
        wanted = str(style.get(self._names("styleId"), ""))
        identity, number = wanted, 0
        while identity.lower() in self._ids:
            number += 1
            identity = f"{wanted}{number}"
        style.set(self._names("styleId"), identity)
        self._ids.add(identity.lower())
        self._by_name[key] = identity
        self._added.append((style, ignorable))
        return identity

    def finish(self) -> None:
        """Put the added styles into the styles part."""
        if not self._added:
            return
        part = self._target.related("styles")
        if part is None:
            part = self._target.add_part("Styles", "styles", "styles", "styles")
        part.append([written(style, ignorable) for style, ignorable in self._added])


def key_of(style: _Element, names: Names) -> tuple[str, str]:
    """Return the type and the name of a style, which compares without case (17.7.4.9, 17.18.83)."""
    named = style.find(names("name"))
    called = None if named is None else named.get(names("val"))
    return style.get(names("type"), "paragraph"), str(called or style.get(names("styleId"), "")).lower()


class ResultLists:
    """The lists of the result: those of the template, and those that were added for sub-documents."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._names = target.names
        part = target.related("numbering")
        root = None if part is None else part.root()
        self._numbers = {"num": 0, "abstractNum": 0}
        for kind, attribute in (("num", "numId"), ("abstractNum", "abstractNumId")):
            found = [] if root is None else root.findall(self._names(kind))
            numbers = (integer(each.get(self._names(attribute))) for each in found)
            self._numbers[kind] = max((each for each in numbers if each is not None), default=0)
            self._numbers[kind] = max(self._numbers[kind], 0)
        self._added: dict[str, list[tuple[_Element, tuple[str, ...]]]] = {"num": [], "abstractNum": []}

    def next(self, kind: str) -> int:
        """Return the number of the next ``num`` or ``abstractNum``."""
        self._numbers[kind] += 1
        return self._numbers[kind]

    def add(self, kind: str, element: _Element, ignorable: tuple[str, ...]) -> None:
        """Add a w:num or w:abstractNum behind those added so far."""
        self._added[kind].append((element, ignorable))

    def finish(self) -> None:
        """Put the added definitions into the numbering part, at the places that CT_Numbering gives them."""
        if not self._added["num"]:
            return
        part = self._target.related("numbering")
        if part is None:
            part = self._target.add_part("Numbering", "numbering", "numbering", "numbering")
        part.open_root()
        content = part.content
        start = re.search(rb"<(?![?!])", content)
        assert start is not None
        root = part.root()
        spans = dict(zip(root.iter("*"), spans_in(content, start.start()), strict=True))
        cleanup, first = root.find(self._names("numIdMacAtCleanup")), root.find(self._names("num"))
        behind = content.rindex(b"</") if cleanup is None else spans[cleanup].start
        before = behind if first is None else spans[first].start
        new = {kind: b"".join(written(*each) for each in self._added[kind]) for kind in self._added}
        part.content = (
            content[:before] + new["abstractNum"] + content[before:behind] + new["num"] + content[behind:]
        )


class ValueDefinitions:
    """The styles and lists of one asset in the result, and what one value of it adds to them."""

    def __init__(self, asset: Asset, styles: ResultStyles, lists: ResultLists) -> None:
        self._asset = asset
        self._names = asset.names
        self._styles = styles
        self._lists = lists
        self._own_styles = asset.related("styles")
        self._own_lists = asset.related("numbering")
        self._list_ids: dict[int, int] = {}
        self._abstract_ids: dict[int, int] = {}
        # The elements of added styles and lists whose references are yet to be followed, innermost last.
        self._pending: list[Iterator[tuple[_Element, _Element]]] = []
        self.added_styles: list[dict[str, str]] = []
        self.added_lists: list[dict[str, int]] = []

    def follow(self, element: _Element) -> bool:
        """Make a reference to a style or list lead to the result's; return whether ``element`` is one.

        One that leads nowhere is removed, that to a list with its w:numPr. The references of what is added
        are followed before this returns, depth first.
        """
        is_reference = self._follow(element)
        # Chains of styles may be long.
        while self._pending:
            each, root = next(self._pending[-1], (None, None))
            if each is None or root is None:
                self._pending.pop()
            elif is_within(each, root) and not self._follow_own(each, root):
                self._follow(each)
        return is_reference

    def _follow_own(self, element: _Element, style: _Element) -> bool:
        """Follow a reference that only a style has, directly in it; say whether ``element`` is one."""
        names = self._names
        local = local_name(element, names)
        if element.getparent() is not style or style.tag != names("style"):
            return False
        if local not in ("basedOn", "next", "link"):
            return False
        kind = style.get(names("type"), "paragraph")
        of = _LINKED.get(kind) if local == "link" else kind
        self._set(element, self._style(element.get(names("val")), of))
        return True

    def _add_pending(self, root: _Element) -> None:
        self._pending.append(iter([(each, root) for each in root.iter("*")]))

    def _follow(self, element: _Element) -> bool:
        names = self._names
        local = local_name(element, names)
        if local in _TYPES or local in _LISTS:
            self._set(element, self._style(element.get(names("val")), _TYPES.get(local) or _LISTS[local]))
            return True
        parent = element.getparent()
        if local != "numId" or parent is None or parent.tag != names("numPr"):
            return False
        number = integer(element.get(names("val")))
        if number is not None and number <= 0:
            return True
        own = None if number is None else self._list(number)
        if own is None:
            remove(parent)
        else:
            element.set(names("val"), str(own))
        return True

    def _set(self, element: _Element, identity: str | None) -> None:
        if identity is None:
            remove(element)
        else:
            element.set(self._names("val"), identity)

    def _style(self, wanted: str | None, kind: str | None) -> str | None:
        names, own = self._names, self._own_styles
        if own is None or wanted is None or kind is None:
            return None
        found = self._asset.style(wanted, kind)
        if found is None:
            return None
        key = key_of(found, names)
        known = self._styles.called(key)
        if known is not None:
            return known
        style = copied(found)
        style.attrib.pop(names("default"), "")
        identity = self._styles.add(style, key, own.ignorable)
        named = style.find(names("name"))
        self.added_styles.append(
            {"id": identity, "name": "" if named is None else named.get(names("val"), ""), "type": kind}
        )
        self._add_pending(style)
        return identity

    def _list(self, number: int) -> int | None:
        """Return the number that the list ``number`` of the asset has in the result."""
        names, own = self._names, self._own_lists
        if number in self._list_ids:
            return self._list_ids[number]
        found = self._asset.numbered("numbering", "num", "numId", number)
        of = None if found is None else found.find(names("abstractNumId"))
        abstract = None if of is None else integer(of.get(names("val")))
        definition = None
        if abstract is not None:
            definition = self._asset.numbered("numbering", "abstractNum", "abstractNumId", abstract)
        if own is None or found is None or definition is None or abstract is None:
            return None
        identity = self._list_ids[number] = self._lists.next("num")
        copy = copied(found)
        copy.set(names("numId"), str(identity))
        self._lists.add("num", copy, own.ignorable)
        is_new = abstract not in self._abstract_ids
        if is_new:
            self._abstract_ids[abstract] = self._lists.next("abstractNum")
        leads_to = copy.find(names("abstractNumId"))
        assert leads_to is not None
        leads_to.set(names("val"), str(self._abstract_ids[abstract]))
        self.added_lists.append({"numId": identity, "abstractNumId": self._abstract_ids[abstract]})
        # What is added last is followed first.
        self._add_levels(copy)
        if is_new:
            self._add_definition(copied(definition), self._abstract_ids[abstract], own)
        return identity

    def _add_definition(self, copy: _Element, identity: int, own: AssetPart) -> None:
        names = self._names
        copy.set(names("abstractNumId"), str(identity))
        for each in [*copy.iterchildren(names("nsid")), *copy.iterchildren(names("tmpl"))]:
            remove(each)
        self._lists.add("abstractNum", copy, own.ignorable)
        self._add_levels(copy)

    def _add_levels(self, copy: _Element) -> None:
        for each in list(copy.iter(self._names("lvlPicBulletId"))):
            remove(each)
        self._add_pending(copy)
