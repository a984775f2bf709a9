"""Hostile templates sent to a real server: refused as the contract says, and nothing is left of them."""

import io
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx as python_docx
import pytest

from tests.e2e.gunicorn_server import FORM_TYPE, GunicornServer, form_body
from tests.factories import docx, p
from tests.hostile.answer_checks import HostileServer, Refusal, Send, ask
from tests.hostile.damaged_zips import DAMAGED, OVER_A_LIMIT
from tests.hostile.hard_documents import BEYOND_A_LIMIT, HARD, TITLE, numbered_paragraphs, reaching_out
from tests.hostile.odd_zips import CONTENT, odd
from tests.hostile.raw_zip import extra_field, unicode_path
from tests.hostile.unsound_packages import OTHER_KINDS, UNSOUND, typed, with_main_of_another_name
from tests.hostile.zip_tools import LISTED, UNPACK, require_tools, unpacked
from tests.web.forms import PAYLOAD, members, task

_MOST_SEARCHED_BYTES = 1_000_000


def job(template: bytes, payload: dict[str, str] = PAYLOAD, path: str = "/v1/run", **fields: Any) -> Send:
    body = form_body(template=template, task_json=task(payload), **fields)
    return ask("POST", path, body, Content_Type=FORM_TYPE)


def contents(template: bytes) -> list[bytes | str]:
    """What of ``template`` an answer may not repeat: its bytes, and its members where they can be read."""
    found: list[bytes | str] = [template]
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as opened:
            names = [info for info in opened.infolist() if info.file_size < _MOST_SEARCHED_BYTES]
            found += [info.filename for info in names] + [opened.read(info) for info in names]
    except Exception:
        return found
    return found


@pytest.mark.parametrize("name", [*DAMAGED, *UNSOUND])
def test_a_damaged_or_unsafe_template_is_a_400(hostile_server: HostileServer, name: str) -> None:
    make, reason = {**DAMAGED, **UNSOUND}[name]
    template = make()
    expected = Refusal(400, "INVALID_TEMPLATE", {"reason": reason}, inner=f"{reason} at docops_flask/engine")
    hostile_server.refuses(job(template), expected, contents(template))


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_a_sound_package_of_another_kind_is_a_415(hostile_server: HostileServer, name: str) -> None:
    template = typed(OTHER_KINDS[name])
    expected = Refusal(415, "INVALID_MEDIA_TYPE", {"field": "template"}, inner="docops_flask/engine")
    hostile_server.refuses(job(template), expected, contents(template))


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x05\x06" + bytes(18)]
)
def test_content_without_a_zip_signature_is_a_415(hostile_server: HostileServer, content: bytes) -> None:
    expected = Refusal(415, "INVALID_MEDIA_TYPE", {"field": "template"}, inner="docops_flask/intake")
    hostile_server.refuses(job(content), expected, [content])


LIMITS = {
    **{name: (make, PAYLOAD, limit) for name, (make, limit) in OVER_A_LIMIT.items()},
    **BEYOND_A_LIMIT,
    "27 MB of XML by another name": (with_main_of_another_name, PAYLOAD, "xml_part_bytes"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_decompression_beyond_a_limit_is_a_413_that_names_the_limit(
    hostile_server: HostileServer, name: str
) -> None:
    make, payload, limit = LIMITS[name]
    expected = Refusal(
        413, "TEMPLATE_LIMIT_EXCEEDED", {"limit": limit}, inner=f"{limit} at docops_flask/engine"
    )
    hostile_server.refuses(job(make(), payload), expected)


def test_running_out_of_memory_is_a_500(start_server: Callable[..., GunicornServer]) -> None:
    # Far below what the job needs: just below, each small object costs system calls and the job its time.
    server = HostileServer(start_server(max_concurrency=1, renderer_memory_bytes=64 * 1024 * 1024))
    expected = Refusal(500, "RENDERER_CRASHED", inner="out of memory")
    server.refuses(job(docx(numbered_paragraphs(300_000))), expected)


@pytest.mark.parametrize("name", HARD)
def test_a_hard_document_is_filled(hostile_server: HostileServer, name: str) -> None:
    make, exit_code = HARD[name]
    answer = hostile_server.fills(job(make()))
    assert answer.headers["X-Docops-Exit-Code"] == exit_code


@pytest.mark.parametrize("path", ["/v1/precheck", "/v1/inspect"])
def test_other_kinds_of_jobs_have_the_same_checks(hostile_server: HostileServer, path: str) -> None:
    make, reason = UNSOUND["entities that multiply"]
    boundary = b"--boundary-of-the-test"
    template_alone, _, _ = form_body(template=make()).partition(
        boundary + b'\r\nContent-Disposition: form-data; name="task"'
    )
    body = template_alone + boundary + b"--\r\n" if path == "/v1/inspect" else form_body(template=make())
    expected = Refusal(400, "INVALID_TEMPLATE", {"reason": reason}, inner="dtd at docops_flask/engine")
    hostile_server.refuses(ask("POST", path, body, Content_Type=FORM_TYPE), expected, contents(make()))


def test_placeholders_inside_values_are_not_filled(hostile_server: HostileServer) -> None:
    template = docx(p("【MEETING_TITLE】 / 【ORGANIZER】"))
    payload = {"meeting_title": "【ORGANIZER】【", "organizer": "MEETING_TITLE】【MEETING_TITLE】"}
    answer = hostile_server.fills(job(template, payload))
    document = python_docx.Document(io.BytesIO(members(answer.body)["out.docx"]))
    assert document.paragraphs[0].text == "【ORGANIZER】【 / MEETING_TITLE】【MEETING_TITLE】"


def test_every_program_reads_the_same_result_whatever_the_templates_headers(
    hostile_server: HostileServer, tmp_path: Path
) -> None:
    require_tools()
    extra = extra_field(0xA220, bytes(40)) + unicode_path(b"word/odd.xml", b"word/odd.xml")
    sizes = {"crc": 0, "packed": 0, "size": 0, "needed": 45, "date": 0x5555, "extra": extra}
    template = odd(flags=0x800, local={**sizes, "flags": 8}, central={"comment": b"x"}, after=bytes(24))
    outputs = hostile_server.fills(job(template)).body
    for number, (name, archive) in enumerate(
        {"outputs.zip": outputs, "out.docx": members(outputs)["out.docx"]}.items()
    ):
        path = tmp_path / name
        path.write_bytes(archive)
        expected = members(archive)
        for reader, listed in LISTED.items():
            assert listed(path) == list(expected), reader
        for reader in UNPACK:
            folder = tmp_path / f"{number} {reader}"
            folder.mkdir()
            assert unpacked(reader, path, folder) == expected, reader
    assert expected["word/odd.xml"] == CONTENT


def test_strict_ooxml_is_filled(hostile_server: HostileServer) -> None:
    answer = hostile_server.fills(job(docx(p(TITLE), strict=True), preset="strict"))
    assert (
        b"\xe5\x91\xa8\xe4\xbe\x8b\xe4\xbc\x9a"
        in members(members(answer.body)["out.docx"])["word/document.xml"]
    )


def test_external_references_of_a_document_are_not_opened(hostile_server: HostileServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        url = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        doctype = f'<!DOCTYPE x SYSTEM "{url}dtd" [<!ENTITY % a SYSTEM "{url}entity">%a;]><x/>'
        template = reaching_out(url)
        answer = hostile_server.fills(job(template, preset="strict", export_suggested_policy="true"))
        hostile_server.refuses(
            job(docx(p(TITLE), extra={"customXml/item1.xml": doctype.encode()})),
            Refusal(400, "INVALID_TEMPLATE", {"reason": "dtd"}),
            [doctype],
        )
        with pytest.raises(BlockingIOError):
            canary.accept()
    before, after = members(template), members(members(answer.body)["out.docx"])
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == {"word/document.xml"}
    assert after["word/document.xml"].count(b"altChunk") == 2
