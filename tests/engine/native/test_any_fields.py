"""Fields of any form and parts in any encoding: what is filled is proved, what is not is left as it was."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.options import Options
from tests.engine.native.random_fields import RandomFields
from tests.engine.native.test_native_proof import BODY, BOX, LIST, PAYLOAD, TEXT
from tests.engine.native.word_fields import merge_field
from tests.engine.open_jobs import run_open
from tests.factories import W, docx, p, package, r


@pytest.mark.parametrize("seed", range(60))
def test_fields_of_any_form_come_to_a_proved_document(tmp_path: Path, seed: int) -> None:
    made = RandomFields(seed, (BOX, LIST, TEXT))
    body, payload = made.body(), made.payload()
    try:
        run = run_open(tmp_path, docx(body), payload, Options(unused="allow"))
    except InvalidArgument:
        # A value that a format cannot take.
        return
    written = run.part("word/document.xml").decode()
    assert "docops" not in written
    assert {*re.findall("【[^】]*】", written)} <= {"【A】", "【#L】", "【/L】"}
    assert run.result.exit_code == (
        3 if run.result.log.unsupported_count else 2 if run.result.missing.required else 0
    )


def _without_prefix(text: str) -> bytes:
    text = re.sub(r"<(/?)w:", r"<\1", text)
    return text.replace("<document ", f'<document xmlns="{W}" ', 1).encode()


def _with_another_prefix(text: str) -> bytes:
    return text.replace("w:", "q:").replace("xmlns:w=", "xmlns:q=").encode()


def _in_utf_16(text: str) -> bytes:
    return text.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")


def _with_comments(text: str) -> bytes:
    return text.replace("<w:body>", "<w:body><!-- c --><?x y?>").encode()


@pytest.mark.parametrize("changed", [_without_prefix, _with_another_prefix, _in_utf_16, _with_comments])
def test_a_part_may_be_written_in_any_way(tmp_path: Path, changed: Callable[[str], bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(docx(BODY))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/document.xml"] = changed(members["word/document.xml"].decode())
    run = run_open(tmp_path, package(members), PAYLOAD)
    written = run.part("word/document.xml")
    text = written.decode("utf-16" if written.startswith(b"\xff\xfe") else "utf-8")
    assert all(each in text for each in (">V<", ">1<", ">2<", "«B»", "MERGEFIELD B"))
    assert len(re.findall(r'checked (?:\w:)val="[01]"', text)) == 2
    assert "docops" not in text
    assert run.result.missing.required == ("B",)


def test_a_text_like_the_marker_is_a_text(tmp_path: Path) -> None:
    before = r('<w:r docops-mark="0">') + '<w:r docops-mark="0"/>'
    run = run_open(tmp_path, docx(p(before, merge_field("A"), merge_field("B"))), {"A": "1"})
    written = run.part("word/document.xml").decode()
    assert p(before, r("1", "<w:b/>"), merge_field("B")) in written
