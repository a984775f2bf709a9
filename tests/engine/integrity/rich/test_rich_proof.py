"""The proof of rich values: whatever else stands in runs, paragraphs, lists, links or log is found."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.engine.integrity.job_files import MAIN, RELATIONSHIPS, Change, JobFiles, logged, written
from tests.factories import docx, p

TEMPLATE = docx(
    p("a【A|富文本】b【A|富文本】") + p("【B|富文本】") + p("【#C】【.|富文本】；【/C】"),
    styles='<w:style w:type="paragraph" w:styleId="h"><w:name w:val="heading 1"/></w:style>',
)
PAYLOAD = {"A": "**甲** [乙](https://a.cn)", "B": "# 题\n- 丙\n1. *丁*\n2. 戊", "C": ["**一**", "二"]}
LISTS = "word/docopsNumbering1.xml"


@pytest.fixture
def job(tmp_path: Path) -> JobFiles:
    return JobFiles(tmp_path, TEMPLATE, PAYLOAD)


def test_an_unchanged_job_is_intact(job: JobFiles) -> None:
    assert job.verdict() == ("intact", "bytes")
    assert job.verdict(PAYLOAD) == ("intact", "bytes")


def _runs(log: Any, entry: int, paragraph: int = 0) -> Any:
    return log["entries"][entry]["rich"]["paragraphs"][paragraph]["runs"]


def _without(name: str, pattern: str) -> Change:
    def change(job: JobFiles) -> None:
        text = job.members[name].decode()
        assert re.search(pattern, text), text
        job.members[name] = re.sub(pattern, "", text, count=1).encode()

    return change


@pytest.mark.parametrize(
    "change",
    [
        written(MAIN, "<w:b/><w:bCs/>", ""),
        written(MAIN, ">甲<", "><w:b/>甲<"),
        written(MAIN, ">甲<", ">假<"),
        written(MAIN, "<w:i/><w:iCs/>", "<w:i/><w:iCs/><w:vanish/>"),
        written(MAIN, 'r:id="rId2"', 'r:id="rId1"'),
        written(MAIN, '<w:pStyle w:val="h"/>', ""),
        written(MAIN, '<w:numId w:val="2"/>', '<w:numId w:val="1"/>'),
        written(MAIN, '<w:ilvl w:val="0"/>', '<w:ilvl w:val="1"/>'),
        _without(MAIN, "<w:p>(?:(?!</w:p>).)*戊.*?</w:p>"),
        written(MAIN, "<w:p><w:pPr><w:pStyle", "<w:p/><w:p><w:pPr><w:pStyle"),
        written(MAIN, ">一<", ">二<"),
        written(RELATIONSHIPS, "https://a.cn", "https://b.cn"),
        written(RELATIONSHIPS, ' TargetMode="External"', ""),
        written(LISTS, '<w:startOverride w:val="1"/>', '<w:startOverride w:val="5"/>'),
        written(LISTS, "•", "★"),
        written("[Content_Types].xml", "docopsNumbering1", "docopsNumbering2"),
        lambda job: job.members.pop(LISTS),
        lambda job: job.members.update({"word/more.xml": b"<a/>"}),
        logged(lambda log: _runs(log, 0)[0].pop("bold")),
        logged(lambda log: _runs(log, 0)[0].update(text="假")),
        logged(lambda log: _runs(log, 0)[2].update(link="https://b.cn")),
        logged(lambda log: _runs(log, 0).append({"text": ""})),
        logged(lambda log: log["entries"][0].update(new_text="假 乙")),
        logged(lambda log: log["entries"][0].pop("rich")),
        logged(lambda log: log["entries"][2]["rich"].update(form="runs")),
        logged(lambda log: log["entries"][0]["rich"].update(form="paragraphs")),
        logged(lambda log: log["entries"][2]["rich"]["paragraphs"][1].update(level=1)),
        logged(lambda log: log["entries"][2]["rich"]["paragraphs"][2].update(start=2)),
        logged(lambda log: log["entries"][2]["rich"]["paragraphs"].pop()),
        logged(lambda log: log["entries"].pop(2)),
        logged(lambda log: log["added"]["rich"]["numbering"].pop()),
        logged(lambda log: log["added"]["rich"]["relationships"][0].update(id="rId9")),
        logged(lambda log: log["added"]["rich"]["paragraphs"][0].update(count=3)),
        logged(lambda log: log["added"].pop("rich")),
        logged(lambda log: log["entries"][3].update(rich=log["entries"][4]["rich"])),
    ],
)
def test_any_other_change_is_violated(job: JobFiles, change: Change) -> None:
    change(job)
    assert job.verdict()[0] == "violated"


def test_a_document_saved_again_is_violated(job: JobFiles) -> None:
    job.members[MAIN] = job.members[MAIN].replace(b"<w:b/>", b"<w:b />", 1)
    assert job.verdict() == ("violated", "canonical")


@pytest.mark.parametrize(
    "payload",
    [
        {**PAYLOAD, "A": "甲 [乙](https://a.cn)"},
        {**PAYLOAD, "A": "**甲** [乙](https://a.cn/)"},
        {**PAYLOAD, "B": "# 题\n- 丙\n1. *丁*\n3. 戊"},
        {**PAYLOAD, "B": "## 题\n- 丙\n1. *丁*\n2. 戊"},
        {**PAYLOAD, "C": ["一", "二"]},
    ],
)
def test_values_of_another_task_are_violated(job: JobFiles, payload: dict[str, Any]) -> None:
    assert job.verdict(payload)[0] == "violated"
