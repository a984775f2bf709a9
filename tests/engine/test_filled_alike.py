"""Paragraphs filled alike: every artefact is, byte for byte, what it is when each is filled by itself."""

from pathlib import Path

import pytest

from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.render import Template
from tests.engine.integrity.finished_job import STRICT, finish
from tests.factories import docx, p, r, tbl, tc, textbox, tr

EXACT = '<w:spacing w:line="120" w:lineRule="exact"/>'
STYLES = (
    '<w:style w:type="table" w:styleId="T"><w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:sz w:val="30"/>'
    '</w:rPr></w:tblStylePr></w:style><w:style w:type="paragraph" w:styleId="a"/>'
)
ROW = tr(tc("【A】"), tc("x 【B】 y"), tc(p(r("【"), r("A】 and 【B】", "<w:b/>"))))
BODIES = {
    "a table": tbl(ROW, ROW, ROW) + p("【A】") + p("【A】"),
    "a table whose style differs by cell": (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/><w:tblLook w:firstRow="1"/></w:tblPr>{ROW}{ROW}</w:tbl>'
    ),
    "different texts": "".join(p(r(f"{number} "), r("【A】"), r(" end")) for number in range(20)),
    "texts that differ beside the same placeholder": "".join(
        p(r(before), r(f"{before}【A】{after}"), r(after))
        for before in ("", "a", "值", "\\u0000", "x" * 70, "&amp;")
        for after in ("", "b", '"\\u0000"', "y" * 70, "&#233;", "【B】")
    ),
    "the placeholder's characters twice": "".join(
        p(r(f"{number}"), r("【A】"), r("【A】" if number % 2 else "A】")) for number in range(6)
    ),
    "forms that take turns": "".join(
        p(r(f"{number}", "<w:b/>" if number % 2 else ""), r(f"{number} 【B】")) + p(f"{number}【A】")
        for number in range(9)
    ),
    "names without a value, and what is no name": p("【C】") + p("【a】") + p("【A】【C】") + p("【A"),
    "a run as long as the name that begins in it": p(r("xx【"), r("A】y"))
    + p(r("x【"), r("A"), r("】【B】")),
    "several lines in a justified paragraph": p("【B】", properties='<w:jc w:val="both"/>') * 2,
    "lines too low": p(r("【A】", '<w:sz w:val="40"/>'), properties=EXACT) * 2 + p("【A】", properties=EXACT),
    "a narrow cell": tbl(tr(tc(p("【B】"), properties='<w:tcW w:w="10" w:type="dxa"/>'))),
    "texts that are emptied": p(r("x"), r("【B】"), r("y")) * 3,
    "white space at the ends": p(r(" 【B】 ", preserve=False)) * 2,
    "CDATA and comments": "<w:p><w:r><w:t><![CDATA[【A】]]></w:t></w:r></w:p><!-- c -->" * 2 + p("【A】"),
    "a name outside of paragraphs": p("【A】") + "<w:sdt><w:sdtPr><w:alias w:val='【A】'/></w:sdtPr></w:sdt>",
    "nothing to fill": p("text"),
}
NOT_ALIKE = {
    "text boxes": p("【A】", textbox(p("【B】"))),
    "notes with one id": p("【A】"),
    "field codes": p('<w:fldSimple w:instr=" QUOTE 【A】 "/>', "【B】"),
}
NOTES = {
    "text boxes": "",
    "notes with one id": f'<w:footnote w:id="1">{p("【A】")}</w:footnote>' * 2,
    "field codes": "",
}
VALUES = ({"A": "value", "B": "one\ntwo\t3"}, {"A": "<&> 值", "B": ""})
FULL = Options(format_report="both", export_suggested_policy=True)


def outputs(folder: Path, template: bytes, values: dict[str, str], options: Options) -> bytes:
    folder.mkdir()
    finish(folder, template, values, options, Policy(line_spacing_twips=560, first_line_indent_twips=640))
    return (folder / "outputs.zip").read_bytes()


def opened(folder: Path, template: bytes) -> Template:
    file = folder / "opened.docx"
    file.write_bytes(template)
    return Template(Package(file, Limits()), Limits())


@pytest.mark.parametrize("options", [Options(), FULL, STRICT, Options(format_mode="off")])
@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_all_artefacts_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, values: dict[str, str], options: Options
) -> None:
    notes = f'<w:footnote w:id="a&quot;b\\">{p("【A】")}</w:footnote>'
    template = docx(body, stories={"header1": p("【A】"), "footnotes": notes}, styles=STYLES)
    assert opened(tmp_path, template).alike is not None
    together = outputs(tmp_path / "together", template, values, options)
    monkeypatch.setattr(Template, "alike", None)
    assert outputs(tmp_path / "each", template, values, options) == together


@pytest.mark.parametrize("name", NOT_ALIKE)
def test_where_bytes_alone_do_not_tell_each_is_filled_by_itself(tmp_path: Path, name: str) -> None:
    template = docx(NOT_ALIKE[name], stories={"footnotes": NOTES[name]})
    assert opened(tmp_path, template).alike is None


def test_paragraphs_with_the_same_bytes_are_one_kind(tmp_path: Path) -> None:
    alike = opened(tmp_path, docx(p("【A】") + p("【B】") + p("【A】") + p("no name"))).alike
    assert alike is not None
    assert (list(alike.numbers), list(alike.paths)) == ([0, 1, 0], ["p0", "p1", "p2"])
    assert [kind.text for kind in alike.kinds] == ["【A】", "【B】"]
