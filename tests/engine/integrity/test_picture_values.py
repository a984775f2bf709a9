"""Check boxes and pictures of a log compared with the payload, by code of the proof's own."""

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.integrity.claims import Claims, Replacement
from docops_flask.engine.integrity.picture_claims import AddedMedia, Picture
from docops_flask.engine.integrity.picture_tags import CheckTag, PictureTag, check_tag, picture_tag
from docops_flask.engine.integrity.picture_values import box_of, picture_value_faults
from docops_flask.engine.integrity.place_claims import PlaceReplacement
from docops_flask.engine.template.field_values import text_of
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tags import read_tag
from tests.pictures import in_base64, png


@pytest.mark.parametrize(
    ("inner", "tag"),
    [
        ("@公章", PictureTag("公章")),
        ("＠公章 40mm", PictureTag("公章", "40")),
        ("图片：公章 40.5 x 30mm｜可空", PictureTag("公章", "40.5", "30", True)),
        ("IMAGE A.B", PictureTag("A.B")),
        ("@公章 40", None),
        ("@公章|大写", None),
        ("图片公章", None),
        ("公章", None),
    ],
)
def test_pictures_tags(inner: str, tag: PictureTag | None) -> None:
    assert picture_tag(inner) == tag


@pytest.mark.parametrize(
    ("inner", "tag"),
    [
        ("□A", CheckTag("A")),
        ("□A|可空", CheckTag("A", is_optional=True)),
        ("勾选 性别=男", CheckTag("性别", "=", ("男",))),
        ("□A≠“1”｜2｜可空", CheckTag("A", "≠", ("1", "2"), True)),
        ("□A！＝1", CheckTag("A", "≠", ("1",))),
        ("CHECK:A>=3", CheckTag("A", "≥", ("3",))),
        ("□", None),
        ("□A x", None),
        ("A", None),
    ],
)
def test_checks_tags(inner: str, tag: CheckTag | None) -> None:
    assert check_tag(inner) == tag


VALUES = [
    None, True, False, "", " ", "x", "男", "3", 3, 0, Decimal("3.0"), "2026-05-06", "2026-05-06T10:00", "是",
    [], ["a"], {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=map(str, VALUES))
@pytest.mark.parametrize(
    "inner",
    [
        "□A", "□A|可空", "□A=男", "□A≠男|x", "□A=是", "□A=否", "□A>2", "□A≥3", "□A<3|2", "□A≤2026-05-06",
        "□A=3", "□A>2026-01-01", "□A<>3",
    ],
)  # fmt: skip
def test_both_sides_agree_on_every_box(inner: str, value: Any) -> None:
    tag, own = read_tag(inner), check_tag(inner)
    assert isinstance(tag, Tag)
    assert own is not None
    assert box_of(own, value) == text_of(tag, value, ", ")


CONTENT = png()
DIGEST = hashlib.sha256(CONTENT).hexdigest()
PAYLOAD = {"A": [{"x": {"png": in_base64(CONTENT), "alt": "a"}, "y": {"file": "y.png"}, "z": True}]}
PICTURE = Picture("word/media/docops1.png", 1, 1, "a")


def _faults(entry: Replacement | PlaceReplacement) -> list[str]:
    media = (AddedMedia("word/media/docops1.png", DIGEST), AddedMedia("word/media/docops2.png", "0" * 64))
    claims = Claims((), (), media=media)
    if isinstance(entry, Replacement):
        claims = claims._replace(replacements=(entry,))
    else:
        claims = claims._replace(places=(entry,))
    return [fault.place for fault in picture_value_faults(claims, PAYLOAD)]


@pytest.mark.parametrize(
    ("picture", "path", "is_given"),
    [
        (PICTURE, "$.A[0].x", True),
        (PICTURE._replace(alt="b"), "$.A[0].x", False),
        (PICTURE._replace(part="word/media/docops2.png"), "$.A[0].x", False),
        (PICTURE, "$.A[1].x", False),
        (PICTURE, "$.A[0].z", False),
        (PICTURE, None, False),
        (PICTURE._replace(alt=""), "$.A[0].y", True),
    ],
)
def test_pictures(picture: Picture, path: str | None, is_given: bool) -> None:
    entry = Replacement(0, "p0", "p0:r0", 0, 4, "x", "【@x】", "", payload_path=path, picture=picture)
    place = PlaceReplacement(
        0, "p", "docPr[0]@descr", 0, 4, "x", "【@x】", "", picture=picture, payload_path=path
    )
    for each in (entry, place):
        assert (_faults(each) == []) is is_given


@pytest.mark.parametrize(("text", "is_given"), [("☑", True), ("☐", False)])
def test_boxes(text: str, is_given: bool) -> None:
    entry = Replacement(0, "p0", "p0:r0", 0, 4, "z", "【□z】", text, payload_path="$.A[0].z")
    assert (_faults(entry) == []) is is_given


@pytest.mark.parametrize(
    ("name", "content", "fits"),
    [("y.png", CONTENT, True), ("y.png", CONTENT + b"x", False), ("z.png", CONTENT, False)],
)
def test_a_file_that_was_sent_is_compared_byte_for_byte(
    tmp_path: Path, name: str, content: bytes, fits: bool
) -> None:
    file = tmp_path / "asset"
    file.write_bytes(content)
    picture = PICTURE._replace(alt="")
    entry = Replacement(0, "p0", "p0:r0", 0, 4, "y", "【@y】", "", payload_path="$.A[0].y", picture=picture)
    claims = Claims((entry,), (), media=(AddedMedia(picture.part, DIGEST),))
    assert (not list(picture_value_faults(claims, PAYLOAD, {name: str(file)}))) == fits
    assert not list(picture_value_faults(claims, PAYLOAD))
