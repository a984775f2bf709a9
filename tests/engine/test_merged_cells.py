"""合并: cells of neighbouring copies with equal texts become one (docs/templates.md, *Merged cells*)."""

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docops_flask.engine.errors import ExitCode, ResultRefused
from docops_flask.engine.template.blocks.cell_merges import Merging
from tests.engine.integrity.job_files import MAIN, Change, JobFiles, written
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, tbl, tc, textbox, tr

BEGINS, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
TEMPLATE = docx(
    tbl(tr(tc(p("部门")), tc(p("姓名"))), tr(tc(p("【#人】【合并】【部门】")), tc(p("【姓名】【/人】"))))
)


def _people(*offices: str | None) -> dict[str, Any]:
    return {"人": [{"部门": office, "姓名": f"人{number}"} for number, office in enumerate(offices)]}


def _marks(done: OpenRun, column: int = 0) -> list[str]:
    """Return for each row of the document b, c or - : its cell in a column begins, goes on, is by itself."""
    rows = re.findall("<w:tr>.*?</w:tr>", done.part(MAIN).decode(), re.DOTALL)
    cells = [re.findall("<w:tc>.*?</w:tc>", row, re.DOTALL)[column] for row in rows]
    return ["b" if BEGINS in each else "c" if GOES_ON in each else "-" for each in cells]


def _is_intact(done: OpenRun) -> bool:
    proof = done.json("out.integrity.json")
    return bool(proof["verdict"] == "intact" and proof["exactness"] == "bytes")


def test_equal_neighbours_become_one(tmp_path: Path) -> None:
    done = run_open(tmp_path, TEMPLATE, _people("技术", "技术", "技术", "财务", "技术", "办公室", "办公室"))
    assert "".join(_marks(done)) == "-bcc--bc"
    assert "".join(_marks(done, 1)) == "-" * 8
    assert done.paragraphs()[2:6] == ["技术", "人0", "技术", "人1"]
    assert (done.result.exit_code, _is_intact(done)) == (ExitCode.OK, True)


def test_what_is_missing_blank_or_of_several_lines_stands_alone(tmp_path: Path) -> None:
    done = run_open(tmp_path, TEMPLATE, _people(None, None, " ", " ", "a\nb", "a\nb", "甲", "甲"))
    assert "".join(_marks(done)) == "-------bc"
    assert (done.result.exit_code, _is_intact(done)) == (ExitCode.MISSING_REQUIRED, True)


def test_merging_ends_with_the_copy_around(tmp_path: Path) -> None:
    first, last = tc(p("【#部门】【#人】【MERGE】【上级.名】")), tc(p("【姓名】【/人】【/部门】"))
    row = tr(first, tc(p("【合并】【级】")), last)
    payload = {
        "部门": [
            {"名": "甲", "人": [{"级": 1, "姓名": "a"}, {"级": "1", "姓名": "b"}, {"级": 2, "姓名": "c"}]},
            {"名": "甲", "人": [{"级": 2, "姓名": "d"}, {"级": 2, "姓名": "e"}]},
            {"名": "乙", "人": []},
        ]
    }
    done = run_open(tmp_path, docx(tbl(row)), payload)
    assert "".join(_marks(done)) == "bccbc"
    assert "".join(_marks(done, 1)) == "bc-bc"
    assert _is_intact(done)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("", "<w:tcPr>|</w:tcPr>"),
        ("<w:tcPr/>", "<w:tcPr>|</w:tcPr>"),
        ('<w:tcPr><w:tcW w:w="900" w:type="dxa"/></w:tcPr>', '<w:tcW w:w="900" w:type="dxa"/>|</w:tcPr>'),
        ('<w:tcPr><w:vAlign w:val="center"/></w:tcPr>', '<w:tcPr>|<w:vAlign w:val="center"/>'),
        ('<w:tcPr><w:gridSpan w:val="2"/><w:shd w:val="clear"/></w:tcPr>', '<w:gridSpan w:val="2"/>|<w:shd '),
    ],
)
def test_the_mark_has_its_place_among_the_properties(tmp_path: Path, properties: str, expected: str) -> None:
    cell = f"<w:tc>{properties}{p('【合并】')}{p('【部门】')}</w:tc>"
    row = f"<w:tr>{tc(p('【#人】'))}{cell}{tc(p('【姓名】【/人】'))}</w:tr>"
    template = docx(f"<w:tbl>{row}</w:tbl>{p('')}")
    done = run_open(tmp_path, template, _people("甲", "甲"))
    assert expected.replace("|", GOES_ON) in done.part(MAIN).decode()
    assert _is_intact(done)


def test_formats_numbers_and_lists_of_texts_compare_as_they_are_shown(tmp_path: Path) -> None:
    row = tr(tc(p("【#行】【合并】共【额|0】元，【表|分隔:、】")), tc(p("【#】【/行】")))
    rows = [{"额": "1.2", "表": ["a", "b"]}, {"额": 1, "表": ["a", "b"]}, {"额": 1, "表": ["a"]}]
    done = run_open(tmp_path, docx(tbl(row)), {"行": rows})
    assert "".join(_marks(done)) == "bc-"
    assert _is_intact(done)


def test_long_lists(tmp_path: Path) -> None:
    done = run_open(tmp_path, TEMPLATE, _people(*[str(number // 7) for number in range(700)]))
    assert "".join(_marks(done)) == "-" + "bcccccc" * 100
    assert _is_intact(done)


_MERGED = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr>{p('【#人】【合并】【部门】')}</w:tc>"
_END = tc(p("【姓名】【/人】"))
_TABLE = {
    "two rows": tbl(tr(tc(p("【#人】【合并】【部门】")), tc("x")), tr(tc(p("【姓名】")), tc(p("y【/人】")))),
    "a condition around": tbl(
        tr(tc(p("【#人】")), tc("")),
        tr(tc(p("【?部门】【合并】【姓名】")), tc(p("【部门】【/部门】"))),
        tr(tc(p("【/人】")), tc("")),
    ),
    "a block in the cell": tbl(tr(tc(p("【#人】【合并】【?部门】【部门】【/部门】")), _END)),
    "a picture": tbl(tr(tc(p("【#人】【合并】【部门】【@图|可空】")), _END)),
    "merged already": f"<w:tbl><w:tr>{_MERGED}{_END}</w:tr></w:tbl>",
    "paragraphs": p("【#人】") + p("【合并】【部门】【姓名】") + p("【/人】"),
}


@pytest.mark.parametrize("content", _TABLE.values(), ids=_TABLE)
def test_cells_that_cannot_be_merged_are_told(tmp_path: Path, content: str) -> None:
    done = run_open(tmp_path, docx(content + p("")), _people("甲", "甲"))
    assert ("【合并】", "MERGE_OUTSIDE") in done.kinds()
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    assert "【合并】" in "".join(done.paragraphs())
    assert done.json("out.integrity.json")["verdict"] == "intact"


@pytest.mark.parametrize(
    "content",
    [
        p("【合并】【甲】"),
        tbl(tr(tc(p("【合并】")), tc(p("【甲】")))),
        p(textbox(p("【合并】"))) + p("【甲】"),
    ],
)
def test_without_a_list_it_is_a_word(tmp_path: Path, content: str) -> None:
    done = run_open(tmp_path, docx(content), {"甲": "a"})
    assert done.result.exit_code is ExitCode.OK
    assert "【合并】" in "".join(done.paragraphs())
    assert done.json("out.missing_fields.json")["undeclared"] == ["【合并】"]


def test_no_copy_and_a_missing_list(tmp_path: Path) -> None:
    assert _is_intact(run_open(tmp_path / "a", TEMPLATE, {"人": []}))
    done = run_open(tmp_path / "b", TEMPLATE, {})
    assert "【合并】" in "".join(done.paragraphs())
    assert _is_intact(done)


@given(st.lists(st.sampled_from(["甲", "乙", "", None, "丙\n丁"]), max_size=12))
@settings(max_examples=25, deadline=None)
def test_any_list_is_merged_in_runs_and_proved(offices: Sequence[str | None]) -> None:
    expected = ""
    for office, together in groupby(offices):
        count = len([*together])
        is_merged = count > 1 and office in ("甲", "乙")
        expected += "b" + "c" * (count - 1) if is_merged else "-" * count
    with TemporaryDirectory() as folder:
        done = run_open(Path(folder) / "job", TEMPLATE, _people(*offices))
    assert "".join(_marks(done)) == "-" + expected
    assert _is_intact(done)


@pytest.fixture
def job(tmp_path: Path) -> JobFiles:
    return JobFiles(tmp_path, TEMPLATE, _people("甲", "甲", "乙"))


def _no_merge(job: JobFiles) -> None:
    job.log["blocks"] = [each for each in job.log["blocks"] if each["kind"] != "merge"]


def _as_remark(job: JobFiles) -> None:
    for each in job.log["blocks"]:
        each["kind"] = "remark" if each["kind"] == "merge" else each["kind"]


def _other_value(job: JobFiles) -> None:
    """Have log and document say another office in the second row, and leave the cells merged."""
    entry = next(
        each for each in job.log["entries"] if each.get("copy") == [[0, 1]] and each["field_name"] == "部门"
    )
    entry["new_text"] = "丙"
    content = job.members[MAIN].decode()
    at = content.index("甲", content.index("甲") + 1)
    job.members[MAIN] = (content[:at] + "丙" + content[at + 1 :]).encode()


def test_an_unchanged_job_is_intact(job: JobFiles) -> None:
    assert job.verdict() == ("intact", "bytes")


@pytest.mark.parametrize(
    "change",
    [
        _no_merge, _as_remark, _other_value, written(MAIN, f"<w:tcPr>{GOES_ON}</w:tcPr>", ""),
        written(MAIN, GOES_ON, BEGINS), written(MAIN, BEGINS, GOES_ON),
    ],
)  # fmt: skip
def test_another_merging_is_found(job: JobFiles, change: Change) -> None:
    change(job)
    assert job.verdict()[0] == "violated"


def test_a_wrong_merging_is_withheld(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Merging, "chunk", lambda self, merge, frame: merge.chunks[2])
    with pytest.raises(ResultRefused):
        run_open(tmp_path, TEMPLATE, _people("甲", "乙"))


def test_a_rich_value_stands_alone(tmp_path: Path) -> None:
    row = tr(tc(p("【#人】【合并】【部门|富文本】")), tc(p("【姓名】【/人】")))
    done = run_open(tmp_path, docx(tbl(row)), _people("甲", "甲"))
    assert "".join(_marks(done)) == "--"
    assert done.json("out.integrity.json")["verdict"] == "intact"
