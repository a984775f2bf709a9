"""Puts placeholders into real documents: words become 【F0】, 【F1】 …, some split across runs.

Works on the raw XML and shares nothing with the engine, so that a fault there cannot hide here.
"""

import copy
import io
import re
import zipfile
from typing import Any

from lxml import etree

from tests.optional import not_none

_FILLED_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml\Z")
_ANY_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT_W = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_WORD = re.compile(r"[^\W_]{2,}")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_UNFILLED = ("del", "moveFrom", "rt", "rubyBase", "oMath", "Fallback")
_MAX_FIELDS = 150


def with_placeholders(content: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the package with words turned into placeholders, and field name to word."""
    source = zipfile.ZipFile(io.BytesIO(content))
    values: dict[str, str] = {}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if _FILLED_PARTS.match(info.filename):
                data = _part_with_placeholders(data, values)
            target.writestr(info, data)
    return buffer.getvalue(), values


def story_texts(content: bytes) -> dict[str, list[str]]:
    """Return part name to the text of each of its paragraphs, read from the w:t elements alone."""
    texts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if not re.match(r"word/[^/]+\.xml\Z", name):
                continue
            root = etree.fromstring(archive.read(name))
            w = _namespace(root)
            if w is not None:
                texts[name] = [
                    "".join(node.text or "" for node in paragraph.iter(f"{w}t"))
                    for paragraph in root.iter(f"{w}p")
                ]
    return texts


def _namespace(root: etree._Element) -> str | None:
    return next((w for w in (_ANY_W, _STRICT_W) if root.tag.startswith(w)), None)


def _part_with_placeholders(data: bytes, values: dict[str, str]) -> bytes:
    root = etree.fromstring(data)
    w = _namespace(root)
    if w is None:
        return data
    for number, paragraph in enumerate(list(root.iter(f"{w}p"))):
        node = _first_word_node(paragraph, w)
        if node is None or len(values) >= _MAX_FIELDS:
            continue
        text = not_none(node.text)
        word = not_none(_WORD.search(text))
        name = f"F{len(values)}"
        values[name] = word[0]
        before, after = text[: word.start()], text[word.end() :]
        pieces = [f"【{name}】"] if number % 2 else ["【", name[:1], f"{name[1:]}】"]
        _write(node, [before + pieces[0], *pieces[1:-1], *([pieces[-1] + after] if len(pieces) > 1 else [])])
        if len(pieces) == 1:
            node.text = not_none(node.text) + after
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def _first_word_node(paragraph: etree._Element, w: str) -> etree._Element | None:
    for node in paragraph.iter(f"{w}t"):
        if not _WORD.search(node.text or "") or not_none(node.getparent()).tag != f"{w}r":
            continue
        ancestors = []
        for ancestor in node.iterancestors():
            if ancestor is paragraph:
                break
            ancestors.append(etree.QName(ancestor).localname)
        else:
            continue
        if not set(ancestors) & {*_UNFILLED, "txbxContent", "AlternateContent"}:
            return node
    return None


def _write(node: etree._Element, texts: list[str]) -> None:
    """Put ``texts`` into ``node`` and copies of its run: everything after the node moves to the last."""
    run = not_none(node.getparent())
    following = list(node.itersiblings())
    node.text = texts[0]
    node.set(_SPACE, "preserve")
    last = run
    for text in texts[1:]:
        # The stubs do not know that the default namespace has the prefix None.
        nsmap: Any = run.nsmap
        twin = etree.Element(run.tag, nsmap=nsmap)
        properties = next((child for child in run if child.tag.endswith("}rPr")), None)
        if properties is not None:
            twin.append(copy.deepcopy(properties))
        etree.SubElement(twin, node.tag).text = text
        twin[-1].set(_SPACE, "preserve")
        not_none(last).addnext(twin)
        last = twin
    if last is not run:
        not_none(last).extend(following)
