"""What a payload has to hold, told from the tags of a template alone (docs/templates.md, chapter *Schema*).

Each scope has its names: those of the payload, of an object, or of the items of a list. How a name is used
says what its value is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

from docops_flask.engine.template.blocks.pairing import Block, PlacedTag
from docops_flask.engine.template.conditions import is_ordered
from docops_flask.engine.template.formats.chains import misfit_of
from docops_flask.engine.template.formats.table import COUNT, DEFAULT, OPTIONAL, SUM, rule_of, summed_names
from docops_flask.engine.template.formats.values import FormatError, to_decimal
from docops_flask.engine.template.tag_kinds import Path, Tag, TagKind


class ValueKind(Enum):
    """What a value is.

    ``GIVEN`` is any value, for names that nothing but a condition uses; ``CHOICE`` is compared with literals;
    ``ITEMS`` is a list whose items are counted, and may be anything.
    """

    GIVEN = "condition"
    BOOL = "bool"
    CHOICE = "choice"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TEXTS = "texts"
    ITEMS = "items"
    LIST = "list"
    OBJECT = "object"
    IMAGE = "image"
    RICH = "rich"
    DOCUMENT = "document"


class Use(NamedTuple):
    """A use of a name: what it asks for, the tag, and whether the name may be absent there."""

    kind: ValueKind
    tag: PlacedTag
    may_be_absent: bool


class TypeConflict(NamedTuple):
    """Two uses of a name that exclude one another."""

    name: str
    first: PlacedTag
    second: PlacedTag


class ScopeFault(NamedTuple):
    """A tag that asks for an item, or a scope, that there is not: ``SCOPE_OUTSIDE``."""

    tag: PlacedTag


class Choices(NamedTuple):
    """The entries of a control's list: what each value shows; ``is_closed``: no other value may be given."""

    shown: Mapping[str, str]
    is_closed: bool


class Entry:
    """A name of a scope: its uses, its members if it is an object, its items if it is a list.

    ``choices`` are the values that lists of controls allow; ``None``: any. ``longest`` is how many characters
    a form field lets people type; ``None``: any number.
    """

    __slots__ = ("_kind", "choices", "items", "longest", "members", "uses")

    def __init__(self) -> None:
        self.uses: list[Use] = []
        # What its value is by as many of its uses.
        self._kind = ValueKind.GIVEN, 0
        self.members: Scope | None = None
        self.items: Scope | None = None
        self.choices: Sequence[str] | None = None
        self.longest: int | None = None

    @property
    def kind(self) -> ValueKind:
        """What its value is: what the most telling of its uses asks for."""
        kind, known = self._kind
        if known < len(self.uses):
            kinds = {kind, *(use.kind for use in self.uses[known:])}
            kind = next((each for each in _MOST_TELLING if each in kinds), ValueKind.GIVEN)
            self._kind = kind, len(self.uses)
        return kind

    @property
    def is_required(self) -> bool:
        """Whether a task without it leaves something open."""
        return any(not use.may_be_absent for use in self.uses) or (
            self.members is not None and any(each.is_required for each in self.members.names.values())
        )

    def conflicts(self) -> Iterator[tuple[Use, Use]]:
        """Yield each use that another excludes, with the first that does."""
        first: dict[ValueKind, Use] = {}
        has_names = self.items is not None and bool(self.items.names)
        # A declared list may be one of objects.
        uses = [use for use in self.uses if not (_declares_text(use) or (has_names and _declares_list(use)))]
        for use in uses:
            first.setdefault(use.kind, use)
        # A field without a format takes a list of texts where a declaration says so.
        agree = {*_AGREE, *_OF_LISTS} if any(map(_declares_list, self.uses)) else {*_AGREE}
        if has_names:
            # Objects cannot be joined.
            agree -= _JOINED
        excluded: dict[ValueKind, Use] = {}
        for kind in first:
            for other in first.values():
                if other.kind is not kind and frozenset((kind, other.kind)) not in agree:
                    excluded.setdefault(kind, other)
        for use in uses if excluded else ():
            if use.kind in excluded:
                yield use, excluded[use.kind]


def _declares_list(use: Use) -> bool:
    return use.kind is ValueKind.TEXTS and use.tag.tag.kind is TagKind.DECLARE


def _declares_text(use: Use) -> bool:
    """Say whether a use is a declaration of a text, as one without a type is: it excludes no other use."""
    return use.kind is ValueKind.TEXT and use.tag.tag.kind is TagKind.DECLARE


class Scope:
    """The names of a scope, in the order of their first use; ``item`` is what 【.】 stands for in a list."""

    __slots__ = ("item", "names")

    def __init__(self) -> None:
        self.names: dict[str, Entry] = {}
        self.item = Entry()

    def entry(self, name: str) -> Entry:
        """Return the entry of ``name``, made at its first use."""
        return self.names.setdefault(name, Entry())


_MOST_TELLING = (
    ValueKind.DOCUMENT, ValueKind.IMAGE, ValueKind.RICH, ValueKind.LIST, ValueKind.OBJECT, ValueKind.TEXTS,
    ValueKind.ITEMS, ValueKind.DATE, ValueKind.NUMBER, ValueKind.TEXT, ValueKind.CHOICE, ValueKind.BOOL,
)  # fmt: skip
_AGREE = frozenset(
    frozenset(pair)
    for pair in (
        *((ValueKind.GIVEN, kind) for kind in ValueKind),
        *((ValueKind.BOOL, kind) for kind in (ValueKind.TEXT, ValueKind.NUMBER, ValueKind.DATE)),
        *(
            (ValueKind.CHOICE, kind)
            for kind in (ValueKind.BOOL, ValueKind.TEXT, ValueKind.NUMBER, ValueKind.DATE)
        ),
        (ValueKind.TEXT, ValueKind.NUMBER),
        (ValueKind.TEXT, ValueKind.DATE),
        (ValueKind.TEXTS, ValueKind.LIST),
        (ValueKind.ITEMS, ValueKind.LIST),
        (ValueKind.ITEMS, ValueKind.TEXTS),
    )
)
_TEXT_OF_LIST = frozenset((ValueKind.TEXT, ValueKind.LIST))
_OF_LISTS = *(frozenset((ValueKind.TEXT, kind)) for kind in (ValueKind.TEXTS, ValueKind.ITEMS)), _TEXT_OF_LIST
_JOINED = {frozenset((ValueKind.TEXTS, ValueKind.LIST)), _TEXT_OF_LIST}
_TAKEN = {
    "date": ValueKind.DATE,
    "number": ValueKind.NUMBER,
    "integer": ValueKind.NUMBER,
    "texts": ValueKind.TEXTS,
    "rich": ValueKind.RICH,
    "list": ValueKind.LIST,
}
_OF_KINDS = {
    TagKind.PICTURE: ValueKind.IMAGE, TagKind.CHECK: ValueKind.BOOL, TagKind.DOCUMENT: ValueKind.DOCUMENT,
}  # fmt: skip
_DECLARED = {
    "text": ValueKind.TEXT, "lines": ValueKind.TEXT, "number": ValueKind.NUMBER, "date": ValueKind.DATE,
    "bool": ValueKind.BOOL, "image": ValueKind.IMAGE, "list": ValueKind.TEXTS,
    "rich": ValueKind.RICH,
}  # fmt: skip


class PayloadShape:
    """The scopes of a payload, as the tags of a template use them.

    ``items`` are the scopes of lists by the identities of their blocks.
    """

    def __init__(self, is_tag: Callable[[Tag], bool] | None = None) -> None:
        """``is_tag`` says of what is read as a tag whether it is one; ``None`` says so of all."""
        self.root = Scope()
        self.items: dict[int, Scope] = {}
        self.faults: list[ScopeFault] = []
        self._is_tag = is_tag

    def use(self, nodes: Iterable[Block | PlacedTag], scopes: Sequence[Scope] = ()) -> None:
        """Take in blocks and tags; ``scopes`` are those of the lists around them, the innermost last."""
        self._use(nodes, (self.root, *scopes), ())

    def _use(
        self, nodes: Iterable[Block | PlacedTag], scopes: tuple[Scope, ...], given: tuple[Entry, ...]
    ) -> None:
        for node in nodes:
            if isinstance(node, Block):
                self._use_block(node, scopes, given)
            elif self._is_tag is None or self._is_tag(node.tag):
                self._use_tag(node, scopes, given)

    def _use_block(self, block: Block, scopes: tuple[Scope, ...], given: tuple[Entry, ...]) -> None:
        tag = block.start.tag
        inner, given_inside = scopes, given
        if tag.path is None:
            if len(scopes) == 1:
                self.faults.append(ScopeFault(block.start))
        elif block.opens_scope:
            may_be_absent = tag.is_optional or block.other_tag is not None
            entry = self._note(Use(ValueKind.LIST, block.start, may_be_absent), tag.path, scopes, given)
            if entry is not None:
                entry.items = entry.items or Scope()
                inner = (*scopes, entry.items)
                self.items[id(block)] = entry.items
        else:
            kind = ValueKind.GIVEN if tag.operator is None else _compared_kind(tag)
            may_be_absent = tag.operator is None or tag.is_optional
            entry = self._note(Use(kind, block.start, may_be_absent), tag.path, scopes, given)
            if entry is not None and tag.operator is None and tag.kind is TagKind.IF:
                given_inside = (*given, entry)
        self._use(block.main, inner, given_inside)
        self._use(block.gap, inner, given_inside)
        self._use(block.other, scopes, given)

    def _use_tag(self, placed: PlacedTag, scopes: tuple[Scope, ...], given: tuple[Entry, ...]) -> None:
        tag = placed.tag
        if tag.kind is TagKind.DECLARE:
            for declared in tag.declared:
                self._note(Use(_DECLARED[declared.type], placed, True), declared.path, scopes[:1], given)
        elif tag.kind is TagKind.NUMBER:
            if len(scopes) - 1 <= (0 if tag.path is None else tag.path.up):
                self.faults.append(ScopeFault(placed))
        elif tag.kind is TagKind.ITEM:
            if len(scopes) == 1:
                self.faults.append(ScopeFault(placed))
            else:
                entry = scopes[-1].item
                entry.uses.append(Use(_formatted_kind(tag), placed, _may_be_absent(tag)))
                self._note_summed(placed, entry)
        elif tag.path is not None:
            kind = _OF_KINDS.get(tag.kind)
            if kind is ValueKind.BOOL and tag.operator is not None:
                kind = _compared_kind(tag)
            use = Use(kind or _formatted_kind(tag), placed, _may_be_absent(tag))
            noted = self._note(use, tag.path, scopes, given)
            if noted is not None and tag.formats:
                self._note_summed(placed, noted)

    def _note_summed(self, placed: PlacedTag, entry: Entry) -> None:
        """Note the number of each item that a tag adds up, if it does; ``entry`` is that of the list."""
        made_by = next((each for each in placed.tag.formats if each.name == SUM), None)
        if made_by is None or rule_of(made_by) is None:
            return
        entry.items = entry.items or Scope()
        names = summed_names(made_by.argument or "") or ()
        use = Use(ValueKind.NUMBER, placed, placed.tag.is_optional)
        if names:
            self._note(use, Path(names), (entry.items,), ())
        else:
            entry.items.item.uses.append(use)

    def _note(
        self,
        use: Use,
        path: Path,
        scopes: tuple[Scope, ...],
        given: tuple[Entry, ...],
    ) -> Entry | None:
        """Note a use of ``path``; return the entry of its last name, ``None`` without such a scope."""
        if path.up >= len(scopes):
            self.faults.append(ScopeFault(use.tag))
            return None
        scope = scopes[0] if path.is_root else scopes[-1 - path.up]
        for name in path.names[:-1]:
            entry = scope.entry(name)
            entry.uses.append(Use(ValueKind.OBJECT, use.tag, True))
            entry.members = entry.members or Scope()
            scope = entry.members
        entry = scope.entry(path.names[-1])
        entry.uses.append(use._replace(may_be_absent=True) if entry in given else use)
        return entry

    def all_names(self) -> set[str]:
        """Return the names of all scopes."""
        found: set[str] = set()
        pending = [self.root]
        while pending:
            scope = pending.pop()
            found.update(scope.names)
            for entry in scope.names.values():
                pending += (each for each in (entry.members, entry.items) if each is not None)
        return found

    def limit(self, choices: Mapping[str, Choices], lengths: Mapping[str, int]) -> None:
        """Have names take only the values that lists of controls allow, by what stands in their tags.

        ``lengths`` are how many characters people may type, which does not limit values.
        """
        pending = [self.root]
        while pending:
            scope = pending.pop()
            for entry in (*scope.names.values(), scope.item):
                pending += (each for each in (entry.members, entry.items) if each is not None)
                for use in entry.uses:
                    longest = lengths.get(use.tag.text[1:-1])
                    if longest is not None:
                        entry.longest = min(longest, entry.longest or longest)
                    known = choices.get(use.tag.text[1:-1])
                    if known is not None and known.is_closed:
                        allowed = list(dict.fromkeys((*known.shown.values(), *known.shown)))
                        others = entry.choices
                        entry.choices = [each for each in allowed if others is None or each in others]

    def conflicts(self) -> Iterator[TypeConflict]:
        """Yield the uses of names that others exclude."""
        yield from _conflicts(self.root)


def _conflicts(scope: Scope) -> Iterator[TypeConflict]:
    entries = dict(scope.names)
    if scope.item.uses:
        entries["."] = scope.item
    named = next((use for entry in scope.names.values() for use in entry.uses), None)
    if named is not None:
        # An item with names is an object.
        yield from (TypeConflict(".", use.tag, named.tag) for use in scope.item.uses)
    for name, entry in entries.items():
        for use, other in entry.conflicts():
            yield TypeConflict(name, use.tag, other.tag)
        for inner in (entry.members, entry.items):
            if inner is not None:
                yield from _conflicts(inner)


def _formatted_kind(tag: Tag) -> ValueKind:
    """Return what a field asks for; one with formats that cannot work is not filled, whatever is given."""
    if any(rule_of(each) is None for each in tag.formats) or misfit_of(tag.formats) is not None:
        return ValueKind.GIVEN
    for each in tag.formats:
        rule = rule_of(each)
        if each.name == COUNT and rule is not None:
            return ValueKind.ITEMS
        if rule is not None and rule.takes in _TAKEN:
            return _TAKEN[rule.takes]
    return ValueKind.TEXT


def _may_be_absent(tag: Tag) -> bool:
    return tag.is_optional or any(each.name in (DEFAULT, OPTIONAL) for each in tag.formats)


def _compared_kind(tag: Tag) -> ValueKind:
    """Return what a comparison asks for: a number or date, for an order with such; else a text."""
    if tag.operator in ("=", "≠") or not any(map(is_ordered, tag.literals)):
        return ValueKind.CHOICE
    try:
        for literal in tag.literals:
            to_decimal(literal)
    except FormatError:
        return ValueKind.DATE
    return ValueKind.NUMBER


def tree_of(scope: Scope) -> dict[str, Any]:
    """Return the names of a scope with the kinds of their values: objects as dicts, lists as lists of one."""
    tree: dict[str, Any] = {}
    for name, entry in scope.names.items():
        if entry.kind is ValueKind.LIST and entry.items is not None:
            named = tree_of(entry.items)
            tree[name] = [entry.items.item.kind.value if entry.items.item.uses and not named else named]
        elif entry.members is not None:
            tree[name] = tree_of(entry.members)
        else:
            tree[name] = entry.kind.value
    return tree
