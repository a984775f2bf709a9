"""Pictures of a payload: base64 and files beside the task, each fault with its JSON path."""

import base64
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.job import Asset
from docops_flask.engine.template.pictures.given import given_pictures
from tests.pictures import in_base64, jpeg, png

NAMES = ["@印章 40mm", "甲方"]


@pytest.fixture
def assets(tmp_path: Path) -> list[Asset]:
    (tmp_path / "0").write_bytes(png(4, 4))
    (tmp_path / "1").write_bytes(jpeg())
    (tmp_path / "2").write_bytes(b"GIF89a")
    return [Asset("seal.png", str(tmp_path / "0")), Asset("图.jpg", str(tmp_path / "1")),
            Asset("no.png", str(tmp_path / "2"))]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"png": in_base64(png(3, 2))}, ("png", 3, 2)),
        ({"jpeg": in_base64(jpeg(8, 8))}, ("jpeg", 8, 8)),
        ({"file": "seal.png"}, ("png", 4, 4)),
        ({"file": "图.jpg"}, ("jpeg", 16, 8)),
        ({"png": base64.encodebytes(png(3, 2)).decode() + " \r\n"}, ("png", 3, 2)),
    ],
)
def test_pictures(assets: list[Asset], value: dict[str, Any], size: tuple[str, int, int]) -> None:
    found = given_pictures(NAMES, {"印章": {**value, "alt": "章"}}, assets)
    assert not found.errors
    [picture] = found.given.values()
    assert (picture.media.header[:3], picture.alt) == (size, "章")
    assert found.unused == [each.name for each in assets if each.name != value.get("file")]


@pytest.mark.parametrize(
    ("value", "path", "message", "suggestion"),
    [
        ({"png": "####"}, "png", "Is not base64 (RFC 4648, section 4).", None),
        ({"png": "iVBO"}, "png", "Must be a PNG or JPEG picture; it is no picture.", None),
        ({"png": in_base64(png()).rstrip("=")[:-1]}, "png", "Is not base64 (RFC 4648, section 4).", None),
        ({"png": "章"}, "png", "Is not base64 (RFC 4648, section 4).", None),
        ({"png": "data:image/png;base64,iVBO"}, "png", "Is not base64 (RFC 4648, section 4).",
         "Take out what stands before the comma."),
        ({"png": in_base64(jpeg())}, "png", "Must be a PNG; it is a JPEG.", 'Write "jpeg".'),
        ({"file": "no.png"}, "file", "Must be a PNG or JPEG picture; it is a GIF.", None),
        ({"file": "seal.pn"}, "file", "No part asset with the file name seal.pn was sent; sent were: "
         "seal.png, 图.jpg, no.png.", "Did you mean seal.png?"),
    ],
)  # fmt: skip
def test_faults(
    assets: list[Asset], value: dict[str, Any], path: str, message: str, suggestion: str | None
) -> None:
    found = given_pictures(NAMES, {"印章": value}, assets)
    assert found.errors == [(f"$.payload.印章.{path}", message, suggestion)]


def test_nothing_was_sent() -> None:
    found = given_pictures(NAMES, {"印章": {"file": "a.png"}})
    assert found.errors[0].message == "No part asset with the file name a.png was sent; sent were: none."


def test_more_pixels_than_are_allowed_by_the_header_alone() -> None:
    with pytest.raises(TemplateLimitExceeded) as refused:
        given_pictures(NAMES, {"印章": {"png": in_base64(png(100_000, 100_000))}})
    assert refused.value.detail == {"limit": "image_pixels", "max": 50_000_000}


def test_equal_pictures_are_one() -> None:
    value = {"png": in_base64(png())}
    given = given_pictures(["@A", "@B 10mm"], {"A": value, "B": dict(value)}).given
    assert given["@A"].media is given["@B 10mm"].media
