"""Accepted ZIP headers of a document: those written today, and those of the template."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.proof import prove
from docops_flask.engine.integrity.verification import Evidence, verify
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader
from tests.hostile.damaged_zips import ODD, with_members
from tests.hostile.odd_zips import ODD_BUT_SOUND, TIMES, odd
from tests.hostile.raw_zip import extra_field, unicode_path, zip64_extra

LIMITS = Limits()
DATE = {"time": 0x6000, "date": 0x5555}
NO_CLAIMS = read_claims({"entries": []}, {"summary": {"fix_changes": []}})


def written(path: Path) -> bytes:
    """The package at ``path`` as it is written with nothing filled."""
    copy = path.with_name("copy.docx")
    package = Package(path, LIMITS)
    with copy.open("wb") as stream:
        package.write(stream, {})
    package.close()
    return copy.read_bytes()


def found(path: Path, document: bytes) -> list[tuple[str, str]]:
    """What is unaccounted in ``document``, a copy of the template at ``path``."""
    package = Package(path, LIMITS)
    try:
        unaccounted = prove(package, ZipReader(document, LIMITS), NO_CLAIMS, LIMITS).unaccounted
    finally:
        package.close()
    return [(each.what, each.part) for each in unaccounted]


@pytest.fixture
def template(tmp_path: Path) -> Callable[..., Path]:
    """Make a template of its bytes."""

    def made(content: bytes) -> Path:
        path = tmp_path / "template.docx"
        path.write_bytes(content)
        return path

    return made


@pytest.mark.parametrize("name", ODD_BUT_SOUND)
def test_what_is_written_is_accounted_for_whatever_the_template_says(
    template: Callable[..., Path], name: str
) -> None:
    path = template(ODD_BUT_SOUND[name])
    assert found(path, written(path)) == []


UNACCOUNTED = {
    "another date": {"both": DATE},
    "another date in the local header": {"local": DATE},
    "attributes": {"central": {"attributes": 0x20}},
    "internal attributes": {"central": {"internal": 1}},
    "another maker": {"central": {"made": 0x1E}},
    "another version needed": {"both": {"needed": 45}},
    "another version needed in the local header": {"local": {"needed": 45}},
    "another method": {"method": 0},
    "hints": {"flags": 2},
    "UTF-8 for an ASCII name": {"flags": 0x800},
    "UTF-8 for an ASCII name in the local header": {"local": {"flags": 0x800}},
    "sizes that follow": {"flags": 8, "after": bytes(16)},
    "an extra field": {"both": {"extra": TIMES}},
    "an extra field in the local header": {"local": {"extra": extra_field(0xA220, bytes(90))}},
    "its own name once more": {"central": {"extra": unicode_path(ODD, ODD)}},
    "a ZIP64 field": {"local": {"extra": zip64_extra(1, 2)}},
    "a comment": {"central": {"comment": b"hidden"}},
}


@pytest.mark.parametrize("told", UNACCOUNTED.values(), ids=UNACCOUNTED)
def test_an_added_or_changed_header_field_is_unaccounted(
    template: Callable[..., Path], told: dict[str, Any]
) -> None:
    assert found(template(odd()), odd(**told)) == [("member_header", "word/odd.xml")]


KEPT = {
    "extra fields": {"central": {"extra": TIMES}, "local": {"extra": extra_field(0xA220, bytes(90))}},
    "hints": {"flags": 6},
    "attributes and versions": {
        "both": {"needed": 10},
        "central": {"made": 0x31E, "attributes": 0o100644 << 16, "internal": 1},
    },
    "a date": {"both": DATE},
}


@pytest.mark.parametrize("told", KEPT.values(), ids=KEPT)
def test_a_document_with_its_templates_headers_is_intact_as_earlier_versions_wrote_it(
    template: Callable[..., Path], told: dict[str, Any]
) -> None:
    content = odd(**told)
    assert found(template(content), content) == []


def test_a_document_with_a_second_name_is_refused_by_its_field(
    template: Callable[..., Path], tmp_path: Path
) -> None:
    path = template(odd())
    evidence = Evidence(*(tmp_path / name for name in ("document.docx", "log.json", "report.json")))
    evidence.document.write_bytes(odd(local={"extra": unicode_path(b"../../evil", ODD)}))
    evidence.replace_log.write_text(json.dumps({"entries": []}))
    evidence.format_report.write_text(json.dumps({"summary": {"fix_changes": []}}))
    package = Package(path, LIMITS)
    with pytest.raises(InvalidTemplate) as caught:
        verify(package, evidence, LIMITS)
    package.close()
    assert caught.value.detail == {"field": "document", "reason": "entry_name"}


def test_the_proof_would_find_a_writer_that_changed_its_headers(
    template: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the headers' values from itself, not from the writer."""
    path = template(with_members())
    monkeypatch.setattr("docops_flask.engine.opc.zip_writer._MADE_ON_UNIX", 0x31E)
    assert {what for what, _ in found(path, written(path))} == {"member_header"}
