"""The reviewer's copy of a document with rich values: comments and changes stand where these are put in."""

import json
import re
from pathlib import Path

from tests.engine.review.jobs import PAYLOAD, letter, make, parts
from tests.engine.review.test_tracked_changes import rejected
from tests.factories import p, r

_BODY = "word/document.xml"
# The tags' texts have direct formatting that their neighbours do not have: safe fixes repair it.
RICH = p("定于", r("【A|富文本】", '<w:sz w:val="28"/>'), "召开。") + p(
    r("【B|富文本】"), properties='<w:ind w:firstLineChars="0" w:firstLine="0"/>'
)
VALUES = {**PAYLOAD, "A": "**周一**[上午](https://a.cn)", "B": "甲\n乙\n1. 丙"}


def test_changes_are_those_of_all_runs_and_paragraphs_of_a_value(tmp_path: Path) -> None:
    _, files = make(tmp_path, letter(RICH), VALUES, review="tracked")
    document = parts(files["out.docx"])[_BODY].decode()
    copy = parts(files["out.review.docx"])[_BODY].decode()
    behind = copy[copy.index("周一") - 400 :]
    assert len(re.findall("<w:rPrChange ", behind)) >= 2
    assert len(re.findall("<w:pPrChange ", behind)) == 2
    assert re.sub(r"<w:([pr]Pr)Change .*?</w:\1Change>", "", copy) == document
    assert "周一" in rejected(copy)
    proof = json.loads(files["out.integrity.json"])
    assert (proof["verdict"], proof["review"]["verdict"]) == ("intact", "intact")


def test_comments_stand_at_the_paragraphs_of_the_result(tmp_path: Path) -> None:
    more = p(r("【B|富文本】")) + p(r("末段【地点】", '<w:color w:val="FF0000"/><w:sz w:val="52"/>'))
    _, files = make(tmp_path, letter(more), {**PAYLOAD, "B": VALUES["B"]}, review="comments")
    copy = parts(files["out.review.docx"])[_BODY].decode()
    [last] = [each for each in re.findall("<w:p>.*?</w:p>", copy, re.DOTALL) if "末段" in each]
    assert "commentRangeStart" in last
    assert json.loads(files["out.integrity.json"])["review"]["verdict"] == "intact"
