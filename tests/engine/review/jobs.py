"""Runs with a reviewer's copy, on a letter with faults under the policy of GB/T 9704."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options, Review
from docops_flask.engine.pipeline import run_to_folder
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.run_result import RunResult
from docops_flask.intake.catalogue.policies import load_policies
from tests.factories import docx, p, r, tbl, tc, textbox, tr
from tests.factories import package as zipped

STRICT = Options(preset="strict", format_mode="strict", format_baseline="policy")
_FONT = "仿宋_GB2312"
STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>'
    '<w:pPr><w:spacing w:line="579" w:lineRule="exact"/><w:ind w:firstLineChars="200"/></w:pPr>'
    f'<w:rPr><w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:eastAsia="{_FONT}"/><w:sz w:val="32"/></w:rPr>'
    "</w:style>"
)
SECTION = (
    '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="2098" w:bottom="1984" w:left="1587" w:right="1474"/></w:sectPr>'
)
# In these two the filled text has direct formatting that its neighbours do not have: safe fixes repair it.
SLIPS = p("定于", r("【时间】", '<w:sz w:val="28"/>'), "召开会议。") + p(
    r("地点在【地点】。"), properties='<w:ind w:firstLineChars="0" w:firstLine="0"/>'
)
LETTER = (
    p(r("关于召开会议的通知"), properties='<w:jc w:val="center"/>')
    + p("经研究，现将有关事项通知如下。")
    + SLIPS
    + p("请【部门】准备材料。")
    + tbl(tr(tc(p(r("联系人【联系人】", '<w:color w:val="FF0000"/>')))))
    + p("附注", '<w:r><w:footnoteReference w:id="2"/></w:r>')
    + p(textbox(p(r("【框】", '<w:sz w:val="10"/>'))))
)
STORIES = {
    "footer1": p(r("第1页", '<w:sz w:val="20"/>')),
    "footnotes": f'<w:footnote w:id="2">{p("脚注【来源】")}</w:footnote>',
}
PAYLOAD = {"时间": "1月5日", "地点": "北京", "联系人": "张三", "框": "框", "部门": None, "来源": None}


def policy(name: str = "gbt9704-2012") -> Policy:
    """Return a built-in policy."""
    found = load_policies().get(name)
    assert found is not None
    return found


def letter(more: str = "", **package: Any) -> bytes:
    """Return a template of an official letter with faults of all kinds, and ``more`` in its body."""
    stories = {**STORIES, **package.pop("stories", {})}
    members = parts(docx(LETTER + more, styles=STYLES, stories=stories, **package))
    body = members["word/document.xml"].replace(b"<w:sectPr/></w:body>", SECTION.encode() + b"</w:body>")
    return zipped({**members, "word/document.xml": body})


def make(
    folder: Path,
    template: bytes,
    payload: Mapping[str, Any] = PAYLOAD,
    *,
    review: Review | None = "comments",
    options: Options = STRICT,
    rules: str = "gbt9704-2012",
) -> tuple[RunResult, dict[str, bytes]]:
    """Fill ``template``; return what came of it and the files by name."""
    folder.mkdir(exist_ok=True)
    (folder / "template.docx").write_bytes(template)
    out = folder / "out"
    out.mkdir()
    job = Job(JobKind.RUN, (), None, payload, options._replace(review=review), policy(rules))
    result = run_to_folder(job, folder / "template.docx", out)
    return result, {each.name: each.read_bytes() for each in out.iterdir()}


def parts(document: bytes) -> dict[str, bytes]:
    """Return the members of a package by name, in their order."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
