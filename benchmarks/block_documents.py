"""The benchmark documents with blocks, in the syntax of each compared implementation, and their payloads."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.documents import package, paragraph, run, table_of

FIELDS = ("code", "title", "unit", "count", "price")
# Paragraphs have two of the fields, with words around.
_SHOWN = FIELDS[:2]


class Syntax(NamedTuple):
    """How a library writes lists.

    ``start`` and ``end`` make the tags of a list named like ``rows`` or ``groups.rows`` (the inner of two) of
    elements ``tr`` or ``p``; ``field`` makes that of a field of an item. With ``own_elements`` the tags of a
    list of rows stand in rows of their own. With ``next_field`` there are none: the item stands twice, the
    second time with the tags that this makes.
    """

    start: Callable[[str, str], str]
    end: Callable[[str, str], str]
    field: Callable[[str, str], str]
    own_elements: bool = False
    next_field: Callable[[str, str], str] | None = None


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _jinja_item(path: str) -> str:
    return f"one_of_{_last(path)}"


def _jinja_list(path: str) -> str:
    outer, _, name = path.rpartition(".")
    return f"{_jinja_item(outer)}.{name}" if outer else name


def _carbone(path: str, field: str, *, is_next: bool) -> str:
    items = "[i].".join(path.split("."))
    return f"{{d.{items}[{'i+1' if is_next else 'i'}].{field}}}"


BRACKETED = Syntax(
    lambda path, _: f"【#{_last(path)}】",
    lambda path, _: f"【/{_last(path)}】",
    lambda _, field: f"【{field}】",
)
BRACED = Syntax(
    lambda path, _: f"{{#{_last(path)}}}",
    lambda path, _: f"{{/{_last(path)}}}",
    lambda _, field: f"{{{field}}}",
)
JINJA = Syntax(
    lambda path, element: f"{{%{element} for {_jinja_item(path)} in {_jinja_list(path)} %}}",
    lambda _, element: f"{{%{element} endfor %}}",
    lambda path, field: f"{{{{ {_jinja_item(path)}.{field} }}}}",
    own_elements=True,
)
CARBONE = Syntax(
    lambda _path, _element: "",
    lambda _path, _element: "",
    lambda path, field: _carbone(path, field, is_next=False),
    next_field=lambda path, field: _carbone(path, field, is_next=True),
)


def row_loop(syntax: Syntax) -> str:
    """Return a table with a heading row and one row of five fields, repeated for each of ``rows``."""
    heading = _row([run(field) for field in FIELDS])
    fields = [syntax.field("rows", field) for field in FIELDS]
    start, end = syntax.start("rows", "tr"), syntax.end("rows", "tr")
    if syntax.next_field is not None:
        after = [syntax.next_field("rows", field) for field in FIELDS]
        rows = [_row(_runs(fields)), _row(_runs(after))]
    elif syntax.own_elements:
        empty = [""] * (len(FIELDS) - 1)
        rows = [_row(_runs([tag, *empty])) for tag in (start, end)]
        rows.insert(1, _row(_runs(fields)))
    else:
        rows = [_row(_runs([start + fields[0], *fields[1:-1], fields[-1] + end]))]
    return table_of(heading + "".join(rows))


def paragraph_block(syntax: Syntax) -> str:
    """Return a paragraph with two fields, repeated for each of ``rows``."""
    if syntax.next_field is not None:
        return _item("rows", syntax.field) + paragraph(run(syntax.next_field("rows", FIELDS[0])))
    tags = [paragraph(run(tag)) for tag in (syntax.start("rows", "p"), syntax.end("rows", "p"))]
    return tags[0] + _item("rows", syntax.field) + tags[1]


def nested_lists(syntax: Syntax) -> str:
    """Return a heading for each of ``groups``, and below it a paragraph for each of its ``rows``."""
    heading = paragraph(run(syntax.field("groups", "name")))
    rows = "groups.rows"
    inner = _item(rows, syntax.field)
    if syntax.next_field is not None:
        after = paragraph(run(syntax.next_field(rows, FIELDS[0])))
        return heading + inner + after + paragraph(run(syntax.next_field("groups", "name")))
    starts = [paragraph(run(syntax.start(path, "p"))) for path in ("groups", rows)]
    ends = [paragraph(run(syntax.end(path, "p"))) for path in (rows, "groups")]
    return "".join((starts[0], heading, starts[1], inner, *ends))


def _runs(texts: list[str]) -> list[str]:
    return [run(text) for text in texts]


def _row(cells: list[str]) -> str:
    width = '<w:tcW w:w="1768" w:type="dxa"/>'
    written = (f"<w:tc><w:tcPr>{width}</w:tcPr><w:p>{cell}</w:p></w:tc>" for cell in cells)
    return f"<w:tr>{''.join(written)}</w:tr>"


def _item(path: str, field: Callable[[str, str], str]) -> str:
    first, second = (field(path, name) for name in _SHOWN)
    return paragraph(run("编号") + run(first) + run(f"，名称{second}，请按时整改。"))


def _items(count: int, fields: Sequence[str] = FIELDS, group: int = 0) -> list[dict[str, str]]:
    items = [
        {
            "code": f"C{group:02d}-{number:05d}",
            "title": f"第{number % 97}类消防器材",
            "unit": "具" if number % 3 else "套",
            "count": str(1 + number % 40),
            "price": f"{120 + number % 500}.50",
        }
        for number in range(count)
    ]
    # The engine refuses keys that no tag takes.
    return [{field: item[field] for field in fields} for item in items]


class BlockDocument(NamedTuple):
    """A benchmark document: its name, its body, the payload, and the target in CPU ms, ``None`` for none."""

    name: str
    body: Callable[[Syntax], str]
    payload: Mapping[str, Any]
    most_ms: float | None = None

    def spelled(self, syntax: Syntax) -> bytes:
        """Return the ``.docx`` in the syntax of one library."""
        return package(self.body(syntax))

    def codes(self) -> list[str]:
        """Return a text of each item, in the order of the result."""
        groups = self.payload.get("groups", [self.payload])
        return [item["code"] for group in groups for item in group["rows"]]


def block_documents() -> tuple[BlockDocument, ...]:
    """Return the documents; the targets are the project's, whatever the machine."""
    groups = [{"name": f"第{number}组", "rows": _items(20, _SHOWN, number)} for number in range(50)]
    return (
        BlockDocument("row loop, 1,000 × 5", row_loop, {"rows": _items(1000)}, 25),
        BlockDocument("row loop, 10,000 × 5", row_loop, {"rows": _items(10_000)}, 300),
        BlockDocument("paragraph block, 1,000 items", paragraph_block, {"rows": _items(1000, _SHOWN)}),
        BlockDocument("nested lists, 50 × 20 items", nested_lists, {"groups": groups}),
    )
