"""Real LibreOffice in a renderer's cell: what comes out, what it may not do, and how it ends."""

import io
import os
import re
import socket
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from docops_flask.engine.errors import PdfIncomplete
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import MIB
from docops_flask.engine.options import Options
from docops_flask.engine.pdf.pdf_text import PdfText
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.sandbox.self_test import try_forbidden_acts
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from docops_flask.jobs import pdf_support
from docops_flask.jobs.errors import RendererCrashed, RequestTimeout
from docops_flask.jobs.office_check import OfficePlace, find_office
from docops_flask.jobs.pdf_support import PdfRenderers, limits_for_office
from docops_flask.jobs.renderer import Renderer
from tests.conftest import require
from tests.factories import docx, p, package, r
from tests.jobs import pdf_targets
from tests.office import LIMITS, SAMPLES, MadePdf, PdfMaker, pdf_job, sample_job
from tests.pictures import png

CONVERT = Job(JobKind.INSPECT, (), options=Options(pdf=True))
NOTICE = SAMPLES[[sample.stem for sample in SAMPLES].index("meeting_notice")]
# As many PDFs one after the other; `make pdf-endurance` makes more.
ROUNDS = int(os.environ.get("DOCOPS_TESTS_PDF_ROUNDS", "3"))


@pytest.fixture(scope="module")
def notice(pdf_maker: PdfMaker) -> MadePdf:
    return pdf_maker.make(NOTICE.read_bytes(), sample_job(NOTICE))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_sample_has_every_character_in_its_pdf(sample: Path, pdf_maker: PdfMaker) -> None:
    made = pdf_maker.make(sample.read_bytes(), sample_job(sample))
    characters = made.report["characters"]
    assert characters["found"] == characters["wanted"] > 0
    assert made.report["pages"] >= 1
    assert made.report["office_version"] == pdf_maker.found.support.version


def test_without_a_sandbox_the_pdf_is_the_same(notice: MadePdf, pdf_maker: PdfMaker) -> None:
    """LibreOffice makes folders where nothing keeps it from that."""
    renderers = pdf_maker.renderers(LIMITS._replace(sandbox=SandboxMode.OFF))
    assert pdf_maker.make(NOTICE.read_bytes(), sample_job(NOTICE), renderers).pdf == notice.pdf


def test_the_values_of_the_task_are_in_the_pdf(notice: MadePdf) -> None:
    text = notice.text()
    assert "关于召开全市政务数据共享工作推进会的通知" in text
    assert "市政务服务中心三楼第一会议室" in text


def test_the_numbers_of_chinese_lists_are_chinese_in_the_cell(pdf_maker: PdfMaker) -> None:
    """LibreOffice reads how they are written from files of libnumbertext; without them 一、 is 1、."""
    contract = SAMPLES[[sample.stem for sample in SAMPLES].index("purchase_contract")]
    text = pdf_maker.make(contract.read_bytes(), sample_job(contract)).text()
    assert "一、货物与价款" in text
    assert "二、交付与验收" in text


def test_chinese_fonts_that_are_missing_are_told_and_keep_their_kind(notice: MadePdf) -> None:
    """Here 仿宋 and 小标宋 become a song face, 黑体 a gothic one; a server that has them uses them."""
    fonts = {font["requested"]: font for font in notice.report["fonts"]}
    assert {"仿宋", "方正小标宋简体", "黑体"} <= fonts.keys()
    for name, kind in (("仿宋", "Serif"), ("方正小标宋简体", "Serif"), ("黑体", "Sans")):
        if not fonts[name]["installed"]:
            assert kind in fonts[name]["used"], fonts[name]
    missing = [name for name, font in fonts.items() if not font["installed"]]
    assert notice.report["substituted"] == sorted(missing)


def test_the_page_is_told_where_the_policy_has_rules_for_it(notice: MadePdf, pdf_maker: PdfMaker) -> None:
    made = pdf_maker.make(NOTICE.read_bytes(), sample_job(NOTICE, policy="gbt9704-2012"))
    layout = made.report["layout"]
    assert (layout["lines_per_page"], layout["computed_lines"], layout["wanted_lines"]) == (22, 22, 22)
    assert layout["characters_per_line"] <= layout["computed_characters"]
    assert [page["page"] for page in layout["pages"]] == [1]
    assert "layout" not in notice.report


def test_the_same_job_gives_the_same_bytes(notice: MadePdf, pdf_maker: PdfMaker) -> None:
    again = pdf_maker.make(NOTICE.read_bytes(), sample_job(NOTICE))
    assert again.pdf == notice.pdf


def test_a_pdf_is_tagged(notice: MadePdf) -> None:
    assert notice.pdf.startswith(b"%PDF-1.6")
    assert b"/MarkInfo<</Marked true>>" in notice.pdf
    assert b"/StructTreeRoot" in notice.pdf


def test_an_archive_has_pdf_a_2b_and_the_same_bytes_each_time(pdf_maker: PdfMaker) -> None:
    job = sample_job(NOTICE, pdf_version="a2b")
    first, second = (pdf_maker.make(NOTICE.read_bytes(), job) for _ in range(2))
    assert b"<pdfaid:part>2</pdfaid:part>" in first.pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in first.pdf
    assert b"/OutputIntent" in first.pdf
    assert first.pdf == second.pdf
    assert first.report["characters"] == second.report["characters"]


def test_in_the_cell_of_a_pdf_only_threads_are_possible(pdf_maker: PdfMaker) -> None:
    setup = pdf_maker.found.setup
    assert setup is not None
    renderer = Renderer("spawn", 60, limits_for_office(LIMITS, setup), task=try_forbidden_acts)
    workspace = pdf_maker.workspaces.create()
    try:
        tried = renderer.run(Job(JobKind.RUN, ()), workspace.path).result
    finally:
        workspace.remove()
    assert tried["possible"] == ["start a thread"]
    assert tried["broken"] == []


@contextmanager
def trap() -> Iterator[tuple[int, list[object]]]:
    """A server that notes who connects; gives its port and the list."""
    heard: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def listen() -> None:
            while True:
                try:
                    connection, address = listening.accept()
                except OSError:
                    return
                heard.append(address)
                connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield listening.getsockname()[1], heard
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def with_links(port: int) -> bytes:
    """A document with linked pictures: one of a server, one that is a file of the machine."""
    targets = {"rId90": f"http://127.0.0.1:{port}/picture.png", "rId91": "file:///etc/passwd"}
    body = p("前") + "".join(p(f"<w:r>{_linked(each)}</w:r>") for each in targets) + p("后")
    content = docx(body)
    image = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    links = "".join(
        f'<Relationship Id="{each}" Type="{image}" Target="{target}" TargetMode="External"/>'
        for each, target in targets.items()
    )
    return _with_relationships(content, links)


def _linked(relationship: str) -> str:
    return (
        '<w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="picture"/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:nvPicPr><pic:cNvPr id="1" name="picture"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:link="{relationship}"/></pic:blipFill>'
        '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm>'
        '<a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )


def _with_relationships(content: bytes, more: str) -> bytes:
    name = "word/_rels/document.xml.rels"
    import io

    from tests.factories import package

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members: dict[str, str | bytes] = {each: archive.read(each) for each in archive.namelist()}
    relationships = members[name]
    assert isinstance(relationships, bytes)
    text = relationships.decode()
    end = "</Relationships>"
    members[name] = text.replace(end, more + end) if end in text else text.replace("/>", f">{more}{end}")
    return package(members)


def test_linked_pictures_are_fetched_from_nowhere(pdf_maker: PdfMaker) -> None:
    with trap() as (port, heard):
        made = pdf_maker.make(with_links(port), pdf_job())
    assert heard == []
    assert made.text().startswith("前")
    assert "root:" not in made.text()


def with_pictures(count: int) -> bytes:
    """A document with ``count`` different pictures."""
    image = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    body = "".join(p(f"<w:r>{_linked(f'rId{100 + each}')}</w:r>") for each in range(count)).replace(
        "r:link", "r:embed"
    )
    extra = {f"word/media/image{each}.png": png(40 + each, 40) for each in range(count)}
    links = "".join(
        f'<Relationship Id="rId{100 + each}" Type="{image}" Target="media/image{each}.png"/>'
        for each in range(count)
    )
    content = _with_relationships(docx(body + p("完"), extra=extra), links)
    return content


def test_many_pictures_fit_into_the_folder_of_a_job(pdf_maker: PdfMaker) -> None:
    """LibreOffice keeps temporary files, which a renderer cannot remove."""
    assert pdf_maker.make(with_pictures(100), pdf_job()).text() == "完"


def convert(pdf_maker: PdfMaker, renderers: PdfRenderers) -> None:
    """Convert the notice as it is."""
    workspace = pdf_maker.workspaces.create()
    try:
        workspace.file(TEMPLATE_FILE).write_bytes(NOTICE.read_bytes())
        renderers.run(renderers.with_office(CONVERT), workspace.path)
    finally:
        workspace.remove()


def test_a_crash_of_libreoffice_is_one_of_the_renderer(pdf_maker: PdfMaker) -> None:
    renderers = pdf_maker.renderers(task=pdf_targets.crash_with_libreoffice)
    with pytest.raises(RendererCrashed) as crash:
        convert(pdf_maker, renderers)
    assert (crash.value.inner or "").startswith(("killed by SIG", "exited with"))


def test_a_conversion_past_the_deadline_is_ended(pdf_maker: PdfMaker) -> None:
    renderers = pdf_maker.renderers(task=pdf_targets.convert_and_hang, seconds=3.0)
    with pytest.raises(RequestTimeout) as timeout:
        convert(pdf_maker, renderers)
    assert timeout.value.detail["terminated"] is True


def test_too_little_memory_is_never_a_pdf_without_its_chinese(
    pdf_maker: PdfMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With half a gigabyte LibreOffice says it is done, and no Chinese is there."""
    monkeypatch.setattr(pdf_support, "LEAST_MEMORY_BYTES", 0)
    for megabytes in (448, 320):
        renderers = pdf_maker.renderers(LIMITS._replace(memory_bytes=megabytes * MIB), seconds=20.0)
        # Now and then it waits without end for a thread that it could not start.
        with pytest.raises((PdfIncomplete, RendererCrashed, RequestTimeout)):
            pdf_maker.make(NOTICE.read_bytes(), sample_job(NOTICE), renderers)


def test_less_memory_for_other_jobs_does_not_count_for_pdfs(pdf_maker: PdfMaker) -> None:
    renderers = pdf_maker.renderers(LIMITS._replace(memory_bytes=64 * MIB))
    made = pdf_maker.make(NOTICE.read_bytes(), sample_job(NOTICE), renderers)
    assert made.report["characters"]["found"] == made.report["characters"]["wanted"]


def test_two_at_a_time_do_not_disturb_each_other(pdf_maker: PdfMaker, notice: MadePdf) -> None:
    renderers = pdf_maker.renderers()
    jobs = [(sample, sample_job(sample)) for sample in (NOTICE, SAMPLES[0]) * 2]
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda each: pdf_maker.make(each[0].read_bytes(), each[1], renderers), jobs))
    assert [made[0].pdf, made[1].pdf] == [made[2].pdf, made[3].pdf]
    assert made[0].pdf == notice.pdf


def test_one_after_the_other_gives_the_same_each_time(pdf_maker: PdfMaker, notice: MadePdf) -> None:
    renderers, job = pdf_maker.renderers(), sample_job(NOTICE)
    for _ in range(ROUNDS):
        assert pdf_maker.make(NOTICE.read_bytes(), job, renderers).pdf == notice.pdf


def test_a_font_of_the_offices_own_is_installed_and_used(pdf_maker: PdfMaker, tmp_path: Path) -> None:
    """A copy of DejaVu Sans under a name that the machine has not."""
    source = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    require(source.exists(), "DejaVu Sans is not installed (Debian: fonts-dejavu-core)")
    content = source.read_bytes()
    for encoding in ("utf-16-be", "latin-1"):
        content = content.replace("DejaVu Sans".encode(encoding), "Office Sans".encode(encoding))
        content = content.replace("DejaVuSans".encode(encoding), "OfficeSans".encode(encoding))
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    (fonts / "office.ttf").write_bytes(content)
    place = OfficePlace(fonts_dir=fonts)
    profile = pdf_maker.workspaces.create_lasting(".office")
    try:
        found = find_office(place, "spawn", LIMITS, pdf_maker.workspaces, profile.path)
        body = p(r("Letters", '<w:rFonts w:ascii="Office Sans" w:hAnsi="Office Sans"/>'))
        made = PdfMaker(found, pdf_maker.workspaces).make(docx(body), pdf_job())
    finally:
        profile.remove()
    assert made.report["fonts"] == [{"requested": "Office Sans", "installed": True, "used": "OfficeSans"}]
    assert made.report["substituted"] == []


def test_pdfium_tells_fonts_and_boxes(notice: MadePdf) -> None:
    with PdfText(notice.pdf) as pdf:
        page = pdf.pages()[0]
        boxes = list(pdf.boxes(page))
    assert "".join(character for character, _ in boxes[:5]) == "青岚市数据"
    lefts = [box.left for _, box in boxes[:5]]
    assert lefts == sorted(lefts)
    assert all(box.bottom < box.top for _, box in boxes[:5])


SECTION = (
    '<w:sectPr xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<w:headerReference w:type="default" r:id="{id}"/></w:sectPr>'
)


def with_header(header: str, *, is_shown: bool) -> bytes:
    """A page with a header that its section refers to, or does not."""
    content = docx(p("正文"), stories={"header1": header})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    (found,) = re.findall(rb'Id="([^"]+)"', members["word/_rels/document.xml.rels"])
    if is_shown:
        section = SECTION.format(id=found.decode()).encode()
        members["word/document.xml"] = members["word/document.xml"].replace(b"<w:sectPr/>", section)
    return package(members)


def test_the_text_of_a_header_is_counted_where_a_page_has_it(pdf_maker: PdfMaker) -> None:
    header = p("青岚市政务服务和数据管理局")
    shown, unused = (
        pdf_maker.make(with_header(header, is_shown=each), pdf_job()).report["characters"]
        for each in (True, False)
    )
    assert shown == {"wanted": 15, "found": 15}
    assert unused == {"wanted": 2, "found": 2}


def test_what_a_row_of_exact_height_cuts_off_keeps_no_pdf_back(pdf_maker: PdfMaker) -> None:
    """Word prints no more of it; the report says how much is seen."""
    lines = "".join(p(f"第{number}行文字内容") for number in "一二三四")
    height = '<w:trPr><w:trHeight w:val="300" w:hRule="exact"/></w:trPr>'
    body = f"<w:tbl><w:tr>{height}<w:tc>{lines}</w:tc></w:tr></w:tbl>{p('正文')}"
    characters = pdf_maker.make(docx(body), pdf_job()).report["characters"]
    assert characters["wanted"] == 30
    assert 2 < characters["found"] < 30


def test_text_that_libreoffice_does_not_draw_is_told_with_its_numbers(pdf_maker: PdfMaker) -> None:
    cell = '<w:tcPr><w:textDirection w:val="tbRl"/></w:tcPr>' + p("竖排文字测试一二三四")
    body = f"<w:tbl><w:tr><w:tc>{cell}</w:tc></w:tr></w:tbl>{p('正文')}"
    with pytest.raises(PdfIncomplete) as caught:
        pdf_maker.make(docx(body), pdf_job())
    assert caught.value.detail == {"characters": {"wanted": 12, "found": 2}}
    assert "would lack 10 of 12 characters" in caught.value.message
