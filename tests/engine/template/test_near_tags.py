"""Texts that begin as tags and cannot be read as such: they stay, and are told."""

from pathlib import Path

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect, precheck, run_to_folder
from docops_flask.engine.template.near_tags import near_tag, word_meant
from tests.engine.integrity.finished_job import LIMITS, finish_open
from tests.engine.open_jobs import run_open
from tests.factories import docx, p, tbl, tc, tr


@pytest.mark.parametrize(
    ("inner", "accepted"),
    [
        ("图片：公章 40cm", "accepted is 【@NAME】, with a size"),
        ("图片 公章 0mm", "accepted is 【@NAME】, with a size"),
        ("如有 电话 请", "accepted is 【?NAME】"),
        ("？电话 请", "accepted is 【?NAME】"),
        ("如无 电话 请", "accepted is 【^NAME】"),
        ("循环 采购项 各行", "accepted is 【#NAME】, with 段, 行"),
        ("循環 采购项", "accepted is 【#NAME】, with 段, 行"),
        ("勾选 同意 吗", "accepted is 【□NAME】"),
        ("完 甲 乙", "accepted is 【/NAME】"),
        ("=甲方 名称", "accepted is 【=NAME】"),
        ("合并", "no list repeats the row of its cell: it stays as text"),
        ("首项", "accepted is 【?首项】"),
        ("上级", "accepted is 【上级.NAME】"),
        ("?.", "an item itself is 【.】 alone"),
        ("＠．", "an item itself is 【.】 alone"),
        ("#.甲方", "an item itself is 【.】 alone"),
        ("/", "there is no block"),
        ("完", "there is no block"),
        ("甲方|", "behind each | stands a format"),
        ("甲方|a|b|c|d|e", "a tag has at most 4 formats"),
        ("--" + "a remark " * 40, "a tag has at most 256 characters"),
        ("循环 " + "名" * 300, "a tag has at most 256 characters"),
    ],
)
def test_what_is_nearly_a_tag(inner: str, accepted: str) -> None:
    assert (near_tag(inner) or "").startswith(accepted)


@pytest.mark.parametrize(
    "inner",
    ["注意", "2026年会议", "如有疑问", "循环经济", "图片说明", "？", "！", "#1", "　", "说明：如下",
     "图片：1", "公章 40mm", "甲方", "?甲方", "@公章 40mm", "#ITEMS ROWS", "x" * 300, "注" * 300],
)  # fmt: skip
def test_what_is_none(inner: str) -> None:
    assert near_tag(inner) is None


@pytest.mark.parametrize(
    ("inner", "meant"),
    [("循環 采购项", "【循环 NAME】"), ("如果 电话", "【如有 NAME】"), ("照片：公章", "【图片 NAME】"),
     ("否則", "【否则】"), ("结束", "【完】"), ("如有 电话 请", None), ("注意", None)],
)  # fmt: skip
def test_the_word_that_is_meant(inner: str, meant: str | None) -> None:
    assert word_meant(inner) == meant


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("【#A】x【/】 y【/】", ["【/】"]),
        ("【?A】x【/】 y【完】", ["【完】"]),
        ("【#A】【?.】x【/】【/】", ["【?.】", "【/】"]),
        # Without blocks it is a word.
        ("the end 【完】", []),
    ],
)
def test_end_tags_that_end_nothing_are_told(tmp_path: Path, text: str, told: list[str]) -> None:
    done = run_open(tmp_path, text, {"A": ["1"]} if "A" in text else {})
    assert (done.result.exit_code, done.json("out.missing_fields.json")["undeclared"]) == (0, told)


TEXTS = ["【图片：公章 40cm】", "【如有 电话 请】", "【合并】"]


@pytest.mark.parametrize("block", ["", "【?A】x【/A】"])
def test_they_stay_and_are_listed_by_run_precheck_and_inspect(tmp_path: Path, block: str) -> None:
    body = p(f"【A】{TEXTS[0]}") + tbl(tr(tc(TEXTS[1]), tc(TEXTS[2]))) + p(block)
    job = finish_open(tmp_path, docx(body), {"A": "x"})
    assert job.proof().verdict == "intact"
    template = tmp_path / "template.docx"
    done = run_to_folder(Job(JobKind.RUN, (), None, {"A": "x"}, limits=LIMITS), template, tmp_path)
    assert int(done.exit_code) == 0
    assert list(done.missing.undeclared) == TEXTS
    before = precheck(Job(JobKind.PRECHECK, (), None, {"A": "x"}, limits=LIMITS), template)
    assert list(before.undeclared) == TEXTS
    assert [(each.code, each.text) for each in before.problems] == [("NEAR_TAG", text) for text in TEXTS]
    seen = inspect(Job(JobKind.INSPECT, (), limits=LIMITS), template)
    assert [(each.text, each.places) for each in seen.candidates] == [
        (TEXTS[0], ("p0:r0",)),
        (TEXTS[1], ("t0.r0.c0.p0:r0",)),
        (TEXTS[2], ("t0.r0.c1.p0:r0",)),
    ]
    hints = [each for each in seen.problems if each.code == "NEAR_TAG"]
    assert "is text and is not filled: accepted is 【@NAME】" in hints[0].message
    assert list(seen.schema["properties"]) == ["A"]
    assert seen.unsupported == ()


def test_a_word_that_is_meant_is_in_the_hint(tmp_path: Path) -> None:
    (tmp_path / "t.docx").write_bytes(docx(p("【循環 项目】【否則】")))
    seen = inspect(Job(JobKind.INSPECT, (), limits=LIMITS), tmp_path / "t.docx")
    meant = [each.message.partition("Did you mean ")[2] for each in seen.problems]
    assert [each for each in meant if each] == ["【否则】?", "【循环 NAME】?"]


def test_what_is_left_is_what_is_in_the_document(tmp_path: Path) -> None:
    """``undeclared`` has the words of the template, those of blocks without copies too."""
    job = finish_open(tmp_path, docx(p("【#A】") + p("【注意】【首项】【M】") + p("【/A】")), {"A": []})
    template = tmp_path / "template.docx"
    before = precheck(Job(JobKind.PRECHECK, (), None, {"A": []}, limits=LIMITS), template)
    assert (before.undeclared, before.left) == (("【注意】", "【首项】"), ())
    assert "注意" not in job.part()


@pytest.mark.parametrize(
    ("condition", "hinted"), [("?A>abc", True), ("?A≤1|x", True), ("□A＞甲", True), ("?A>5", False),
                              ("?A<2026-05-06", False), ("?A=abc", False)],
)  # fmt: skip
def test_a_comparison_of_order_with_a_word_is_told(tmp_path: Path, condition: str, hinted: bool) -> None:
    end = "x【/】" if condition.startswith("?") else ""
    (tmp_path / "t.docx").write_bytes(docx(p(f"【{condition}】{end}")))
    seen = inspect(Job(JobKind.INSPECT, (), limits=LIMITS), tmp_path / "t.docx")
    before = precheck(Job(JobKind.PRECHECK, (), None, {}, limits=LIMITS), tmp_path / "t.docx")
    for problems in (seen.problems, before.problems):
        assert [each.text for each in problems if each.code == "NEVER_HOLDS"] == [f"【{condition}】"] * hinted


def test_a_comparison_with_a_word_asks_for_no_date(tmp_path: Path) -> None:
    job = finish_open(tmp_path, docx(p("【A】【?A>abc】x【/】")), {"A": "no date"})
    assert job.proof().verdict == "intact"
