"""The tags of a story as they belong to repeated columns: names are looked up in the item of the column.

In rows that are repeated it is the item of the list that the row has by that name.
"""

from collections.abc import Container, Iterator, Mapping, Sequence

from docops_flask.engine.template.blocks.block_scopes import BlocksAt
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pairing import Block, PlacedTag
from docops_flask.engine.template.blocks.tag_sites import TagSite

_Nodes = list[Block | PlacedTag]


def put_into_columns(
    nodes: Sequence[Block | PlacedTag],
    sites: Sequence[TagSite],
    blocks: Mapping[int, FoundBlock],
    hung: Container[int],
) -> None:
    """Put what stands in columns into their blocks, and what is beside them behind these.

    ``nodes`` are those of a story as its tags pair, ``sites`` its tags, ``blocks`` the sound blocks by the
    numbers of their start tags, ``hung`` the identities of slices that text boxes or notes with tags hang in.
    The lists of nodes are changed.
    """
    assert isinstance(nodes, list)
    columns = [found for found in blocks.values() if found.is_columns]
    if columns:
        _Columns(columns, sites, blocks, hung).take(nodes)


class _Columns:
    """Moves the nodes of a story."""

    def __init__(
        self,
        columns: Sequence[FoundBlock],
        sites: Sequence[TagSite],
        blocks: Mapping[int, FoundBlock],
        hung: Container[int],
    ) -> None:
        self._hung = hung
        self._columns = columns
        self._sites = sites
        self._blocks = blocks
        self._slices = BlocksAt(each for found in columns for each in found.slices)
        # By the identity of a slice, what stands in it.
        self._taken: dict[int, _Nodes] = {}

    def take(self, nodes: _Nodes) -> None:
        """Move what is amiss among ``nodes`` and in these."""
        self._collect(nodes, None)
        for found in self._columns:
            for each in found.slices:
                taken = self._taken.get(id(each), [])
                if not each.crosses:
                    own = found.block.main
                    before = [node for node in taken if _number(node) < found.block.start.number]
                    own[:] = [*before, *own, *taken[len(before) :]]
                elif taken or (id(each) in self._hung and found.block.opens_scope):
                    self._put_into_row(found, each, taken)
        lists = dict(_lists_of(nodes))
        for found in self._columns:
            own = found.block.main
            beside = {id(each): each for each in own if not self._is_inside(each, found)}
            if beside:
                own[:] = [each for each in own if id(each) not in beside]
                around = lists[id(found.block)]
                number = next(index for index, each in enumerate(around) if each is found.block)
                around[number + 1 : number + 1] = beside.values()

    @staticmethod
    def _put_into_row(found: FoundBlock, one: FoundBlock, taken: _Nodes) -> None:
        """Put what stands in columns in a repeated row into a list that the row has."""
        assert one.parent is not None
        start = found.block.start
        path, lists = start.tag.path, 0
        around: FoundBlock | None = one.parent
        while around is not None and around is not found.parent:
            lists += around.block.opens_scope
            around = around.parent
        if path is not None and path.up:
            start = start._replace(tag=start.tag._replace(path=path._replace(up=path.up + lists)))
        one.block = Block(start, one.parent.block)
        one.block.end = found.block.end
        one.block.main += taken
        part = one.parent.part_at(one.first)
        (one.parent.block.other if part is one.parent.other else one.parent.block.main).append(one.block)

    def _collect(self, nodes: _Nodes, around: FoundBlock | None) -> None:
        """Take what stands in slices out of ``nodes``, which stand in the slice ``around``, at any depth."""
        left: _Nodes = []
        for node in nodes:
            one = self._slice_of(node)
            # In rows that are repeated, columns of a condition leave the names in their cells as they are.
            is_moved = one is not None and one is not around and (one.block.opens_scope or not one.crosses)
            (self._taken.setdefault(id(one), []) if is_moved else left).append(node)
            if isinstance(node, Block):
                for part in (node.main, node.gap, node.other):
                    self._collect(part, one)
        nodes[:] = left

    def _slice_of(self, node: Block | PlacedTag) -> FoundBlock | None:
        """Return the innermost slice that a node stands in."""
        first, last = self._bytes_of(node)
        found = self._slices.around(first).block
        return found if found is not None and last <= found.last else None

    def _is_inside(self, node: Block | PlacedTag, found: FoundBlock) -> bool:
        """Say whether a node stands in columns, in the row of their start tag or another."""
        first, last = self._bytes_of(node)
        one = self._slices.around(first).block
        return (found.first <= first and last <= found.last) or (one is not None and one.original is found)

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


def _lists_of(nodes: _Nodes) -> Iterator[tuple[int, _Nodes]]:
    """Yield the identity of each block with the list of nodes that it stands in."""
    for node in nodes:
        if isinstance(node, Block):
            yield id(node), nodes
            for part in (node.main, node.gap, node.other):
                yield from _lists_of(part)
