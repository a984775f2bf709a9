"""Random mutations of a finished document: each changes the canonical XML of a part, or a member."""

import copy
import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

from lxml import etree
from lxml.etree import _Element

from tests.engine.integrity.finished_job import rewritten

_TEXT = "ab 1甲【】A\n\t"
_ATTEMPTS = 200
NodeMutation = Callable[[random.Random, _Element], bool]


def mutate(random_: random.Random, document: bytes) -> tuple[str, bytes]:
    """Return what was done and the mutated package."""
    names = [info.filename for info in zipfile.ZipFile(io.BytesIO(document)).infolist()]
    for _ in range(_ATTEMPTS):
        # Most of what can go wrong does so in the parts that are written anew.
        name = "word/document.xml" if random_.random() < 0.6 else random_.choice(names)
        content = zipfile.ZipFile(io.BytesIO(document)).read(name)
        if random_.random() < 0.1:
            done, changes = _mutate_member(random_, name, content)
        else:
            done, changes = _mutate_node(random_, name, content)
        if changes:
            return f"{name}: {done}", rewritten(document, changes)
    raise AssertionError("the document takes no mutation")


def _mutate_member(
    random_: random.Random, name: str, content: bytes
) -> tuple[str, dict[str, str | bytes | None]]:
    kind = random_.choice(("drop", "add", "cut", "grow"))
    if kind == "drop":
        return kind, {name: None}
    if kind == "add":
        return kind, {f"{name}.more": content}
    return kind, {name: content[:-1] if kind == "cut" else content + b"\0"} if content else {}


def _mutate_node(
    random_: random.Random, name: str, content: bytes
) -> tuple[str, dict[str, str | bytes | None]]:
    try:
        root = etree.fromstring(content)
    except etree.XMLSyntaxError:
        return "no XML", {}
    before = _canonical(root)
    mutation = random_.choice(_NODE_MUTATIONS)
    node = random_.choice(list(root.iter()))
    if not mutation(random_, node) or _canonical(root) == before:
        return "nothing", {}
    return mutation.__name__, {name: etree.tostring(root.getroottree(), encoding="UTF-8", standalone=True)}


def _canonical(root: _Element) -> bytes:
    return etree.tostring(root.getroottree(), method="c14n")


def flip_text(random_: random.Random, node: _Element) -> bool:
    text = node.text or ""
    at = random_.randrange(len(text) + 1)
    node.text = text[:at] + random_.choice(_TEXT) + text[at + 1 :]
    return True


def flip_tail(random_: random.Random, node: _Element) -> bool:
    if node.getparent() is None:
        return False
    node.tail = (node.tail or "") + random_.choice(_TEXT)
    return True


def cut_text(random_: random.Random, node: _Element) -> bool:
    node.text = (node.text or "")[random_.randrange(2) : len(node.text or "") - 1]
    return True


def change_attribute(random_: random.Random, node: _Element) -> bool:
    if not _is_element(node) or not node.attrib:
        return False
    name = random_.choice(sorted(node.attrib))
    node.set(name, node.get(name, "") + random_.choice("0a"))
    return True


def _is_element(node: _Element) -> bool:
    return isinstance(node.tag, str)


def drop_attribute(random_: random.Random, node: _Element) -> bool:
    if not _is_element(node) or not node.attrib:
        return False
    del node.attrib[random_.choice(sorted(node.attrib))]
    return True


def add_attribute(random_: random.Random, node: _Element) -> bool:
    if not _is_element(node):
        return False
    name = random_.choice(("{http://www.w3.org/XML/1998/namespace}space", "{urn:x}y", "z"))
    node.set(name, random_.choice(("preserve", "default", "")))
    return True


def drop_node(_random: random.Random, node: _Element) -> bool:
    parent = node.getparent()
    if parent is None:
        return False
    parent.remove(node)
    return True


def double_node(_random: random.Random, node: _Element) -> bool:
    if node.getparent() is None:
        return False
    twin = copy.deepcopy(node)
    twin.tail = None
    node.addnext(twin)
    return True


def add_node(random_: random.Random, node: _Element) -> bool:
    if not _is_element(node):
        return False
    namespace, end, _ = node.tag.rpartition("}")
    kinds = ("r", "t", "br", "p", "rPr")
    made = (
        etree.Comment("x")
        if random_.random() < 0.2
        else etree.Element(f"{namespace}{end}{random_.choice(kinds)}")
    )
    node.insert(random_.randrange(len(node) + 1), made)
    return True


def move_node(random_: random.Random, node: _Element) -> bool:
    parent = node.getparent()
    if parent is None or len(parent) < 2:
        return False
    parent.insert(random_.randrange(len(parent)), node)
    return True


def rename_node(_random: random.Random, node: _Element) -> bool:
    if not _is_element(node):
        return False
    node.tag = f"{node.tag}x"
    return True


def declare_namespace(_random: random.Random, node: _Element) -> bool:
    parent = node.getparent()
    if parent is None or not _is_element(node):
        return False
    # The stubs do not know that the default namespace has the prefix None.
    nsmap: dict[Any, str] = {**node.nsmap, "xyz": "urn:xyz"}
    copy = etree.Element(node.tag, {str(name): str(text) for name, text in node.attrib.items()}, nsmap=nsmap)
    copy.text, copy.tail = node.text, node.tail
    copy.extend(list(node))
    parent.replace(node, copy)
    return True


_NODE_MUTATIONS: tuple[NodeMutation, ...] = (
    flip_text,
    flip_tail,
    cut_text,
    change_attribute,
    drop_attribute,
    add_attribute,
    drop_node,
    double_node,
    add_node,
    move_node,
    rename_node,
    declare_namespace,
)
