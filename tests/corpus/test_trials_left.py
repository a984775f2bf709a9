"""The trial documents: whatever placeholder is still in a result is told, and slips in names are."""

import html
import json
import os
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from docops_flask.cli.main import main
from tests.conftest import ROOT, require

TRIALS = Path(os.environ.get("DOCOPS_TRIALS") or ROOT.parent / "shared" / "trials")
NAMES = [
    "12_odd_places",
    "13_chart_smartart",
    "16_custom_xml_bound",
    "40_altchunk",
    "55_barcode_field",
    "57_chinese_names",
    "58_typo_field",
    "74_zero_width",
    "75_ruby",
    "77_hyperlink_target",
    "78_watermark",
]


@pytest.fixture
def out(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the results of a trial."""
    require(TRIALS.is_dir(), f"no folder {TRIALS}; set DOCOPS_TRIALS to the trials")
    monkeypatch.setenv("DOCOPS_SKILLS_DIR", str(TRIALS / "skills"))
    template, task = (str(TRIALS / f"{request.param}.{end}") for end in ("docx", "task.json"))
    code = main(["run", template, task, "--out-dir", str(tmp_path)])
    assert code in (0, 2, 3)
    return tmp_path


def read(out: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / name).read_bytes())
    return found


def names_in(document: Path) -> Counter[str]:
    """The well-formed names in a document by a search of its own: texts without tags, and attributes."""
    found: Counter[str] = Counter()
    with zipfile.ZipFile(document) as archive:
        for name in archive.namelist():
            if not name.startswith("word/comments"):
                text = html.unescape(archive.read(name).decode("utf-8", "ignore"))
                for view in (re.sub("<[^<>]*>", "", text), "".join(re.findall('="([^"<>]*)"', text))):
                    found.update(re.findall("【[A-Z0-9_]*[A-Z][A-Z0-9_]*】", view))
    return found


@pytest.mark.corpus
@pytest.mark.parametrize("out", NAMES, indirect=True)
def test_what_is_still_in_the_document_is_told(out: Path) -> None:
    entries = read(out, "out.replace_log.json")["entries"]
    in_values: Counter[str] = Counter()
    for entry in entries:
        in_values.update(re.findall("【[A-Z0-9_]*[A-Z][A-Z0-9_]*】", entry["new_text"] or ""))
    left = Counter(each["text"] for each in read(out, "out.missing_fields.json")["left"])
    assert names_in(out / "out.docx") - in_values - left == Counter()


@pytest.mark.corpus
@pytest.mark.parametrize("out", ["57_chinese_names"], indirect=True)
def test_words_in_other_scripts_are_told(out: Path) -> None:
    assert read(out, "out.missing_fields.json")["undeclared"] == ["【姓名】", "【会议名称】", "【单位名称】"]


@pytest.mark.corpus
@pytest.mark.parametrize("out", ["58_typo_field"], indirect=True)
def test_a_slip_in_a_name_is_told_from_both_sides(out: Path) -> None:
    fields = read(out, "out.missing_fields.json")
    assert fields["unused"] == [{"key": "meeting_title", "suggestion": "MEETING_TITEL"}]
    meant = {each["field"]: each["suggestion"] for each in fields["missing"]}
    assert meant == {"MEETING_TITEL": "MEETING_TITLE"}


@pytest.mark.corpus
@pytest.mark.parametrize("out", ["40_altchunk"], indirect=True)
def test_a_name_in_an_embedded_page_is_told(out: Path) -> None:
    left = read(out, "out.missing_fields.json")["left"]
    assert [(each["text"], each["part"]) for each in left] == [("【NAME】", "word/afchunk1.html")]
