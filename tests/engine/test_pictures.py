"""Pictures and check boxes in open tasks: put in, logged, proved (docs/contract.md, section 8)."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from lxml import etree

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import ExitCode, InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import inspect, precheck
from docops_flask.engine.skills.skill import Field, Skill
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, package, r, tbl, tc, textbox, tr
from tests.pictures import in_base64, jpeg, placeholder_picture, png

PNG = png(20, 10)
SEAL = {"png": in_base64(PNG)}
MAIN = "word/document.xml"


def _drawings(done: OpenRun, part: str = MAIN) -> list[tuple[int, int, int, str]]:
    """Return id, width, height and relationship of each drawing of a part."""
    etree.fromstring(done.part(part))
    found = re.findall(
        r'<wp:extent cx="(\d+)" cy="(\d+)"/>.*?<wp:docPr id="(\d+)".*?<a:blip r:embed="(\w+)"',
        done.part(part).decode(),
        re.DOTALL,
    )
    return [(int(number), int(width), int(height), link) for width, height, number, link in found]


def _is_intact(done: OpenRun) -> bool:
    proof = done.json("out.integrity.json")
    return bool(proof["verdict"] == "intact" and proof["exactness"] == "bytes")


def test_a_picture_takes_the_place_of_its_tag(tmp_path: Path) -> None:
    done = run_open(tmp_path, "前【@公章 40mm】后", {"公章": {**SEAL, "alt": "A<\"&'"}})
    assert done.result.exit_code is ExitCode.OK
    assert done.paragraphs() == ["前后"]
    assert _drawings(done) == [(1, 1_440_000, 720_000, "rId1")]
    [entry] = done.json("out.replace_log.json")["entries"]
    assert (entry["field_name"], entry["new_text"], entry["payload_path"]) == ("公章", "", "$.公章")
    picture = {"part": "word/media/docops1.png", "width_emu": 1_440_000, "height_emu": 720_000}
    assert entry["picture"] == {**picture, "alt": "A<\"&'"}
    [media] = done.json("out.replace_log.json")["added"]["media"]
    assert (media["part"], media["of"]) == ("word/media/docops1.png", "$.公章")
    assert done.part("word/media/docops1.png") == PNG
    assert _is_intact(done)


def test_python_docx_reads_the_result(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【@A 10mm】【@B】", {"A": SEAL, "B": {"jpeg": in_base64(jpeg())}})
    shapes = Document(io.BytesIO(done.files["out.docx"])).inline_shapes
    assert [(each.width, each.height) for each in shapes] == [(360_000, 180_000), (152_400, 76_200)]


def test_the_run_keeps_its_look_and_its_number(tmp_path: Path) -> None:
    run = "<w:r><w:rPr><w:b/></w:rPr><w:t>a 【@A 10mm】 b</w:t></w:r>"
    done = run_open(tmp_path, docx(f"<w:p>{run}{r('【B】')}</w:p>"), {"A": SEAL, "B": "x"})
    content = done.part(MAIN).decode()
    assert '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">a </w:t><w:drawing>' in content
    assert '</w:drawing><w:t xml:space="preserve"> b</w:t></w:r>' in content
    assert done.json("out.replace_log.json")["touched_runs"] == ["p0:r0", "p0:r1"]
    assert _is_intact(done)


@pytest.mark.parametrize(
    ("body", "payload", "sizes"),
    [
        (p(r("a【@"), r("A 10x"), r("20mm】b")), {"A": SEAL}, [(360_000, 180_000)]),
        (p("【@A】") + p("【@A】"), {"A": SEAL}, [(190_500, 95_250)] * 2),
        (p("【＠A　10mm】【图片：A 10mm】【IMAGE A 10mm】"), {"A": SEAL}, [(360_000, 180_000)] * 3),
        (p(textbox(p("【@A 10mm】"))), {"A": SEAL}, [(360_000, 180_000)] * 2),
        (p("<w:r><w:t><![CDATA[a【@A 10mm】b]]></w:t></w:r>"), {"A": SEAL}, [(360_000, 180_000)]),
        (tbl(tr(tc("【@A】", properties='<w:tcW w:w="516" w:type="dxa"/>'))), {"A": SEAL},
         [(190_500, 95_250)]),
        (tbl(tr(tc("【@A】", properties='<w:tcW w:w="416" w:type="dxa"/>'))), {"A": SEAL},
         [(127_000, 63_500)]),
    ],
)  # fmt: skip
def test_tags_wherever_text_stands(
    tmp_path: Path, body: str, payload: dict[str, Any], sizes: list[tuple[int, int]]
) -> None:
    done = run_open(tmp_path, docx(body), payload)
    assert [each[1:3] for each in _drawings(done)] == sizes
    assert len({each[0] for each in _drawings(done)}) == len(sizes)
    assert [name for name in done.parts() if "media" in name] == ["word/media/docops1.png"]
    assert _is_intact(done)


def test_a_picture_without_a_size_is_no_wider_than_its_column(tmp_path: Path) -> None:
    section = '<w:sectPr><w:pgSz w:w="2000" w:h="3000"/><w:pgMar w:left="500" w:right="500"/></w:sectPr>'
    content = docx(p("【@A】") + p(properties=section))
    done = run_open(tmp_path, content, {"A": {"png": in_base64(png(200, 100))}})
    assert _drawings(done) == [(1, 635_000, 317_500, "rId1")]
    assert _is_intact(done)


@pytest.mark.parametrize("stem", ["header1", "footer1", "footnotes"])
def test_pictures_in_other_stories_have_relationships_of_their_own(tmp_path: Path, stem: str) -> None:
    content = p("【@A 10mm】")
    if stem == "footnotes":
        content = f'<w:footnote w:id="2">{content}</w:footnote>'
    done = run_open(tmp_path, docx(p("【@A 10mm】"), stories={stem: content}), {"A": SEAL})
    assert f"word/_rels/{stem}.xml.rels" in done.parts()
    assert done.part(f"word/_rels/{stem}.xml.rels").count(b"media/docops1.png") == 1
    assert len(done.json("out.replace_log.json")["added"]["media"]) == 1
    assert _is_intact(done)


def test_ids_follow_the_highest_of_the_part(tmp_path: Path) -> None:
    body = p("【@A 10mm】") + p(placeholder_picture("x", number=41), "【@A 10mm】")
    done = run_open(tmp_path, docx(body), {"A": SEAL})
    assert [each[0] for each in _drawings(done)] == [42, 41, 43]


@pytest.mark.parametrize(("strict", "base"), [(True, REL_STRICT), (False, REL_TRANSITIONAL)])
def test_strict_documents_get_strict_names(tmp_path: Path, strict: bool, base: str) -> None:
    done = run_open(tmp_path, docx(p("【@A】"), strict=strict), {"A": SEAL})
    assert f'Type="{base}/image"'.encode() in done.part("word/_rels/document.xml.rels")
    assert (b"http://purl.oclc.org/ooxml/drawingml/picture" in done.part(MAIN)) is strict
    assert _is_intact(done)


def test_a_taken_name_and_another_type_for_its_extension_are_left_alone(tmp_path: Path) -> None:
    extra = {"word/media/docops1.jpeg": b"x", "word/media/y.jpeg": b"y"}
    done = run_open(tmp_path, docx(p("【@A】"), extra=extra), {"A": {"jpeg": in_base64(jpeg())}})
    assert done.json("out.replace_log.json")["added"]["media"][0]["part"] == "word/media/docops2.jpeg"
    override = b'<Override PartName="/word/media/docops2.jpeg" ContentType="image/jpeg"/>'
    assert override in done.part("[Content_Types].xml")
    assert _is_intact(done)


def test_a_picture_that_is_not_given_stays_as_its_tag(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【@A 10mm】【@B|可空】x", {})
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    assert done.paragraphs() == ["【@A 10mm】x"]
    assert done.json("out.missing_fields.json")["missing_required"] == ["A"]
    assert "added" not in done.json("out.replace_log.json")
    assert _is_intact(done)


def test_a_placeholder_picture_keeps_its_box(tmp_path: Path) -> None:
    body = p(placeholder_picture("【@A】", box=(1_000_000, 1_000_000)), "t")
    done = run_open(tmp_path, docx(body), {"A": {**SEAL, "alt": "Seal"}})
    after = done.part(MAIN).decode()
    assert '<wp:docPr id="7" name="Picture 7" descr="Seal"/>' in after
    assert '<a:blip r:embed="rId1"/><a:srcRect t="-50000" b="-50000"/><a:stretch><a:fillRect/>' in after
    assert '<wp:extent cx="1000000" cy="1000000"/><wp:wrapSquare wrapText="bothSides"/>' in after
    [entry] = done.json("out.replace_log.json")["entries"]
    assert (entry["new_text"], entry["picture"]["height_emu"]) == ("Seal", 500_000)
    assert _is_intact(done)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (placeholder_picture("", title="【@A】"), 'title=""'),
        (placeholder_picture("【@A】", title="【@A】", repeated="【@A】"), 'descr="" title=""'),
        (placeholder_picture("【@A】", kind="inline"), 'descr=""'),
        (placeholder_picture("【@A】", blip='<a:blip r:link="rId9"/>'), '<a:blip r:embed="rId1"/>'),
        (placeholder_picture("【@A】", blip='<a:blip r:link="rId9" r:embed="rId8" cstate="print"/>'),
         '<a:blip r:embed="rId1" cstate="print"/>'),
        (placeholder_picture("【@A】", blip='<a:blip r:embed="rId8"><a:grayscl/><a:extLst><a:ext uri="x"/>'
                             "</a:extLst></a:blip>"), '<a:blip r:embed="rId1"><a:grayscl/></a:blip>'),
        (placeholder_picture("【@A】", rest='<a:srcRect l="9"/><a:tile/>'), '"rId1"/><a:stretch>'),
        (placeholder_picture("【@A】", rest=""), "<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"),
    ],
)  # fmt: skip
def test_kinds_of_placeholder_pictures(tmp_path: Path, run: str, expected: str) -> None:
    done = run_open(tmp_path, docx(p(run, "t"), stories={"header1": p(run)}), {"A": SEAL})
    for part in (MAIN, "word/header1.xml"):
        # The relationship to the header is the first of the main part.
        assert expected in done.part(part).decode().replace("rId2", "rId1")
        assert "srcRect" not in done.part(part).decode()
    assert _is_intact(done)


def test_an_optional_placeholder_picture_goes_with_its_run(tmp_path: Path) -> None:
    alone = placeholder_picture("【@A|可空】", repeated="【@A|可空】")
    beside = alone.replace("</w:drawing>", "</w:drawing><w:t>【B】</w:t>")
    done = run_open(tmp_path, docx(p(alone, "t") + p(beside)), {"B": "x"})
    content = done.part(MAIN).decode()
    assert "<w:drawing>" not in content
    assert f"<w:p>{r('t')}</w:p><w:p><w:r><w:t>x</w:t></w:r></w:p>" in content
    assert done.result.exit_code is ExitCode.OK
    assert _is_intact(done)


def test_a_placeholder_picture_without_a_value_stays(tmp_path: Path) -> None:
    done = run_open(tmp_path, docx(p(placeholder_picture("【@A】"))), {})
    assert done.json("out.missing_fields.json")["missing_required"] == ["A"]
    assert "【@A】" in done.part(MAIN).decode()


@pytest.mark.parametrize(
    "body",
    [
        p(placeholder_picture("a 【@A】")),
        p(placeholder_picture("【@A】", blip="<a:blip/>")),
        p(placeholder_picture("【@A】", title="【@B】")),
        p(placeholder_picture("【@A】").replace("<pic:blipFill>", "<pic:blipFill><a:blip r:embed='a'/>")),
        p("<w:fldSimple w:instr='QUOTE \"【@A】\"'><w:r><w:t>x</w:t></w:r></w:fldSimple>"),
        f'<w:tbl><w:tblPr><w:tblCaption w:val="【@A】"/></w:tblPr><w:tblGrid/>{tr(tc("x"))}</w:tbl>',
    ],
)
def test_where_no_picture_can_be_put(tmp_path: Path, body: str) -> None:
    done = run_open(tmp_path, docx(body), {"A": SEAL, **({"B": SEAL} if "@B" in body else {})})
    assert {kind for _, kind in done.kinds()} == {"UNSUPPORTED_PICTURE"}
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS


def test_an_alternative_text_of_a_megabyte_is_text(tmp_path: Path) -> None:
    body = docx(p(placeholder_picture("【@A】" + "x" * 1_000_000)) + p("【@A】"))
    done = run_open(tmp_path, body, {"A": {**SEAL, "alt": "y" * 1_000_000}})
    assert [kind for _, kind in done.kinds()] == ["UNSUPPORTED_PICTURE"]
    assert _is_intact(done)


def test_assets_are_referred_to_by_name(tmp_path: Path) -> None:
    payload = {"A": {"file": "章.png"}, "B": {"file": "章.png"}}
    done = run_open(tmp_path, "【@A】【@B】", payload, assets={"章.png": PNG})
    assert len(_drawings(done)) == 2
    assert len(done.json("out.replace_log.json")["added"]["media"]) == 1


def test_an_asset_that_nothing_refers_to(tmp_path: Path) -> None:
    assets = {"a.png": PNG}
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, "【A】", {"A": "x"}, assets=assets)
    assert refused.value.detail["errors"][0]["path"] == "asset"
    (tmp_path / "again").mkdir()
    done = run_open(tmp_path / "again", "【A】", {"A": "x"}, Options(unused="allow"), assets=assets)
    unused = done.json("out.missing_fields.json")["unused"]
    assert unused == [{"key": "asset a.png", "suggestion": None}]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("x", "$.payload.A"),
        ({}, "$.payload.A"),
        ({"png": "x", "file": "y"}, "$.payload.A"),
        ({"png": 5}, "$.payload.A"),
        ({"png": "x", "width": 5}, "$.payload.A"),
        ({**SEAL, "alt": 5}, "$.payload.A"),
        ({**SEAL, "alt": "\x01"}, "$.payload.A.alt"),
        ({"png": "x"}, "$.payload.A.png"),
        ({"file": "y"}, "$.payload.A.file"),
        ([SEAL], "$.payload.A"),
    ],
)
def test_values_that_are_no_pictures(tmp_path: Path, value: Any, path: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, "【@A】", {"A": value})
    assert [each["path"] for each in refused.value.detail["errors"]] == [path]


@pytest.mark.parametrize(
    ("tag", "payload", "text"),
    [
        ("【□A】", {"A": True}, "☑"),
        ("【□A】", {"A": False}, "☐"),
        ("【勾选 A】", {"A": True}, "☑"),
        ("【CHECK:A|可空】", {}, "☐"),
        ("【□A】【A】", {"A": "x"}, "☑x"),
        ("【□A】【A】", {"A": " "}, "☐ "),
        ("【□A】", {}, "【□A】"),
        ("【□性别=男】【□性别=女】", {"性别": "男"}, "☑☐"),
        ("【□N≥3】【□N<3】", {"N": 3}, "☑☐"),
        ("【□D>2026-01-01】", {"D": "2026-05-06"}, "☑"),
        ("【□A≠甲|乙】【□A=甲|乙】", {"A": "丙"}, "☑☐"),
        ("【□A=是】【□A=否】", {"A": True}, "☑☐"),
    ],
)
def test_check_boxes(tmp_path: Path, tag: str, payload: dict[str, Any], text: str) -> None:
    done = run_open(tmp_path, tag, payload)
    assert done.paragraphs() == [text]
    assert done.result.exit_code == (ExitCode.OK if payload or "可空" in tag else ExitCode.MISSING_REQUIRED)
    assert _is_intact(done)


def test_precheck_expects_what_a_run_does_and_inspect_tells_a_sample(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("【@A 10mm】【□B】") + p(placeholder_picture("【@C】"))))
    told = inspect(Job(JobKind.INSPECT, ()), file).as_dict()
    assert told["schema"]["properties"]["A"]["x-docops-required"]
    assert [each["name"] for each in told["fields"]] == ["A", "B", "C"]
    assert told["unsupported"] == []
    payload = told["sample_task"]["payload"]
    expected = precheck(Job(JobKind.PRECHECK, (), None, payload), file)
    done = run_open(tmp_path, file.read_bytes(), payload)
    assert expected.expected_exit_code is done.result.exit_code is ExitCode.OK
    assert len(_drawings(done)) == 2


def test_links_comments_and_pictures_change_the_same_lists(tmp_path: Path) -> None:
    link = '<w:hyperlink r:id="rId9"><w:r><w:t>x</w:t></w:r></w:hyperlink>'
    note = '<w:comment w:id="1"><w:p><w:r><w:t>note</w:t></w:r></w:p></w:comment>'
    mark = '<w:r><w:commentReference w:id="1"/></w:r>'
    template = docx(p("【@A 10mm】") + p(link, mark), stories={"comments": note})
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    target = (
        f'<Relationship Id="rId9" Type="{REL_TRANSITIONAL}/hyperlink" Target="【URL】" '
        'TargetMode="External"/>'
    )
    lists = "word/_rels/document.xml.rels"
    content = members[lists]
    assert isinstance(content, bytes)
    members[lists] = content.replace(b"</Relationships>", f"{target}</Relationships>".encode())
    payload = {"A": SEAL, "URL": "https://example.org/"}
    done = run_open(tmp_path, package(members), payload, Options(strip_comments=True))
    kinds = re.findall(r'Type="[^"]*/(\w+)" Target="([^"]*)"', done.part(lists).decode())
    assert kinds == [("hyperlink", "https://example.org/"), ("image", "media/docops1.png")]
    assert "word/comments.xml" not in done.parts()
    assert _is_intact(done)


def test_a_document_type_of_language_2_gives_pictures_by_its_keys(tmp_path: Path) -> None:
    word = Bilingual(en="Seal", zh="公章")
    field = Field("seal", word, "text", True, "SEAL", "", word)
    skill = Skill("letter", word, word, (field,), grammar=2)
    done = run_open(tmp_path, "【@SEAL 10mm】", {"seal": SEAL}, skill=skill)
    [entry] = done.json("out.replace_log.json")["entries"]
    assert (entry["field_name"], entry["payload_path"]) == ("SEAL", "$.seal")
    (tmp_path / "again").mkdir()
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path / "again", "【@SEAL 10mm】", {"seal": {"png": "x"}}, skill=skill)
    assert refused.value.detail["errors"][0]["path"] == "$.payload.seal.png"


@pytest.mark.parametrize(
    ("rule", "line", "is_noted"), [("exact", 560, True), ("exact", 1200, False), ("auto", 240, False)]
)
def test_lines_of_an_exact_height_are_noted(tmp_path: Path, rule: str, line: int, is_noted: bool) -> None:
    spacing = f'<w:spacing w:line="{line}" w:lineRule="{rule}"/>'
    done = run_open(tmp_path, docx(p("【@A 40mm】", properties=spacing)), {"A": SEAL})
    [entry] = done.json("out.replace_log.json")["entries"]
    assert ("exactly 28 pt" in entry.get("note", "")) is is_noted
