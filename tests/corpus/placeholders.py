"""Puts placeholders into real documents: words become 【F0】, 【F1】 …, some split across runs.

Works on the raw XML and shares nothing with the engine, so that a fault there cannot hide here.
"""

import copy
import io
import re
import zipfile

from lxml import etree

_FILLED_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml\Z")
_ANY_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT_W = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_WORD = re.compile(r"[^\W_]{2,}")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_UNFILLED = ("del", "moveFrom", "rt", "rubyBase", "oMath", "Fallback")
_MAX_FIELDS = 150


def with_placeholders(content):
    """Return the package with words turned into placeholders, and field name to word."""
    source = zipfile.ZipFile(io.BytesIO(content))
    values = {}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if _FILLED_PARTS.match(info.filename):
                data = _part_with_placeholders(data, values)
            target.writestr(info, data)
    return buffer.getvalue(), values


def story_texts(content):
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


def _namespace(root):
    return next((w for w in (_ANY_W, _STRICT_W) if root.tag.startswith(w)), None)


def _part_with_placeholders(data, values):
    root = etree.fromstring(data)
    w = _namespace(root)
    if w is None:
        return data
    for number, paragraph in enumerate(list(root.iter(f"{w}p"))):
        node = _first_word_node(paragraph, w)
        if node is None or len(values) >= _MAX_FIELDS:
            continue
        word = _WORD.search(node.text)
        name = f"F{len(values)}"
        values[name] = word[0]
        before, after = node.text[: word.start()], node.text[word.end() :]
        pieces = [f"【{name}】"] if number % 2 else ["【", name[:1], f"{name[1:]}】"]
        _write(node, [before + pieces[0], *pieces[1:-1], *([pieces[-1] + after] if len(pieces) > 1 else [])])
        if len(pieces) == 1:
            node.text += after
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def _first_word_node(paragraph, w):
    for node in paragraph.iter(f"{w}t"):
        if not _WORD.search(node.text or "") or node.getparent().tag != f"{w}r":
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


def _write(node, texts):
    """Put ``texts`` into ``node`` and copies of its run: everything after the node moves to the last."""
    run = node.getparent()
    following = list(node.itersiblings())
    node.text = texts[0]
    node.set(_SPACE, "preserve")
    last = run
    for text in texts[1:]:
        twin = etree.Element(run.tag, nsmap=run.nsmap)
        properties = next((child for child in run if child.tag.endswith("}rPr")), None)
        if properties is not None:
            twin.append(copy.deepcopy(properties))
        etree.SubElement(twin, node.tag).text = text
        twin[-1].set(_SPACE, "preserve")
        last.addnext(twin)
        last = twin
    if last is not run:
        last.extend(following)
