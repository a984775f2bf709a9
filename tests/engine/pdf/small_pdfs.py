"""Small PDFs, written object by object (ISO 32000-1): pages of text and shapes, tagged if a test wants."""

from collections.abc import Sequence

A4 = (595, 842)


def pdf(*contents: str, size: tuple[int, int] = A4) -> bytes:
    """A PDF with a page for each of ``contents``, operators of a content stream with Helvetica as /F."""
    count = len(contents)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, content in enumerate(contents):
        objects += (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]/Contents {5 + 2 * number} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>",
            f"<</Length {len(content)}>>stream\n{content}\nendstream",
        )
    return _file(objects)


def _file(objects: Sequence[str]) -> bytes:
    written = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    rows = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{rows}trailer<</Size {count}/Root 1 0 R>>"
    return written + f"{end}\nstartxref\n{len(written)}\n%%EOF\n".encode()


def line(text: str, x: int = 72, y: int = 700) -> str:
    """Operators that write ``text`` in black."""
    return f"BT /F 12 Tf {x} {y} Td ({text}) Tj ET"


def bar(colour: str, x: int = 100, y: int = 100, width: int = 200, height: int = 100) -> str:
    """Operators that fill a rectangle; ``colour`` is red, green and blue from 0 to 1."""
    return f"{colour} rg {x} {y} {width} {height} re f"
