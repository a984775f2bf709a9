"""The proof of rich values: whatever else stands in runs, paragraphs, lists, links or log is found."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.integrity.task_values import TaskValues
from docops_flask.engine.integrity.verification import Evidence, verify
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from tests.engine.open_jobs import run_open
from tests.factories import docx, p

TEMPLATE = docx(
    p("a【A|富文本】b【A|富文本】") + p("【B|富文本】") + p("【#C】【.|富文本】；【/C】"),
    styles='<w:style w:type="paragraph" w:styleId="h"><w:name w:val="heading 1"/></w:style>',
)
PAYLOAD = {"A": "**甲** [乙](https://a.cn)", "B": "# 题\n- 丙\n1. *丁*\n2. 戊", "C": ["**一**", "二"]}
MAIN, LISTS, LINKS = "word/document.xml", "word/docopsNumbering1.xml", "word/_rels/document.xml.rels"


class Job:
    """A finished job whose files may be changed before they are verified."""

    def __init__(self, folder: Path) -> None:
        (folder / "job").mkdir()
        done = run_open(folder / "job", TEMPLATE, PAYLOAD)
        self._folder = folder
        self.log: Any = done.json("out.replace_log.json")
        self._report = done.files["out.format_report.json"]
        with zipfile.ZipFile(io.BytesIO(done.files["out.docx"])) as archive:
            self.infos = archive.infolist()
            self.members: dict[str, bytes] = {each.filename: archive.read(each) for each in self.infos}

    def verdict(self, payload: dict[str, Any] | None = None) -> tuple[str, str]:
        files = [self._folder / name for name in ("d.docx", "log.json", "report.json", "t.docx")]
        infos = {each.filename: each for each in self.infos}
        with zipfile.ZipFile(files[0], "w") as archive:
            for name, content in self.members.items():
                info = infos.get(name) or zipfile.ZipInfo(name)
                archive.writestr(info, content, info.compress_type)
        files[1].write_text(json.dumps(self.log), encoding="utf-8")
        files[2].write_bytes(self._report)
        files[3].write_bytes(TEMPLATE)
        package = Package(files[3], Limits())
        task = None if payload is None else TaskValues(payload)
        try:
            found = verify(package, Evidence(*files[:3]), Limits(), task)
        finally:
            package.close()
        return found.verdict, found.exactness


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def test_an_unchanged_job_is_intact(job: Job) -> None:
    assert job.verdict() == ("intact", "bytes")
    assert job.verdict(PAYLOAD) == ("intact", "bytes")


def _written(name: str, old: str, new: str) -> Callable[[Job], None]:
    def change(job: Job) -> None:
        assert old.encode() in job.members[name], job.members[name].decode()
        job.members[name] = job.members[name].replace(old.encode(), new.encode(), 1)

    return change


def _logged(change: Callable[[Any], object]) -> Callable[[Job], object]:
    return lambda job: change(job.log)


def _runs(log: Any, entry: int, paragraph: int = 0) -> Any:
    return log["entries"][entry]["rich"]["paragraphs"][paragraph]["runs"]


def _without(name: str, pattern: str) -> Callable[[Job], None]:
    def change(job: Job) -> None:
        text = job.members[name].decode()
        assert re.search(pattern, text), text
        job.members[name] = re.sub(pattern, "", text, count=1).encode()

    return change


@pytest.mark.parametrize(
    "change",
    [
        _written(MAIN, "<w:b/><w:bCs/>", ""),
        _written(MAIN, ">甲<", "><w:b/>甲<"),
        _written(MAIN, ">甲<", ">假<"),
        _written(MAIN, "<w:i/><w:iCs/>", "<w:i/><w:iCs/><w:vanish/>"),
        _written(MAIN, 'r:id="rId2"', 'r:id="rId1"'),
        _written(MAIN, '<w:pStyle w:val="h"/>', ""),
        _written(MAIN, '<w:numId w:val="2"/>', '<w:numId w:val="1"/>'),
        _written(MAIN, '<w:ilvl w:val="0"/>', '<w:ilvl w:val="1"/>'),
        _without(MAIN, "<w:p>(?:(?!</w:p>).)*戊.*?</w:p>"),
        _written(MAIN, "<w:p><w:pPr><w:pStyle", "<w:p/><w:p><w:pPr><w:pStyle"),
        _written(MAIN, ">一<", ">二<"),
        _written(LINKS, "https://a.cn", "https://b.cn"),
        _written(LINKS, ' TargetMode="External"', ""),
        _written(LISTS, '<w:startOverride w:val="1"/>', '<w:startOverride w:val="5"/>'),
        _written(LISTS, "•", "★"),
        _written("[Content_Types].xml", "docopsNumbering1", "docopsNumbering2"),
        lambda job: job.members.pop(LISTS),
        lambda job: job.members.update({"word/more.xml": b"<a/>"}),
        _logged(lambda log: _runs(log, 0)[0].pop("bold")),
        _logged(lambda log: _runs(log, 0)[0].update(text="假")),
        _logged(lambda log: _runs(log, 0)[2].update(link="https://b.cn")),
        _logged(lambda log: _runs(log, 0).append({"text": ""})),
        _logged(lambda log: log["entries"][0].update(new_text="假 乙")),
        _logged(lambda log: log["entries"][0].pop("rich")),
        _logged(lambda log: log["entries"][2]["rich"].update(form="runs")),
        _logged(lambda log: log["entries"][0]["rich"].update(form="paragraphs")),
        _logged(lambda log: log["entries"][2]["rich"]["paragraphs"][1].update(level=1)),
        _logged(lambda log: log["entries"][2]["rich"]["paragraphs"][2].update(start=2)),
        _logged(lambda log: log["entries"][2]["rich"]["paragraphs"].pop()),
        _logged(lambda log: log["entries"].pop(2)),
        _logged(lambda log: log["added"]["rich"]["numbering"].pop()),
        _logged(lambda log: log["added"]["rich"]["relationships"][0].update(id="rId9")),
        _logged(lambda log: log["added"]["rich"]["paragraphs"][0].update(count=3)),
        _logged(lambda log: log["added"].pop("rich")),
        _logged(lambda log: log["entries"][3].update(rich=log["entries"][4]["rich"])),
    ],
)
def test_any_other_change_is_violated(job: Job, change: Callable[[Job], object]) -> None:
    change(job)
    assert job.verdict()[0] == "violated"


def test_a_document_saved_again_is_violated(job: Job) -> None:
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
def test_values_of_another_task_are_violated(job: Job, payload: dict[str, Any]) -> None:
    assert job.verdict(payload)[0] == "violated"
