"""Random mutations of the bytes of a finished document; most leave its canonical XML as it is."""

import io
import random
import re
import zipfile
from collections.abc import Callable

from tests.engine.integrity.finished_job import rewritten

_ATTEMPTS = 200
_TAG = rb"<[A-Za-z][^<>]*>"
_ATTRIBUTE = rb"\s[^\s=<>\"'/]+=(?:\"[^\"<]*\"|'[^'<]*')"
ByteMutation = Callable[[random.Random, bytes], bytes]


def mutate_bytes(random_: random.Random, document: bytes) -> tuple[str, bytes]:
    """Return what was done and the mutated package."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(_ATTEMPTS):
        name = "word/document.xml" if random_.random() < 0.6 else random_.choice(list(members))
        mutation = random_.choice(_MUTATIONS)
        content = mutation(random_, members[name])
        if content != members[name]:
            return f"{name}: {mutation.__name__}", rewritten(document, {name: content})
    raise AssertionError("the document takes no mutation")


def _somewhere(random_: random.Random, pattern: bytes, content: bytes) -> re.Match[bytes] | None:
    found = list(re.finditer(pattern, content))
    return random_.choice(found) if found else None


def flip_byte(random_: random.Random, content: bytes) -> bytes:
    if not content:
        return content
    at = random_.randrange(len(content))
    return content[:at] + bytes([content[at] ^ random_.randrange(1, 256)]) + content[at + 1 :]


def drop_byte(random_: random.Random, content: bytes) -> bytes:
    at = random_.randrange(len(content) + 1)
    return content[:at] + content[at + 1 :]


def double_some(random_: random.Random, content: bytes) -> bytes:
    at = random_.randrange(len(content) + 1)
    end = at + random_.randrange(1, 40)
    return content[:end] + content[at:]


def exchange_neighbours(random_: random.Random, content: bytes) -> bytes:
    at = random_.randrange(len(content) + 1)
    return content[:at] + content[at + 1 : at + 2] + content[at : at + 1] + content[at + 2 :]


def add_white_space(random_: random.Random, content: bytes) -> bytes:
    tag = _somewhere(random_, rb"(?<=[\"'\w])\s*/?>(?=.)", content)
    blank = random_.choice((b" ", b"\n", b"\t", b"\r\n"))
    return content if tag is None else content[: tag.start()] + blank + content[tag.start() :]


def exchange_attributes(random_: random.Random, content: bytes) -> bytes:
    two = _somewhere(random_, rb"(%b)(%b)(?=[\s/>])" % (_ATTRIBUTE, _ATTRIBUTE), content)
    return content if two is None else content[: two.start()] + two[2] + two[1] + content[two.end() :]


def exchange_quotes(random_: random.Random, content: bytes) -> bytes:
    value = _somewhere(random_, rb"=\"([^\"'<>]*)\"", content)
    return (
        content
        if value is None
        else content[: value.start()] + b"='" + value[1] + b"'" + content[value.end() :]
    )


def write_an_end_tag(random_: random.Random, content: bytes) -> bytes:
    tag = _somewhere(random_, rb"<([A-Za-z][\w.:-]*)([^<>]*)/>", content)
    if tag is None:
        return content
    return content[: tag.start()] + b"<%b%b></%b>" % (tag[1], tag[2], tag[1]) + content[tag.end() :]


def write_a_reference(random_: random.Random, content: bytes) -> bytes:
    letter = _somewhere(random_, rb"(?<=>)[^<>&\x80-\xff](?=[^<>]*<)", content)
    if letter is None:
        return content
    return content[: letter.start()] + b"&#%d;" % ord(letter[0]) + content[letter.end() :]


def write_cdata(random_: random.Random, content: bytes) -> bytes:
    text = _somewhere(random_, rb"(?<=>)[^<>&]+(?=</)", content)
    return (
        content
        if text is None
        else content[: text.start()] + b"<![CDATA[" + text[0] + b"]]>" + content[text.end() :]
    )


def add_an_empty_section(random_: random.Random, content: bytes) -> bytes:
    tag = _somewhere(random_, rb"(?<=>)(?=</)|(?<=\w)(?=</)", content)
    return content if tag is None else content[: tag.start()] + b"<![CDATA[]]>" + content[tag.start() :]


def declare_again(random_: random.Random, content: bytes) -> bytes:
    declared = re.search(rb"\sxmlns:\w+=\"[^\"]*\"", content)
    tag = _somewhere(random_, rb"(?<=<)[A-Za-z][\w.:-]*(?=[\s/>])", content)
    if declared is None or tag is None:
        return content
    return content[: tag.end()] + declared[0] + content[tag.end() :]


def add_behind_the_root(random_: random.Random, content: bytes) -> bytes:
    return content + random_.choice((b"\n", b" ", b"<!-- x -->"))


def write_the_declaration_otherwise(_random: random.Random, content: bytes) -> bytes:
    return content.replace(b"?>", b" ?>", 1) if content.startswith(b"<?xml") else content


_MUTATIONS: tuple[ByteMutation, ...] = (
    flip_byte,
    drop_byte,
    double_some,
    exchange_neighbours,
    add_white_space,
    exchange_attributes,
    exchange_quotes,
    write_an_end_tag,
    write_a_reference,
    write_cdata,
    add_an_empty_section,
    declare_again,
    add_behind_the_root,
    write_the_declaration_otherwise,
)
