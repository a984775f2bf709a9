"""Mutated packages in process: each is filled soundly or refused by the contract's own errors."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from lxml import etree

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import resolve_options
from docops_flask.engine.pipeline import run_job
from docops_flask.intake.catalogue.skills import load_skills
from tests.fuzz.mutated_packages import mutated_packages
from tests.fuzz.profile import profile

SKILLS = load_skills()
# Small enough that a mutation can reach each of them.
LIMITS = Limits(
    zip_entries=40, unpacked_bytes=400_000, xml_part_bytes=200_000, table_cells=60, output_bytes=10**6
)
REFUSALS = {(400, "INVALID_TEMPLATE"), (413, "TEMPLATE_LIMIT_EXCEEDED"), (415, "INVALID_MEDIA_TYPE")}
VALUES = {"meeting_title": "周例会\n【ORGANIZER】", "organizer": "", "meeting_date": " 3\t4 "}
FORMS = [
    {"format_mode": "off"},
    {"preset": "quick", "export_suggested_policy": "true"},
    {"preset": "strict"},
    {
        "format_mode": "report",
        "format_baseline": "policy",
        "format_fix_mode": "safe",
        "format_report": "both",
    },
]


def job(kind: JobKind, form: dict[str, str]) -> Job:
    skill = SKILLS.get("meeting_notice")
    return Job(kind, tuple(SKILLS), skill, VALUES, options=resolve_options(form), limits=LIMITS)


def outcome(folder: Path, content: bytes, kind: JobKind, form: dict[str, str]) -> Any:
    """The result of a job, or the status and code it is refused with; all else is a fault of the engine."""
    template = folder / "template.docx"
    template.write_bytes(content)
    try:
        return run_job(job(kind, form), template, folder)
    except DocopsError as error:
        refusal = error
    assert (refusal.status, refusal.code) in REFUSALS
    assert all(len(str(value)) <= 64 for value in refusal.detail.values())
    return refusal.status, refusal.code


def assert_sound(archive: Path, template: bytes) -> None:
    """The filled document is a sound ZIP of the template's parts, the changed ones well formed."""
    with zipfile.ZipFile(archive) as outputs:
        assert outputs.testzip() is None
        document = outputs.read("out.docx")
    with zipfile.ZipFile(io.BytesIO(document)) as after, zipfile.ZipFile(io.BytesIO(template)) as before:
        assert [entry.CRC for entry in after.infolist() if entry.filename == "[Content_Types].xml"]
        assert after.namelist() == before.namelist()
        for name in after.namelist():
            if after.getinfo(name).CRC != before.getinfo(name).CRC:
                etree.fromstring(after.read(name))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@profile(200)
@given(content=mutated_packages(), form=st.sampled_from(FORMS))
def test_a_mutated_package_is_filled_soundly_or_refused(
    folder: Path, content: bytes, form: dict[str, str]
) -> None:
    ran = outcome(folder, content, JobKind.RUN, form)
    event("filled" if isinstance(ran, dict) else f"refused: {ran[1]}")
    if isinstance(ran, dict):
        assert_sound(folder / "outputs.zip", content)
    prechecked = outcome(folder, content, JobKind.PRECHECK, form)
    unchecked = outcome(folder, content, JobKind.RUN, FORMS[0])
    if isinstance(prechecked, dict) and isinstance(unchecked, dict):
        assert prechecked["expected_exit_code"] == unchecked["exit_code"]
    else:
        assert prechecked == unchecked
    outcome(folder, content, JobKind.INSPECT, form)
