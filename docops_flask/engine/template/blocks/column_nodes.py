"""The tags of a story as they belong to repeated columns: names are looked up in the item of the column.

In rows that are repeated it is the item of the list that the row has by that name.
"""

from collections.abc import Mapping, Sequence

from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pairing import Block, PlacedTag
from docops_flask.engine.template.blocks.tag_sites import TagSite

_Nodes = list[Block | PlacedTag]


def put_into_columns(
    nodes: Sequence[Block | PlacedTag], sites: Sequence[TagSite], blocks: Mapping[int, FoundBlock]
) -> None:
    """Put what stands in columns into their blocks, and what is beside them behind these.

    ``nodes`` are those of a story as its tags pair, ``sites`` its tags, ``blocks`` the sound blocks by the
    numbers of their start tags. The lists of nodes are changed.
    """
    assert isinstance(nodes, list)
    for found in blocks.values():
        if found.is_columns:
            _Columns(found, sites, blocks).take(nodes)


class _Columns:
    """Moves the nodes of one block of columns."""

    def __init__(self, found: FoundBlock, sites: Sequence[TagSite], blocks: Mapping[int, FoundBlock]) -> None:
        self._found = found
        self._sites = sites
        self._blocks = blocks
        self._taken: dict[int, _Nodes] = {}

    def take(self, nodes: _Nodes) -> None:
        """Move what is amiss among ``nodes`` and in these."""
        self._collect(nodes)
        found = self._found
        own = found.block.main
        beside = [each for each in own if self._slice_of(each) is None and not self._is_amid(each)]
        if beside:
            kept = {id(each) for each in beside}
            own[:] = [each for each in own if id(each) not in kept]
            around, number = _place_of(nodes, found.block)
            around[number + 1 : number + 1] = beside
        for each in found.slices:
            taken = self._taken.get(each.first, [])
            if not each.crosses:
                before = [node for node in taken if _number(node) < found.block.start.number]
                own[:] = [*before, *own, *taken[len(before) :]]
            elif taken and found.block.opens_scope:
                self._put_into_row(each, taken)

    def _put_into_row(self, one: FoundBlock, taken: _Nodes) -> None:
        """Put what stands in columns in a repeated row into a list that the row has."""
        assert one.parent is not None
        start = self._found.block.start
        path, lists = start.tag.path, 0
        around: FoundBlock | None = one.parent
        while around is not None and around is not self._found.parent:
            lists += around.block.opens_scope
            around = around.parent
        if path is not None and path.up:
            start = start._replace(tag=start.tag._replace(path=path._replace(up=path.up + lists)))
        one.block = Block(start, one.parent.block)
        one.block.end = self._found.block.end
        one.block.main += taken
        part = one.parent.part_at(one.first)
        (one.parent.block.other if part is one.parent.other else one.parent.block.main).append(one.block)

    def _collect(self, nodes: _Nodes) -> None:
        """Take what stands in slices out of ``nodes``, at any depth."""
        left: _Nodes = []
        for node in nodes:
            one = None if node is self._found.block else self._slice_of(node)
            if one is not None and not (one.crosses and not self._found.block.opens_scope):
                self._taken.setdefault(one.first, []).append(node)
                continue
            left.append(node)
            if isinstance(node, Block):
                for part in (node.main, node.gap, node.other):
                    self._collect(part)
        nodes[:] = left

    def _slice_of(self, node: Block | PlacedTag) -> FoundBlock | None:
        first, last = self._bytes_of(node)
        return next((each for each in self._found.slices if each.first <= first and last <= each.last), None)

    def _is_amid(self, node: Block | PlacedTag) -> bool:
        first, last = self._bytes_of(node)
        return self._found.first <= first and last <= self._found.last

    def _bytes_of(self, node: Block | PlacedTag) -> tuple[int, int]:
        """Return the first and the last byte of a tag, or of a block with what it covers."""
        if not isinstance(node, Block):
            return self._sites[node.number].first, self._sites[node.number].last
        first, last = self._sites[node.start.number].first, self._sites[node.end.number].last
        found = self._blocks.get(node.start.number)
        if found is not None and found.first < found.last:
            first, last = min(first, found.first), max(last, found.last)
        return first, last


def _number(node: Block | PlacedTag) -> int:
    return node.start.number if isinstance(node, Block) else node.number


def _place_of(nodes: _Nodes, block: Block) -> tuple[_Nodes, int]:
    """Return the list of nodes that a block stands in, and its number there."""
    for number, node in enumerate(nodes):
        if node is block:
            return nodes, number
        if isinstance(node, Block):
            for part in (node.main, node.gap, node.other):
                found = _place_of(part, block)
                if found[1] >= 0:
                    return found
    return nodes, -1
