"""The outlines of the dark modules of a code: polygons of whole modules."""

from collections.abc import Iterator

from docops_flask.engine.template.codes.symbol import Symbol

Point = tuple[int, int]
_RIGHT, _DOWN, _LEFT, _UP = (1, 0), (0, 1), (-1, 0), (0, -1)
# Where two modules touch at a corner alone the outline turns right, so that it crosses nothing.
_RIGHT_OF = {_RIGHT: _DOWN, _DOWN: _LEFT, _LEFT: _UP, _UP: _RIGHT}


def outlines(symbol: Symbol) -> list[list[Point]]:
    """Return the corners of each outline, dark modules to its right: of a hole against the clock.

    So both ways of filling overlapping outlines, by their number and by their sense, show the same.
    """
    edges: dict[Point, list[Point]] = {}
    for start, direction in _edges(symbol):
        edges.setdefault(start, []).append(direction)
    found = []
    for first in sorted(edges, key=lambda each: (each[1], each[0])):
        while edges[first]:
            found.append(_outline(edges, first))
    return found


def _edges(symbol: Symbol) -> Iterator[tuple[Point, Point]]:
    light = bytes(symbol.columns + 2)
    rows = [light, *(b"\0" + row + b"\0" for row in symbol.rows), light]
    for y in range(1, len(rows) - 1):
        above, row, below = rows[y - 1 : y + 2]
        for x in range(1, symbol.columns + 1):
            if not row[x]:
                continue
            if not above[x]:
                yield (x - 1, y - 1), _RIGHT
            if not row[x + 1]:
                yield (x, y - 1), _DOWN
            if not below[x]:
                yield (x, y), _LEFT
            if not row[x - 1]:
                yield (x - 1, y), _UP


def _outline(edges: dict[Point, list[Point]], first: Point) -> list[Point]:
    at, direction = first, edges[first].pop(0)
    corners = [first]
    while True:
        at = at[0] + direction[0], at[1] + direction[1]
        if at == first:
            return corners
        ways = edges[at]
        turn = _RIGHT_OF[direction]
        way = ways.pop(ways.index(turn) if turn in ways else 0)
        if way != direction:
            corners.append(at)
            direction = way
