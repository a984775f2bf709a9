"""The results of every golden case equal the recorded ones; ``make golden-accept`` records new ones."""

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.factories import docx, p
from tests.golden.case import Case, stored
from tests.golden.recording import RECORDED, all_cases, differences, read, record, write


def golden(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The output of ``python -m tests.golden``, run separately: the service configures its whole process."""
    return subprocess.run(
        [sys.executable, "-m", "tests.golden", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_all_results_equal_the_recorded_ones() -> None:
    done = golden("compare", PYTHONHASHSEED="1")
    assert done.returncode == 0, f"{done.stdout[-3000:]}{done.stderr[-3000:]}"


def test_every_case_is_filled_except_those_meant_to_be_refused() -> None:
    recorded = read(RECORDED)
    for case in all_cases():
        exit_code = recorded[f"{case.name} | docops run | exit code"]
        assert (exit_code == "1") == case.is_refused, case.name
        if case.served:
            status = recorded[f"{case.name} | POST /v1/run | status"]
            assert status.startswith("4" if case.is_refused else "200"), case.name


def test_the_cases_cover_samples_document_types_sixty_templates_and_every_exit_code() -> None:
    cases, recorded = all_cases(), read(RECORDED)
    made = {case.template for case in cases if not case.name.startswith(("the sample", "the starter"))}
    assert len(made) >= 60
    assert sum(case.name.startswith("the sample") for case in cases) == 6
    assert sum(case.name.startswith("the starter") for case in cases) >= 3 * 2 * 3
    codes = {value for key, value in recorded.items() if key.endswith("docops run | exit code")}
    assert codes == {"0", "1", "2", "3", "4"}
    assert {"api_result.json", "trace.json", "out.format_report.html", "out.suggested_policy.yaml"} <= {
        key.rpartition(" | ")[2] for key in recorded
    }


@pytest.fixture(scope="module")
def case() -> Case:
    """A small case for the shell alone."""
    template = docx(p("【MEETING_TITLE】"), stories={"header1": p("x")}, compression=zipfile.ZIP_STORED)
    return Case("small", template, {"meeting_title": "x"})


def lines(case: Case) -> dict[str, str]:
    """The results of ``case`` with the command."""
    return record([case], is_served=False)


def test_each_part_report_and_exit_code_is_one_line(case: Case) -> None:
    found = lines(case)
    assert found["small | docops run | exit code"] == "0"
    assert [key.rpartition(" | ")[2] for key in found if " run | out.docx/" in key] == [
        f"out.docx/{name}"
        for name in (
            "[Content_Types].xml",
            "_rels/.rels",
            "word/document.xml",
            "word/header1.xml",
            "word/_rels/document.xml.rels",
        )
    ]
    assert "small | docops verify | printed" in found
    assert all(len(value) in (1, 64) for value in found.values())


def test_the_record_does_not_depend_on_compression_or_time(case: Case) -> None:
    assert lines(case) == lines(case)
    deflated = docx(p("【MEETING_TITLE】"), stories={"header1": p("x")})
    assert lines(replace(case, template=stored(deflated))) == lines(case)


def test_each_kind_of_change_is_reported_with_its_line(case: Case) -> None:
    before = lines(case)
    changed = lines(replace(case, payload={"meeting_title": "y"}))
    told = list(differences(before, changed))
    assert any(
        line.startswith("changed: small | docops run | out.docx/word/document.xml | ") for line in told
    )
    assert not any("header1" in line for line in told)
    fewer = {key: value for key, value in before.items() if "header1" not in key}
    assert list(differences(before, fewer)) == ["gone:    small | docops run | out.docx/word/header1.xml"]
    assert list(differences(fewer, before)) == ["new:     small | docops run | out.docx/word/header1.xml"]
    assert [line[:6] for line in differences(before, dict(reversed(before.items())))] == ["moved:"]


def test_a_written_record_is_read_back_and_contents_are_kept_on_request(case: Case, tmp_path: Path) -> None:
    found = record([case], keep=tmp_path / "kept", is_served=False)
    write(found, tmp_path / "made" / "lines.txt")
    assert read(tmp_path / "made" / "lines.txt") == found
    log = tmp_path / "kept" / "small" / "docops run" / "out.replace_log.json"
    assert json.loads(log.read_bytes())["summary"]["replaced_count"] == 1


def test_the_corpus_is_recorded_into_a_file_and_two_such_files_are_compared(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus" / "some"
    corpus.mkdir(parents=True)
    (corpus / "one.docx").write_bytes(docx(p("Some words here")))
    before, after = tmp_path / "before.txt", tmp_path / "after.txt"
    done = golden("corpus", before, DOCOPS_CORPUS=str(tmp_path / "corpus"))
    assert done.returncode == 0, done.stderr
    assert {key.partition(" | ")[0] for key in read(before)} == {
        "some/one as it is",
        "some/one filled, with a report",
        "some/one filled, against the default policy, strictly",
        "some/one filled, against GB/T 9704-2012",
    }
    assert read(before)["some/one filled, with a report | docops run | exit code"] == "0"
    after.write_text(before.read_text().replace("exit code | 0", "exit code | 3", 1))
    assert golden("diff", before, before).stdout == "No differences.\n"
    told = golden("diff", before, after)
    assert told.returncode == 1
    assert told.stdout.endswith("exit code | 0 -> 3\n1 differences\n")


def test_an_empty_corpus_and_a_missing_file_are_reported(tmp_path: Path) -> None:
    done = golden("corpus", tmp_path / "x.txt", DOCOPS_CORPUS=str(tmp_path))
    assert (done.returncode, "set DOCOPS_CORPUS" in done.stderr) == (2, True)
    done = golden("diff", tmp_path / "x.txt", tmp_path / "y.txt")
    assert (done.returncode, "is not there; make it with" in done.stderr) == (1, True)
