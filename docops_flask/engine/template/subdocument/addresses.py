"""Where paragraphs, tables and runs stand once documents are put in."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from docops_flask.engine.document.document import Document, ParagraphPlace, TablePlace


class MovedBlocks:
    """Maps addresses before documents are put in to those in the result.

    The address of a paragraph that gave way to a document becomes that of the document's first paragraph; it
    stays as it is if the document has none.
    """

    def __init__(self, before: Document, after: Document, edits: Sequence[tuple[int, int, bytes]]) -> None:
        """``edits`` put documents into the main part of ``before``, which makes it ``after``."""
        ordered = sorted(edits)
        main = before.parts[0].name
        ends = [end for _, end, _ in ordered]
        shifts = [0]
        for start, end, new in ordered:
            shifts.append(shifts[-1] + len(new) - (end - start))
        new_paths = {(each.part.name, each.start): each.path for each in _places(after)}
        self._paths: dict[str, str] = {}
        for place in _places(before):
            at = place.start
            if place.part.name == main:
                at += shifts[bisect_right(ends, place.start)]
            path = new_paths.get((place.part.name, at))
            if path is not None:
                self._paths[place.path] = path
        starts = {each.start: each for each in before.walk.paragraphs if each.part is before.parts[0]}
        tags = [starts[start] for start, _, _ in ordered]
        spans = [
            (start + shift, start + shift + len(new))
            for (start, _, new), shift in zip(ordered, shifts[:-1], strict=True)
        ]
        self._put_in = _put_in(after, tags, spans)

    def path(self, path: str) -> str:
        """Return the address of a paragraph, a table or what lies in a table."""
        put_in = self._put_in.get(path)
        if put_in is not None:
            return put_in[0] if put_in else path
        known = self._paths.get(path)
        if known is not None:
            return known
        # A row, a cell: behind the address of its table.
        head, dot, rest = path.rpartition(".")
        return f"{self.path(head)}{dot}{rest}" if dot and "#" not in path else path

    def all_paths(self, path: str) -> list[str]:
        """Return the addresses of all paragraphs that the one at ``path`` becomes."""
        return list(self._put_in.get(path) or (self.path(path),))

    def run(self, run_id: str) -> str:
        """Return the address of a run."""
        path, mark, digits = run_id.rpartition(":r")
        return f"{self.path(path)}{mark}{digits}"


def _places(document: Document) -> Iterator[ParagraphPlace | TablePlace]:
    yield from document.walk.tables
    for each in (*document.walk.paragraphs, *document.walk.comments):
        yield each
        yield from each.mirrors


def _put_in(
    after: Document, tags: Sequence[ParagraphPlace], spans: Sequence[tuple[int, int]]
) -> dict[str, list[str]]:
    """Return the addresses of the paragraphs put in place of each tag's paragraph, by the address of that.

    Those in tables of the document are left out. ``spans`` are the bytes of ``after`` that were put in.
    """
    found: dict[str, list[str]] = {tag.path: [] for tag in tags}
    starts = [start for start, _ in spans]
    for place in after.walk.paragraphs:
        if place.part is not after.parts[0] or place.story is not place.part.kind:
            continue
        number = bisect_right(starts, place.start) - 1
        if number < 0 or place.start >= spans[number][1]:
            continue
        if place.table_depth == tags[number].table_depth:
            found[tags[number].path].append(place.path)
    return found
