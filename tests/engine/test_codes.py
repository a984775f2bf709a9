"""QR codes and Code 128 in open tasks: drawn, logged, shown, read, proved (docs/templates.md, *Codes*)."""

import io
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from lxml import etree

from docops_flask.engine.errors import ExitCode, InvalidArgument, ResultRefused, TemplateLimitExceeded
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.pipeline import inspect, run_to_folder
from docops_flask.engine.template.codes import coding
from tests.conftest import require
from tests.engine.integrity.job_files import MAIN, Change, JobFiles, written
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, tbl, tc, textbox, tr
from tests.pictures import in_base64, placeholder_picture, png

LONG = "档案移交清单：" + "第一全宗第二目录，卷号0123；" * 12


def _codes(done: OpenRun) -> list[dict[str, Any]]:
    entries = done.json("out.replace_log.json")["entries"]
    return [each["code"] for each in entries if "code" in each]


def _is_intact(done: OpenRun) -> bool:
    proof = done.json("out.integrity.json")
    return bool(proof["verdict"] == "intact" and proof["exactness"] == "bytes")


def _sizes(done: OpenRun) -> list[tuple[float, float]]:
    return [(each["width_emu"] / 36_000, each["height_emu"] / 36_000) for each in _codes(done)]


def test_a_code_takes_the_place_of_its_tag(tmp_path: Path) -> None:
    done = run_open(tmp_path, "前【@码 30mm|二维码】后", {"码": "A<\"&'"})
    assert (done.result.exit_code, done.paragraphs()) == (ExitCode.OK, ["前后"])
    etree.fromstring(done.part(MAIN))
    assert b'id="1" name="Picture 1" descr="A&lt;&quot;&amp;' in done.part(MAIN)
    [entry] = done.json("out.replace_log.json")["entries"]
    assert (entry["field_name"], entry["new_text"], entry["payload_path"]) == ("码", "A<\"&'", "$.码")
    code = entry["code"]
    assert (code["kind"], code["columns"], code["rows"]) == ("qr", 29, 29)
    assert code["outlines"].startswith("4,4 11,4 11,11 4,11;")
    assert "added" not in done.json("out.replace_log.json")
    assert _is_intact(done)
    assert len(Document(io.BytesIO(done.files["out.docx"])).inline_shapes) == 0


def test_words_and_signs_of_both_languages(tmp_path: Path) -> None:
    squares = "【=码|二维码】【码|QRCODE】【＠码　20mm｜二维码：H】【IMAGE 码 20x30mm|QRCODE:L】"
    bars = "【图片：码|条码】【码|CODE128|可空】"
    done = run_open(tmp_path, squares + bars, {"码": "QL-1"})
    assert [each["kind"] for each in _codes(done)] == ["qr"] * 4 + ["code128"] * 2
    assert done.paragraphs() == [""]
    assert _is_intact(done)


def test_sizes(tmp_path: Path) -> None:
    squares = "【@码 30mm|二维码】【@码 40x25mm|二维码】【码|二维码】"
    bars = "【@码 60x15mm|条码】【@码 60mm|条码】【码|条码】"
    done = run_open(tmp_path, squares + bars, {"码": "12345678"})
    assert _sizes(done) == [(30, 30), (25, 25), (14.5, 14.5), (60, 15), (60, 12), (99 / 3, 12)]
    assert _is_intact(done)


def test_without_a_size_it_is_at_most_as_wide_as_its_cell(tmp_path: Path) -> None:
    cell = '<w:tcPr><w:tcW w:w="1000" w:type="dxa"/></w:tcPr>'
    template = docx(_table(cell, "【=码|条码】"))
    done = run_open(tmp_path, template, {"码": "QL-2026-018"})
    [code] = _codes(done)
    assert code["width_emu"] < 1000 * 635
    [entry] = done.json("out.replace_log.json")["entries"]
    assert "make it" in entry["note"]
    assert _is_intact(done)


def _table(cell: str, text: str) -> str:
    grid = '<w:tblGrid><w:gridCol w:w="1000"/></w:tblGrid>'
    return f"<w:tbl><w:tblPr/>{grid}<w:tr><w:tc>{cell}{p(text)}</w:tc></w:tr></w:tbl>{p('')}"


def test_codes_in_copies_headers_and_with_other_formats(tmp_path: Path) -> None:
    template = docx(
        tbl(tr(tc(p("【#资产】【编号|条码】")), tc(p("【@地址 20mm|QRCODE:Q】【/资产】"))))
        + p("【=日期|yyyy-MM-dd|二维码】"),
        stories={"header1": p("【@文号 15mm|二维码】")},
    )  # fmt: skip
    items = [{"编号": f"QL-{number}", "地址": f"https://example.org/{number}"} for number in range(6)]
    done = run_open(
        tmp_path, template, {"资产": items, "日期": "2026-05-06T10:00", "文号": "青办〔2026〕1号"}
    )
    assert len(_codes(done)) == 14
    assert _is_intact(done)
    ids = re.findall(rb'<wp:docPr id="(\d+)"', done.part(MAIN))
    assert len(set(ids)) == len(ids) == 13


def test_strict_documents_and_pictures_beside(tmp_path: Path) -> None:
    template = docx(p("【@图】【码|二维码】") + p("【@空|可空】"), strict=True)
    done = run_open(tmp_path, template, {"图": {"png": in_base64(png(2, 2))}, "码": "x"})
    assert b"http://purl.oclc.org/ooxml/drawingml/main" in done.part(MAIN)
    assert _is_intact(done)


def test_what_is_absent_blank_or_has_several_lines(tmp_path: Path) -> None:
    text = "【=甲|二维码】\n【乙|二维码|可空】\n【丙|二维码】\n【丁|二维码】\n【戊|条码|缺省:none】"
    done = run_open(tmp_path, text, {"丙": "  ", "丁": "BEGIN:VCARD\nFN:林远\nEND:VCARD\n"})
    assert done.paragraphs() == ["【=甲|二维码】", "", "  ", "", ""]
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    assert [each["kind"] for each in _codes(done)] == ["qr", "code128"]
    assert _is_intact(done)


@pytest.mark.parametrize(
    ("tag", "value", "said"),
    [
        ("【码|条码】", "编号", "U+7F16"),
        ("【码|条码】", "x" * 81, "at most 80"),
        ("【码|二维码:H】", "中" * 500, "at most"),
        ("【#项】【码|条码】【/项】", "编号", "U+7F16"),
        ("【项|分隔:、|条码】", "编号", "U+7F16"),
        ("【码|缺省:无|条码】", None, "U+65E0"),
        ("【码|二维码】", True, "a text or a number"),
    ],
)
def test_what_no_code_holds_is_refused_by_its_field(tmp_path: Path, tag: str, value: Any, said: str) -> None:
    payload = {"项": [{"码": value}]} if "#项" in tag else {"项": [value]} if "项" in tag else {"码": value}
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, tag, payload)
    [error] = refused.value.detail["errors"]
    assert error["path"].startswith("$.payload.")
    assert said in error["message"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("【=码|二维码:X】", "UNKNOWN_FORMAT"),
        ("【=码|条码:H】", "UNKNOWN_FORMAT"),
        ("【=码|二维码|大写】", "BAD_FORMATS"),
        ("【=码|二维码|条码】", "BAD_FORMATS"),
        ("【@码 30|二维码】", "BAD_TAG"),
    ],
)
def test_tags_that_cannot_be(tmp_path: Path, text: str, kind: str) -> None:
    assert [each for _, each in run_open(tmp_path, text, {}).kinds()] == [kind]


@pytest.mark.parametrize(
    "content",
    [
        placeholder_picture("【@码|二维码】"),
        textbox(p("【=码|二维码】")),
        "<w:r><w:instrText>【=码|条码】</w:instrText></w:r>",
    ],
    ids=["alternative text", "text box", "field code"],
)
def test_outside_the_own_text_of_a_paragraph_there_are_none(tmp_path: Path, content: str) -> None:
    done = run_open(tmp_path, docx(p(content)), {"码": "1"})
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    assert _codes(done) == []
    assert done.json("out.integrity.json")["verdict"] == "intact"


def test_inspect_asks_for_a_text(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("【@码 30mm|二维码】【#项】【.|条码】【/项】")))
    told = inspect(Job(JobKind.INSPECT, ()), file).as_dict()
    assert told["schema"]["properties"]["码"]["type"] == ["string", "number", "null"]
    assert told["sample_task"]["payload"]["码"] == "码"


def test_the_sample_of_a_bar_code_is_one(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("【=编号|条码】【#项】【.|条码】【/项】")))
    payload = inspect(Job(JobKind.INSPECT, ()), file).as_dict()["sample_task"]["payload"]
    assert run_open(tmp_path / "run", file.read_bytes(), payload).result.exit_code is ExitCode.OK


def test_the_markup_of_codes_counts_for_the_output(tmp_path: Path) -> None:
    file, out = tmp_path / "t.docx", tmp_path / "out"
    file.write_bytes(docx(p("【#项】【.|二维码】【/项】")))
    out.mkdir()
    payload = {"项": [LONG + str(number) for number in range(50)]}
    job = Job(JobKind.RUN, (), payload=payload, limits=Limits(output_bytes=1_000_000))
    with pytest.raises(TemplateLimitExceeded) as refused:
        run_to_folder(job, file, out)
    assert refused.value.detail["limit"] == "output_bytes"


def _zbar(picture: Path) -> list[str]:
    command = ["zbarimg", "-q", "--raw", str(picture)]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    told = subprocess.run(command, check=True, capture_output=True, timeout=60, env=environment)
    return told.stdout.decode().splitlines()


def test_what_libreoffice_shows_is_read_by_another_decoder(tmp_path: Path, soffice: str) -> None:
    require(shutil.which("zbarimg") is not None, "zbarimg is not installed (Debian: zbar-tools)")
    payload = {
        "长": LONG,
        "址": "https://example.org/ql?no=2026-018",
        "数": "20260180001",
        "号": "QL-2026-018",
    }
    text = (
        "【@长 60mm|二维码】\n【@址 25mm|二维码:H】  【@数 25mm|二维码:L】\n【号|条码】\n【@数 50x10mm|条码】"
    )
    done = run_open(tmp_path, text, payload)
    (tmp_path / "out.docx").write_bytes(done.files["out.docx"])
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "out.docx")], check=True, capture_output=True, timeout=120)
    drawn = [
        "pdftoppm",
        "-r",
        "200",
        "-png",
        "-singlefile",
        str(tmp_path / "out.pdf"),
        str(tmp_path / "page"),
    ]
    subprocess.run(drawn, check=True, timeout=60)
    assert sorted(_zbar(tmp_path / "page.png")) == sorted([*payload.values(), payload["数"]])


TEMPLATE = docx(p("【@码 30mm|二维码】") + p("【=号|条码】") + p("【空|二维码】"))
PAYLOAD = {"码": "https://example.org/青岚", "号": "QL-2026-018", "空": " "}


@pytest.fixture
def job(tmp_path: Path) -> JobFiles:
    return JobFiles(tmp_path, TEMPLATE, PAYLOAD)


def _code(number: int, **members: Any) -> Change:
    return lambda job: job.log["entries"][number]["code"].update(members)


def _value(job: JobFiles) -> None:
    """Have log and alternative text say another value than the modules."""
    job.log["entries"][0]["new_text"] = "https://example.org/青城"
    job.members[MAIN] = job.members[MAIN].replace("青岚".encode(), "青城".encode())


def _other_modules(job: JobFiles) -> None:
    """Have log and shape show another module alike."""
    code = job.log["entries"][0]["code"]
    first = code["outlines"].split(";")[-1]
    moved = re.sub(r"\d+", lambda match: str(int(match[0]) - 1), first)
    code["outlines"] = code["outlines"].removesuffix(first) + moved

    def path(outline: str) -> bytes:
        head, *rest = outline.split()
        points = [b'<a:pt x="%s" y="%s"/>' % tuple(each.encode().split(b",")) for each in (head, *rest)]
        lines = b"".join(b"<a:lnTo>%b</a:lnTo>" % each for each in points[1:])
        return b"<a:moveTo>%b</a:moveTo>%b<a:close/>" % (points[0], lines)

    assert path(first) in job.members[MAIN]
    job.members[MAIN] = job.members[MAIN].replace(path(first), path(moved), 1)


def _no_code(job: JobFiles) -> None:
    del job.log["entries"][0]["code"]


def _code_of_nothing(job: JobFiles) -> None:
    job.log["entries"][2]["code"] = job.log["entries"][0]["code"]


def test_an_unchanged_job_is_intact(job: JobFiles) -> None:
    assert job.verdict() == ("intact", "bytes")


@pytest.mark.parametrize(
    "change",
    [
        _value, _other_modules, _no_code, _code_of_nothing, _code(0, kind="code128"), _code(0, width_emu=1),
        _code(0, columns=34), _code(0, outlines=""), _code(0, outlines="4,4 5,4"), _code(1, rows=2),
        _code(1, height_emu=7), _code(1, outlines="0,0 1,0 1,1 0,1"), _code(0, outlines="04,4 5,4 5,5 4,5"),
        written(MAIN, '<a:pt x="4" y="4"/>', '<a:pt x="5" y="4"/>'),
        written(MAIN, 'val="000000"', 'val="FFFFFF"'), written(MAIN, 'cx="1080000"', 'cx="1080001"'),
    ],
)  # fmt: skip
def test_another_code_is_found(job: JobFiles, change: Change) -> None:
    change(job)
    assert job.verdict()[0] == "violated"


def test_a_level_that_the_tag_does_not_ask_for_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coding, "DEFAULT_LEVEL", "Q")
    with pytest.raises(ResultRefused):
        run_open(tmp_path, "【=码|二维码】", {"码": "of another level"})


@pytest.mark.parametrize("value", ["a\r\nb", "a\rb", "a\nb\r\n"])
def test_ends_of_lines_are_newlines_behind_other_formats_too(tmp_path: Path, value: str) -> None:
    done = run_open(tmp_path, docx(p("【A|前:x|二维码】")), {"A": value})
    [entry] = done.json("out.replace_log.json")["entries"]
    assert entry["new_text"] == "xa\nb"
    assert done.json("out.integrity.json")["verdict"] == "intact"
