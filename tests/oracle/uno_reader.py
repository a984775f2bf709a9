"""Reads Word files through LibreOffice's API (UNO) and writes what it finds as one line of JSON a file.

Run by the system's Python, which has the ``uno`` module, never by the tests' own: it shares no code with
the engine. Usage: uno_reader.py ACCEPT OUTPUT FILE...; ACCEPT is the pipe soffice listens at.

A line: ``file``; ``paragraphs`` in document order (tables row by row, frames at the end), each with ``text``,
``properties``, ``list`` (its list level's indents) and ``portions`` [text, properties]. Lengths are
hundredths of a millimetre.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.uno import Exception as UnoException

PARAGRAPH = (
    "NumberingIsNumber",
    "NumberingLevel",
    "ParaAdjust",
    "ParaBottomMargin",
    "ParaContextMargin",
    "ParaFirstLineIndent",
    "ParaLeftMargin",
    "ParaLineSpacing",
    "ParaRightMargin",
    "ParaStyleName",
    "ParaTopMargin",
)
PORTION = (
    "CharColor",
    "CharFontName",
    "CharFontNameAsian",
    "CharHeight",
    "CharPosture",
    "CharStyleName",
    "CharWeight",
    "HyperLinkURL",
)


def main(accept: str, output: str, files: list[str]) -> None:
    """Read ``files`` and append to ``output``; a file that cannot be read has ``error`` alone."""
    desktop = connect(accept)
    with Path(output).open("a", encoding="utf-8") as stream:
        for file in files:
            try:
                found = {"file": file, "paragraphs": read(desktop, file)}
            except UnoException as error:
                found = {"file": file, "error": type(error).__name__}
            stream.write(json.dumps(found, ensure_ascii=False) + "\n")
            stream.flush()


def connect(accept: str) -> Any:
    """Return the desktop of the soffice that listens at ``accept``; it may still be starting."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            context = resolver.resolve(f"uno:{accept};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("soffice does not answer")


def read(desktop: Any, file: str) -> list[dict[str, Any]]:
    """Return the paragraphs of a file."""
    hidden = PropertyValue()
    hidden.Name, hidden.Value = "Hidden", True
    document = desktop.loadComponentFromURL(Path(file).as_uri(), "_blank", 0, (hidden,))
    if document is None:
        raise UnoException("not loaded", None)
    try:
        rules: dict[Any, list[Any]] = {}
        found = list(paragraphs_of(document.Text, rules))
        frames = document.getTextFrames()
        for name in frames.ElementNames:
            found.extend(paragraphs_of(frames.getByName(name), rules))
        return found
    finally:
        document.close(True)


def paragraphs_of(text: Any, rules: dict[Any, list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield the paragraphs of a text, those of its tables among them."""
    elements = text.createEnumeration()
    while elements.hasMoreElements():
        element = elements.nextElement()
        if element.supportsService("com.sun.star.text.TextTable"):
            for name in element.CellNames:
                yield from paragraphs_of(element.getCellByName(name), rules)
        elif element.supportsService("com.sun.star.text.Paragraph"):
            paragraph = read_paragraph(element, rules)
            if paragraph["text"].strip():
                yield paragraph


def read_paragraph(element: Any, rules: dict[Any, list[Any]]) -> dict[str, Any]:
    """Return a paragraph as plain data."""
    values = dict(zip(PARAGRAPH, element.getPropertyValues(PARAGRAPH), strict=True))
    spacing = values.pop("ParaLineSpacing")
    values["LineMode"], values["LineHeight"] = spacing.Mode, spacing.Height
    states = element.getPropertyStates(("ParaFirstLineIndent", "ParaLeftMargin"))
    values["IndentStates"] = [state.value for state in states]
    portions = list(portions_of(element))
    return {
        "text": "".join(text for text, _ in portions),
        "properties": values,
        "list": list_indents(element, values, rules),
        "portions": portions,
    }


def portions_of(paragraph: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the text and the properties of each portion that shows text."""
    portions = paragraph.createEnumeration()
    while portions.hasMoreElements():
        portion = portions.nextElement()
        kind = portion.TextPortionType
        if kind not in ("Text", "TextField"):
            continue
        values = dict(zip(PORTION, portion.getPropertyValues(PORTION), strict=True))
        values["CharPosture"] = values["CharPosture"].value
        values["Kind"] = kind
        yield portion.String, values


def list_indents(element: Any, values: dict[str, Any], rules: dict[Any, list[Any]]) -> list[Any] | None:
    """Return the first-line and left indent of the paragraph's list level, ``None`` outside lists."""
    if not values["NumberingIsNumber"]:
        return None
    numbering = element.NumberingRules
    if numbering is None or values["NumberingLevel"] is None:
        return None
    key = numbering.Name if hasattr(numbering, "Name") else None, values["NumberingLevel"]
    if key[0] is None or key not in rules:
        level = numbering.getByIndex(values["NumberingLevel"])
        found = {each.Name: each.Value for each in level}
        rules[key] = [found.get("FirstLineIndent"), found.get("IndentAt")]
    return rules[key]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
