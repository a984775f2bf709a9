"""Word documents that are sound and hard: long, deep, wide, many-valued, or beyond what may be unfolded."""

from collections.abc import Callable

from tests.factories import R, docx, p, r, tbl, tc, tr

TITLE = "【MEETING_TITLE】"


def numbered_paragraphs(count: int) -> str:
    """Paragraphs of digits, which deflate folds no more than long tables that are made by programs."""
    return "".join(p(str(number * 7919 % 1_000_003)) for number in range(count))


def vertical_merge(rows: int) -> bytes:
    """A table whose first column is one cell over all rows."""
    merge = ['<w:vMerge w:val="restart"/>', *["<w:vMerge/>"] * (rows - 1)]
    return docx(tbl(*(tr(tc(TITLE, properties=each), tc(str(n))) for n, each in enumerate(merge))))


def many_runs(count: int) -> bytes:
    """One paragraph of ``count`` runs, each third one a part of a placeholder."""
    return docx(p(*[r("【") + r("MEETING_TITLE") + r("】")] * (count // 3)))


def spanning(columns: int) -> bytes:
    """A cell over ``columns`` grid columns."""
    return docx(tbl(tr(tc(TITLE, properties=f'<w:gridSpan w:val="{columns}"/>'))))


def nested_tables(depth: int) -> bytes:
    """Tables in tables."""
    content = p(TITLE)
    for _ in range(depth):
        content = tbl(tr(tc(content)))
    return docx(content)


def nested_boxes(depth: int) -> bytes:
    """Text boxes in text boxes."""
    content = p(TITLE)
    for _ in range(depth):
        box = f"<v:shape><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></v:shape>"
        content = f"<w:p><w:r><w:pict>{box}</w:pict></w:r></w:p>"
    return docx(content)


def style_chain(count: int) -> bytes:
    """Paragraphs of as many styles, each based on the next and numbered."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/><w:pPr><w:numPr>'
        f'<w:numId w:val="1"/></w:numPr><w:ind w:left="{n}"/></w:pPr></w:style>'
        for n in range(count)
    )
    body = "".join(p(TITLE, properties=f'<w:pStyle w:val="s{n}"/>') for n in range(count))
    return docx(body, styles=styles)


def loops() -> bytes:
    """Styles that are based on each other."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{one}"><w:basedOn w:val="{other}"/></w:style>'
        for one, other in ("ab", "bc", "ca")
    )
    return docx(p(TITLE, properties='<w:pStyle w:val="a"/>'), styles=styles)


def nonsense_values() -> bytes:
    """Properties whose values are no numbers."""
    odd = ["abc", "", "-", "9" * 5000, "1e9", "0x10", "NaN", "٣", "12pt3"]
    kinds = '<w:ind w:left="{0}" w:firstLine="{0}" w:firstLineChars="{0}"/><w:spacing w:line="{0}"/>'
    sizes = '<w:sz w:val="{0}"/><w:b w:val="{0}"/>'
    return docx(
        "".join(
            f"<w:p><w:pPr>{kinds.format(value)}</w:pPr>{r(TITLE, sizes.format(value))}</w:p>" for value in odd
        )
    )


def odd_addresses() -> bytes:
    """A header whose number has 200 digits and a note whose id is no number."""
    name = "header" + "9" * 200
    note = f'<w:footnote w:id="{"x" * 5000}">{p(TITLE)}</w:footnote>'
    return docx(p(TITLE), stories={name: p(TITLE), "footnotes": note})


HARD: dict[str, tuple[Callable[[], bytes], str]] = {
    "a vertical merge of 5,000 rows": (lambda: vertical_merge(5000), "0"),
    "a cell over 63 columns": (lambda: spanning(63), "0"),
    "5,000 brackets that stay open": (
        lambda: docx(p("".join(f"【A_{number} x " for number in range(5000)))),
        "3",
    ),
    "200,000 open brackets": (lambda: docx(p("【" * 200_000, TITLE)), "0"),
    "20,000 placeholders in one text": (lambda: docx(p(TITLE * 20_000)), "0"),
    "100,000 runs in a paragraph": (lambda: many_runs(100_000), "0"),
    "200,000 paragraphs": (lambda: docx(numbered_paragraphs(200_000) + p(TITLE)), "0"),
    "80 tables in each other": (lambda: nested_tables(80), "0"),
    "38 text boxes in each other": (lambda: nested_boxes(38), "0"),
    "a chain of 1,000 styles": (lambda: style_chain(1000), "0"),
    "styles in a ring": (loops, "0"),
    "values that are no numbers": (nonsense_values, "0"),
    "names and ids of 5,000 characters": (odd_addresses, "0"),
}

BEYOND_A_LIMIT: dict[str, tuple[Callable[[], bytes], dict[str, str], str]] = {
    "a cell over 64 columns": (lambda: spanning(64), {}, "table_cells"),
    "a cell over ten million columns": (lambda: spanning(10**7), {}, "table_cells"),
    "100,001 cells": (
        lambda: docx(tbl(*["<w:tr>" + "<w:tc><w:p/></w:tc>" * 50 + "</w:tr>"] * 2001)),
        {},
        "table_cells",
    ),
    "values that multiply to a gigabyte": (
        lambda: docx(p(TITLE * 1000)),
        {"meeting_title": "x" * 1_000_000},
        "output_bytes",
    ),
}

_REACHING_OUT = {
    "attachedTemplate": "attachedTemplate",
    "aFChunk": "aFChunk",
    "oleObject": "oleObject",
    "image": "image",
    "hyperlink": "hyperlink",
    "subDocument": "subDocument",
}


def reaching_out(url: str) -> bytes:
    """A document that points to ``url`` in every way Word would follow, and holds foreign content."""
    outside = "".join(
        f'<Relationship Id="x{kind}" Type="{R}/{kind}" Target="{url}{kind}" TargetMode="External"/>'
        for kind in _REACHING_OUT
    )
    inside = f'<Relationship Id="chunk" Type="{R}/aFChunk" Target="chunk.html"/>'
    dangling = f'<Relationship Id="gone" Type="{R}/header" Target="nowhere.xml"/>'
    relationships = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{outside}{inside}{dangling}</Relationships>"
    )
    body = (
        p(TITLE)
        + '<w:altChunk r:id="xaFChunk"/><w:altChunk r:id="chunk"/><w:subDoc r:id="xsubDocument"/>'
        + f'<w:p><w:r><w:fldSimple w:instr="INCLUDETEXT {url}field"/></w:r></w:p>'
    )
    return docx(
        body,
        extra={
            "word/_rels/document.xml.rels": relationships.encode(),
            "word/chunk.html": f"<script src='{url}chunk'></script>".encode(),
            "word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        },
    )
