"""fontconfig's file: which fonts stand in for Chinese ones, and only behind these."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from docops_flask.engine.pdf.fonts import fonts_conf, installed_families


def stand_ins() -> dict[str, str]:
    root = ElementTree.fromstring(fonts_conf(None, "/cache"))
    found = {}
    for match in root.iter("match"):
        edit = match.find("edit")
        assert edit is not None
        # Behind the family that was asked for, so that an installed one comes first.
        assert edit.get("mode") == "append"
        found[match.findtext("test/string") or ""] = match.findtext("edit/string") or ""
    return found


@pytest.mark.parametrize(
    "family", ["仿宋", "仿宋_GB2312", "FangSong", "宋体", "SimSun", "方正小标宋简体", "楷体", "KaiTi_GB2312"]
)
def test_song_faces_never_become_gothic(family: str) -> None:
    assert stand_ins()[family] == "Noto Serif CJK SC"


@pytest.mark.parametrize("family", ["黑体", "SimHei", "微软雅黑", "Microsoft YaHei", "等线"])
def test_gothic_faces_stay_gothic(family: str) -> None:
    assert stand_ins()[family] == "Noto Sans CJK SC"


def test_a_folder_of_ones_own_is_added_to_the_systems() -> None:
    root = ElementTree.fromstring(fonts_conf("/srv/fonts & more", "/srv/a & b"))
    assert [each.text for each in root.iter("dir")] == ["/srv/fonts & more"]
    assert root.findtext("cachedir") == "/srv/a & b"
    assert root.findtext("include") == "/etc/fonts/fonts.conf"


def test_families_are_listed_as_fontconfig_names_them() -> None:
    families = installed_families()
    assert all(families)
    assert len(families) == len(set(families))
    if any(Path("/usr/share/fonts").rglob("NotoSerifCJK*")):
        assert "Noto Serif CJK SC" in families
