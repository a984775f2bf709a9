"""Word fields as Word writes them: simple, and complex with instructions and results over several runs."""

from xml.sax.saxutils import quoteattr

from tests.factories import r


def simple(instruction: str, *result: str) -> str:
    """A simple field; ``result`` are runs."""
    return f"<w:fldSimple w:instr={quoteattr(f' {instruction} ')}>{''.join(result)}</w:fldSimple>"


def character(kind: str, inside: str = "") -> str:
    """A run with a field character."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{inside}</w:fldChar></w:r>'


def code(*pieces: str) -> str:
    """Runs with the pieces of an instruction."""
    return "".join(
        f'<w:r><w:instrText xml:space="preserve">{each.replace("&", "&amp;")}</w:instrText></w:r>'
        for each in pieces
    )


def complex_field(instruction: str | tuple[str, ...], *result: str, data: str = "") -> str:
    """A complex field: ``instruction`` in pieces, ``result`` are runs, ``data`` is in its first character."""
    pieces = (instruction,) if isinstance(instruction, str) else instruction
    separate = character("separate") if result else ""
    return character("begin", data) + code(*pieces) + separate + "".join(result) + character("end")


def merge_field(name: str, switches: str = "", look: str = "<w:b/>") -> str:
    """A merge field as Word inserts it."""
    return complex_field(f" MERGEFIELD {name} {switches}", r(f"«{name}»", look))
