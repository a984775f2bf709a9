"""Templates of language 2 and payloads that ask for too much, or that are only just text or tags.

docs/contract.md, section 4, has the limits; docs/templates.md says what is a tag.
"""

import json
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.factories import docx, p, tbl, tc, tr
from tests.hostile.answer_checks import Refusal
from tests.pictures import chunk, in_base64, placeholder_picture, png


class TagJob(NamedTuple):
    """A template and the JSON of a task."""

    template: bytes
    task: bytes


def _job(body: str, payload: Any) -> TagJob:
    return TagJob(docx(body), json.dumps({"payload": payload}).encode())


def _over(limit: str, maximum: int) -> Refusal:
    inner = f"{limit} at docops_flask/engine"
    return Refusal(413, "TEMPLATE_LIMIT_EXCEEDED", {"limit": limit, "max": maximum}, inner=inner)


def _items(count: int) -> bytes:
    """A task with ``count`` items in A, written as short as can be."""
    return b'{"payload":{"A":[' + b"1," * (count - 1) + b"1]}}"


def _copies(body: str) -> TagJob:
    return TagJob(docx(body), _items(1_000_000))


_DEEP = "".join(f"【?A{number}】" for number in range(9)) + "x" + "【/】" * 9
_NESTED = {"A": [{"B": [{"C": [1]}] * 8}] * 8}
_THOUSANDS = "【#A】【#全文.A】【#全文.A】x【/】【/】【/】"
_WIDE = in_base64(png(100_000, 100_000))

REFUSED: dict[str, tuple[Callable[[], TagJob], Refusal]] = {
    "a million copies in a paragraph": (lambda: _copies(p("【#A】x【/A】")), _over("block_copies", 100_000)),
    "a million paragraphs": (
        lambda: _copies(p("【#A】") + p("【.】") + p("【/A】")),
        _over("block_copies", 100_000),
    ),
    "a million rows": (
        lambda: _copies(tbl(tr(tc("【#A】【.】"), tc("【/A】")))),
        _over("block_copies", 100_000),
    ),
    "a list in a list in a list, 1,000 million": (
        lambda: _job(p(_THOUSANDS), {"A": [1] * 1000}),
        _over("block_copies", 100_000),
    ),
    "a list of 100,000 in each of eight copies": (
        lambda: _job(
            p("【#A】【#B】【#C】x【/】【#全文.D】y【/】【/】【/】"), {**_NESTED, "D": [1] * 100_000}
        ),
        _over("block_copies", 100_000),
    ),
    "a million lines": (
        lambda: _job(p("【N】") + p("【?N】x【/N】"), {"N": "\n" * 1_000_000}),
        _over("block_copies", 100_000),
    ),
    "blocks nine deep": (lambda: _job(p(_DEEP), {}), _over("block_depth", 8)),
    "blocks nine deep in cells": (
        lambda: _job(tbl(tr(tc(_DEEP), tc(p(_DEEP)))), {}),
        _over("block_depth", 8),
    ),
    "10,001 blocks": (
        lambda: _job("".join(p("【?A】x【/】" * 73) for _ in range(137)), {"A": 1}),
        _over("blocks", 10_000),
    ),
    "a picture of 100,000 x 100,000 pixels": (
        lambda: _job(p("【@A】"), {"A": {"png": _WIDE}}),
        _over("image_pixels", 50_000_000),
    ),
    "the same in a box, in a list": (
        lambda: _job(
            p("【#L】") + p(placeholder_picture("【@A】")) + p("【/L】"), {"L": [{"A": {"png": _WIDE}}]}
        ),
        _over("image_pixels", 50_000_000),
    ),
    "a picture without an end": (
        lambda: _job(p("【@A】"), {"A": {"png": in_base64(png()[:-12])}}),
        Refusal(400, "INVALID_ARGUMENT", inner="docops_flask/engine"),
    ),
}


def _bomb() -> bytes:
    """A PNG of 7,000 x 7,000 pixels by its header, whose data unfold to 147 MB."""
    folded = zlib.compressobj(9)
    data = b"".join([*(folded.compress(bytes(1_000_000)) for _ in range(147)), folded.flush()])
    whole = png(7000, 7000)
    head = whole[: whole.index(b"IDAT") - 4]
    return head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


_LONG = "甲" * 64
_TOO_LONG = "甲" * 65

# With the exit code, and texts of the paragraphs where they matter.
FILLED: dict[str, tuple[Callable[[], TagJob], str, list[str] | None]] = {
    "a PNG that unfolds to 147 MB": (
        lambda: _job(p("【@A 10mm】"), {"A": {"png": in_base64(_bomb())}}),
        "0",
        None,
    ),
    "an alternative text of a megabyte": (
        lambda: _job(p(placeholder_picture("【@A】" + "x" * 1_000_000)) + p("【N】"), {"N": "n"}),
        "3",
        ["", "n"],
    ),
    "names of 64 and of 65 characters": (
        lambda: _job(p(f"【={_LONG}】【={_TOO_LONG}】"), {_LONG: "v"}),
        "0",
        [f"v【={_TOO_LONG}】"],
    ),
    "a name that reads backwards": (
        lambda: _job(p("【=甲\u202e乙】【=甲\u200f】"), {}),
        "3",
        ["【=甲\u202e乙】【=甲\u200f】"],
    ),
    "a tag of 257 characters": (
        lambda: _job(p(f"【N|缺省:{'x' * 251}】【N|缺省:{'x' * 252}】"), {"N": "v"}),
        "0",
        [f"v【N|缺省:{'x' * 252}】"],
    ),
    "five formats": (
        lambda: _job(p("【N|可空|可空|可空|可空】【N|可空|可空|可空|可空|可空】"), {"N": "v"}),
        "0",
        ["v【N|可空|可空|可空|可空|可空】"],
    ),
    "100,000 signs": (lambda: _job(p("【#" * 50_000 + "】" * 50_000), {}), "3", None),
    "as many ends as fit": (lambda: _job(p("【/A】" * 20_000), {}), "3", None),
    "100,000 copies of nothing": (
        lambda: TagJob(docx(p("【#A】【/A】")), _items(100_000)),
        "0",
        None,
    ),
}
