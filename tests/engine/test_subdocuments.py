"""Documents put in place of tags in open tasks: put in, logged, proved (docs/analysis/subdocuments.md)."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from docops_flask.engine.errors import ExitCode, InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.job import Asset, Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import inspect, precheck, run_to_folder
from docops_flask.intake.catalogue.policies import load_policies
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, r, tbl, tc, textbox, tr
from tests.pictures import in_base64, png

FILE = {"file": "附件.docx"}
BODY = docx(p("甲") + tbl(tr(tc("乙"))) + p("丙"))


def _run(
    folder: Path,
    template: str | bytes,
    payload: Mapping[str, Any],
    asset: bytes = BODY,
    options: Options = Options(),  # noqa: B008, immutable
) -> OpenRun:
    done = run_open(folder, template, payload, options, assets={"附件.docx": asset})
    proof = done.json("out.integrity.json")
    assert (proof["verdict"], proof["exactness"]) == ("intact", "bytes")
    return done


def _faults(folder: Path, template: str | bytes, payload: Mapping[str, Any], asset: bytes) -> list[str]:
    with pytest.raises(InvalidArgument) as raised:
        run_open(folder, template, payload, assets={"附件.docx": asset})
    return [f"{each['path']} {each['message']}" for each in raised.value.detail["errors"]]


def _texts(done: OpenRun) -> list[str]:
    """Return the texts of the paragraphs outside tables."""
    return [each.text for each in Document(io.BytesIO(done.files["out.docx"])).paragraphs]


def test_the_body_takes_the_place_of_the_paragraph(tmp_path: Path) -> None:
    done = _run(tmp_path, "前【A】\n　【+附件】\n后【B】", {"附件": FILE, "A": "x", "B": "y"})
    assert done.result.exit_code is ExitCode.OK
    assert _texts(done) == ["前x", "甲", "丙", "后y"]
    entry = done.json("out.replace_log.json")["entries"][1]
    assert (entry["status"], entry["field_name"], entry["new_text"]) == ("replaced", "附件", "附件.docx")
    assert (entry["paragraph_path"], entry["payload_path"]) == ("p1", "$.附件")
    assert entry["subdocument"]["file"] == "附件.docx"
    assert (entry["subdocument"]["paragraphs"], entry["subdocument"]["tables"]) == (2, 1)
    [added] = done.json("out.replace_log.json")["added"]["subdocuments"]
    assert added == {"payload_path": "$.附件", "result_path": "p1"}


@pytest.mark.parametrize("tag", ["【＋附件】", "【插入：附件】", "【INSERT 附件】", "【+ 附件 | 可空】"])
def test_the_tag_may_be_written_in_other_ways(tmp_path: Path, tag: str) -> None:
    assert _texts(_run(tmp_path, f"前\n{tag}", {"附件": FILE})) == ["前", "甲", "丙"]


def test_a_tag_may_be_split_into_runs(tmp_path: Path) -> None:
    template = docx(p(r("【+"), r("附", "<w:b/>"), r("件】")))
    assert _texts(_run(tmp_path, template, {"附件": FILE})) == ["甲", "丙"]


def test_without_a_value_the_tag_stays_and_is_missing(tmp_path: Path) -> None:
    done = run_open(tmp_path, "前\n【+附件】", {"附件": None})
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    assert done.paragraphs() == ["前", "【+附件】"]
    assert done.result.missing.required == ("附件",)


def test_a_value_that_may_be_absent_takes_its_paragraph_with_it(tmp_path: Path) -> None:
    done = run_open(tmp_path / "a", "前\n【+附件|可空】\n后", {})
    assert (done.result.exit_code, done.paragraphs()) == (ExitCode.OK, ["前", "后"])
    cell = docx(tbl(tr(tc("【+附件|可空】"), tc("y"))) + p("后"))
    kept = run_open(tmp_path / "b", cell, {})
    assert (kept.result.exit_code, kept.paragraphs()) == (ExitCode.OK, ["", "y", "后"])
    assert kept.json("out.integrity.json")["verdict"] == "intact"


@pytest.mark.parametrize(
    "template",
    [
        p("前【+附件】"),
        p("【+附件】【+附件】"),
        p(textbox(p("【+附件】"))),
        p(f'<w:hyperlink w:anchor="x">{r("【+附件】")}</w:hyperlink>'),
        p(f"<w:sdt><w:sdtPr/><w:sdtContent>{r('【+附件】')}</w:sdtContent></w:sdt>"),
        f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{p('【+附件】')}</w:sdtContent></w:sdt>",
        p('<w:fldSimple w:instr="PAGE">' + r("【+附件】") + "</w:fldSimple>"),
        p("【+附件】", "<w:r><w:commentReference w:id='0'/></w:r>"),
    ],
)
def test_where_no_document_can_be_put_the_tag_stays_and_is_told(tmp_path: Path, template: str) -> None:
    done = _run(tmp_path, docx(template), {"附件": FILE})
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    assert {kind for _, kind in done.kinds()} == {"SUBDOCUMENT_PLACE"}


@pytest.mark.parametrize("story", ["header1", "footer1", "footnotes"])
def test_outside_the_body_the_tag_stays_too(tmp_path: Path, story: str) -> None:
    content = p("【+附件】")
    inside = f'<w:footnote w:id="1">{content}</w:footnote>' if story == "footnotes" else content
    done = _run(tmp_path, docx(p("x"), stories={story: inside}), {"附件": FILE})
    assert done.kinds() == [("【+附件】", "SUBDOCUMENT_PLACE")]


def test_blocks_put_in_a_document_for_each_item(tmp_path: Path) -> None:
    payload = {"项": [{"名": 1, "附件": FILE}, {"名": 2}, {"名": 3, "附件": FILE}]}
    template = "【#项】\n第【名】件\n【+附件|可空】\n【/项】\n后"
    done = _run(tmp_path, template, payload)
    assert _texts(done) == ["第1件", "甲", "丙", "第2件", "第3件", "甲", "丙", "后"]
    told = done.json("out.replace_log.json")["added"]["subdocuments"]
    assert [each["payload_path"] for each in told] == ["$.项[0].附件", "$.项[2].附件"]


@pytest.mark.parametrize(("is_taken", "texts"), [(True, ["甲", "丙", "后"]), (False, ["后"])])
def test_tags_that_vanish_may_stand_beside(tmp_path: Path, is_taken: bool, texts: list[str]) -> None:
    done = _run(tmp_path, "【?要】【+附件】【/】【--附】\n后", {"要": is_taken, "附件": FILE})
    assert _texts(done) == texts


def test_a_list_in_one_paragraph_is_no_place(tmp_path: Path) -> None:
    done = _run(tmp_path, "【#项】【+附件】【/项】\n后", {"项": [{"附件": FILE}]})
    assert done.kinds() == [("【+附件】", "SUBDOCUMENT_PLACE")]


def test_a_control_without_a_value_before_it_keeps_its_paragraphs(tmp_path: Path) -> None:
    inside = p("一") + p("二")
    control = f'<w:sdt><w:sdtPr><w:tag w:val="A"/></w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>'
    done = _run(tmp_path, docx(control + p("三") + p("【+附件】") + p("四")), {"附件": FILE})
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    assert _texts(done) == ["三", "甲", "丙", "四"]


def test_it_stands_beside_pictures_and_rich_values(tmp_path: Path) -> None:
    asset = docx(
        p("一", properties='<w:numPr><w:numId w:val="1"/></w:numPr>'),
        stories={
            "numbering": '<w:abstractNum w:abstractNumId="0"/>'
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        },
    )
    payload = {"附件": FILE, "文": "1. 甲\n\n[乙](https://a.cn)", "章": {"png": in_base64(png())}}
    done = _run(tmp_path, "【文|富文本】\n【+附件】\n【@章 10mm】\n【+附件】", payload, asset)
    added = done.json("out.replace_log.json")["added"]
    assert added["rich"]["numbering"][0]["numId"] == 1
    assert [each["numbering"] for each in added["subdocuments"]] == [
        [{"numId": 2, "abstractNumId": 2}],
        [{"numId": 3, "abstractNumId": 3}],
    ]
    assert [each["result_path"] for each in added["subdocuments"]] == ["p1", "p3"]


def test_addresses_of_reports_are_those_of_the_result(tmp_path: Path) -> None:
    template = docx(p("【+附件】") + p(r("【A】", '<w:sz w:val="20"/>')) + tbl(tr(tc("x"))))
    options = Options(format_mode="report", format_report="both")
    done = _run(tmp_path, template, {"附件": FILE, "A": "x"}, options=options)
    paths = done.json("out.format_report.json")
    assert all(each["paragraph_path"] != "p1" for each in paths["issues"])


def test_nothing_is_said_of_the_look_of_what_was_put_in(tmp_path: Path) -> None:
    policy = load_policies(None).get("default")
    assert policy is not None
    (tmp_path / "t.docx").write_bytes(docx(p("甲") + p("【+附件】") + p("【A】")))
    (tmp_path / "a").write_bytes(BODY)
    options = Options(format_mode="report", format_baseline="policy")
    sent = (Asset("附件.docx", str(tmp_path / "a")),)
    payload = {"附件": FILE, "A": "x"}
    job = Job(JobKind.RUN, (), None, payload, options, policy=policy, assets=sent)
    report = run_to_folder(job, tmp_path / "t.docx", tmp_path).report
    assert {each.paragraph_path for each in report.issues} >= {"p0", "p3"}
    assert not {each.paragraph_path for each in report.issues} & {"p1", "p2"}


@pytest.mark.parametrize("review", ["comments", "tracked"])
def test_a_reviewers_copy_has_the_documents_too(tmp_path: Path, review: str) -> None:
    template = docx(p(r("甲【A】", '<w:sz w:val="32"/>')) + p("【+附件】") + p("【B】"))
    options = Options(review=review, format_mode="safe-fix")  # type: ignore[arg-type]
    done = _run(tmp_path, template, {"附件": FILE, "A": "x", "B": "y"}, options=options)
    copy = Document(io.BytesIO(done.files["out.review.docx"]))
    assert [each.text for each in copy.paragraphs] == ["甲x", "甲", "丙", "y"]


def test_what_does_not_come_along_is_warned_of(tmp_path: Path) -> None:
    asset = docx(
        p("【编号】【NAME】")
        + p("x", "<w:r><w:commentReference w:id='0'/></w:r>", properties="<w:sectPr/>")
        + p("y")
    )
    done = _run(tmp_path, "前\n【+附件】", {"附件": FILE}, asset)
    told = [(each["code"], each["place"]) for each in done.json("out.replace_log.json")["warnings"]]
    codes = ("SUBDOCUMENT_SECTIONS", "SUBDOCUMENT_COMMENTS", "SUBDOCUMENT_TAGS")
    assert told == [(code, "p1") for code in codes]
    assert done.json("out.format_report.json")["warnings"] == done.json("out.replace_log.json")["warnings"]
    assert _texts(done) == ["前", "【编号】【NAME】", "x", "y"]


@pytest.mark.parametrize(
    ("value", "what"), [("附件.docx", "another text"), ({"file": 1}, "an object"), ({"png": ""}, "an object")]
)
def test_values_that_are_no_documents_are_refused(tmp_path: Path, value: object, what: str) -> None:
    wanted = '$.payload.附件 Must be a document sent as an asset: {"file": name}; it is'
    assert _faults(tmp_path, "【+附件】", {"附件": value}, BODY)[0] == f"{wanted} {what}."


def test_a_file_that_is_not_there_or_no_document_is_refused(tmp_path: Path) -> None:
    other = {"附件": {"file": "附.docx"}, "又": FILE}
    template = "【+附件】\n【+又】"
    [told] = _faults(tmp_path / "a", template, other, BODY)
    assert told.startswith("$.payload.附件.file No part asset with the file name 附.docx was sent")
    [told] = _faults(tmp_path / "c", "【+附件】", {"附件": FILE}, png())
    assert told.startswith("$.payload.附件.file 附件.docx is no Word document that can be put in")
    [told] = _faults(tmp_path / "d", "【+附件】", {"附件": FILE}, docx(p("x"), strict=True))
    assert "Strict" in told


def test_a_strict_document_is_put_into_a_strict_template(tmp_path: Path) -> None:
    template = docx(p("【+附件】"), strict=True)
    done = _run(tmp_path, template, {"附件": FILE}, docx(p("甲"), strict=True))
    assert b">\xe7\x94\xb2</w:t>" in done.part("word/document.xml")


def test_template_and_documents_count_together(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(BODY)
    (tmp_path / "t.docx").write_bytes(docx(p("【+附件】")))
    sizes = [
        sum(each.file_size for each in zipfile.ZipFile(io.BytesIO(file)).infolist())
        for file in (BODY, docx(p("【+附件】")))
    ]
    limits = Limits(xml_bytes=sum(sizes) - 1)
    job = Job(
        JobKind.RUN,
        (),
        None,
        {"附件": FILE},
        limits=limits,
        assets=(Asset("附件.docx", str(tmp_path / "a")),),
    )
    with pytest.raises(TemplateLimitExceeded) as raised:
        run_to_folder(job, tmp_path / "t.docx", tmp_path)
    assert raised.value.detail["limit"] == "xml_bytes"


def test_inspect_tells_of_the_field_and_its_schema(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("【+附件】") + p("前【+其他】")))
    told = inspect(Job(JobKind.INSPECT, ()), file).as_dict()
    assert told["language"] == 2
    assert told["schema"]["properties"]["附件"] == {
        "type": ["object", "null"],
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": {"type": "string"}},
        "x-docops-document": True,
        "x-docops-required": True,
    }
    assert told["sample_task"]["payload"]["附件"] == {"file": "附件.docx"}
    assert [(each["kind"], each["text"]) for each in told["unsupported"]] == [
        ("SUBDOCUMENT_PLACE", "【+其他】")
    ]


def test_precheck_reads_the_documents(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(docx(p("x", properties="<w:sectPr/>")))
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("【+附件】")))
    sent = (Asset("附件.docx", str(tmp_path / "a")),)
    told = precheck(Job(JobKind.PRECHECK, (), None, {"附件": FILE}, assets=sent), file)
    assert told.ok
    assert [each.code for each in told.warnings] == ["SUBDOCUMENT_SECTIONS"]
    with pytest.raises(InvalidArgument, match=r"\$\.payload\.附件\.file: No part asset"):
        precheck(Job(JobKind.PRECHECK, (), None, {"附件": FILE}), file)


def test_signs_that_stand_for_documents_are_refused_in_other_values(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="noncharacters"):
        run_open(tmp_path, "【+附件】\n【B】", {"附件": FILE, "B": "\U0001fffe"}, assets={"附件.docx": BODY})


def test_ids_that_stand_twice_in_a_file_are_mended(tmp_path: Path) -> None:
    marks = '<w:bookmarkStart w:id="1" w:name="k"/><w:bookmarkEnd w:id="1"/>'
    done = _run(
        tmp_path, "【+附件】", {"附件": FILE}, docx(p(marks) + p(marks) + p(marks.replace("End", "E")))
    )
    with zipfile.ZipFile(io.BytesIO(done.files["out.docx"])) as archive:
        content = archive.read("word/document.xml").decode()
    assert [content.count(f'<w:bookmarkStart w:id="{number}"') for number in (1, 2, 3)] == [1, 1, 0]
    assert content.count("<w:bookmarkEnd ") == 2


def test_long_chains_of_styles_are_put_in_and_proved(tmp_path: Path) -> None:
    chain = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{number}"><w:name w:val="n{number}"/>'
        f'<w:basedOn w:val="s{number + 1}"/></w:style>'
        for number in range(2000)
    )
    asset = docx(p("x", properties='<w:pStyle w:val="s0"/>'), styles=chain)
    done = _run(tmp_path, "【+附件】", {"附件": FILE}, asset)
    [added] = done.json("out.replace_log.json")["added"]["subdocuments"]
    assert len(added["styles"]) == 2000


@pytest.mark.parametrize(
    ("asset", "told"),
    [
        (docx(tbl(tr("<w:tc><w:tcPr/></w:tc>"))), "has a table cell that does not end with a paragraph"),
        (docx(p("x"), styles="<w:style>"), "the part word/styles.xml is not well-formed XML"),
    ],
)
def test_a_damaged_file_is_refused_by_its_name(tmp_path: Path, asset: bytes, told: str) -> None:
    [fault] = _faults(tmp_path, "【+附件】", {"附件": FILE}, asset)
    assert fault.startswith("$.payload.附件.file 附件.docx")
    assert told in fault


@pytest.mark.parametrize(
    ("asset", "is_told"),
    [
        (docx(p("【甲方】")), True),
        (docx(p("【/】【完】【】")), False),
        (docx(p('<w:fldSimple w:instr=" MERGEFIELD Name "/>')), True),
        (docx(p("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent/></w:sdt>")), True),
        (
            docx(
                p('<w:r><w:footnoteReference w:id="2"/></w:r>'),
                stories={"footnotes": f'<w:footnote w:id="2">{p("【NAME】")}</w:footnote>'},
            ),
            True,
        ),
    ],
)
def test_places_to_fill_in_a_file_are_warned_of(tmp_path: Path, asset: bytes, is_told: bool) -> None:
    warnings = (
        _run(tmp_path, "【+附件】", {"附件": FILE}, asset).json("out.replace_log.json").get("warnings", [])
    )
    assert ("SUBDOCUMENT_TAGS" in [each["code"] for each in warnings]) is is_told


@pytest.mark.parametrize("tag", ["【+附件】", "【+附件|可空】"])
def test_a_cell_with_a_document_is_not_merged(tmp_path: Path, tag: str) -> None:
    template = docx(tbl(tr(tc("【#L】【合并】", tag), tc("【V】【/L】"))) + p("end"))
    done = _run(tmp_path, template, {"L": [{"附件": FILE, "V": "1"}, {"附件": FILE, "V": "1"}]})
    assert done.kinds() == [("【合并】", "MERGE_OUTSIDE")] * 2
