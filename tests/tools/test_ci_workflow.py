"""CI does what ``.ci/run`` does on any machine, smoke run included, and keeps the artefacts."""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, require
from tests.optional import not_none
from tools.smoke.ci_smoke import main

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
JOBS = WORKFLOW["jobs"]
JOB = JOBS["check"]
STEPS = JOB["steps"]


def position(**wanted: str) -> int:
    """The index of the only step whose members are ``wanted``."""
    (found,) = [
        index
        for index, step in enumerate(STEPS)
        if all(re.fullmatch(pattern, str(step.get(name, ""))) for name, pattern in wanted.items())
    ]
    return found


UPLOAD = STEPS[position(uses="actions/upload-artifact@.*")]


def test_the_workflow_runs_the_one_script_and_then_keeps_the_artefacts() -> None:
    checkout, corpus = position(uses="actions/checkout@.*"), position(name="Fetch the corpus")
    script = position(run=r"\.ci/run")
    assert checkout < corpus < script < STEPS.index(UPLOAD)
    assert "if" not in STEPS[script]
    assert not STEPS[script].get("continue-on-error")
    # The environment it gets is the one it has anywhere.
    assert "env" not in STEPS[script]


def test_a_pull_request_from_a_fork_is_judged_without_the_corpus_and_without_secrets() -> None:
    job = JOBS["without-corpus"]
    assert "if" not in job
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run --without-corpus"]
    assert "secrets." not in str(job)
    assert "head.repo.full_name == github.repository" in JOB["if"]


def test_the_script_refuses_what_it_does_not_know() -> None:
    done = subprocess.run(
        ["bash", ".ci/run", "--corpus"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (2, "usage: .ci/run [--without-corpus]\n")


def test_without_the_corpus_the_script_checks_style_units_golden_cases_and_the_smoke() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    (branch,) = re.findall(r"^--without-corpus\)\n(.*?)^    ;;$", script, re.MULTILINE | re.DOTALL)
    assert re.findall(r'stage "([\w ]+)"', branch) == ["lint", "units", "slow units", "golden", "smoke"]
    assert "unset DOCOPS_CORPUS DOCOPS_TESTS_SKIP_NOTHING" in branch
    assert branch.rstrip().endswith("exit")


def test_the_artefacts_are_kept_also_when_the_run_failed() -> None:
    assert UPLOAD["if"] == "always()"
    assert UPLOAD["with"]["path"] == "artifacts/"


def test_the_script_runs_the_smoke_after_the_tests_into_the_folder_that_is_kept() -> None:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    stages = [line.split('"')[1] for line in lines if line.startswith('stage "')]
    assert stages == ["lint", "tests", "smoke", "endurance"]
    made = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "smoke"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.splitlines()[-1] == ".venv/bin/python tools/ci_smoke.py --artifacts-dir artifacts"
    assert "artifacts/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_the_smoke_run_of_the_script_has_the_required_size(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    for option in (
        "PORT .* (0)",
        "REPEAT .* (3)",
        "REPEAT_WARMUP .* (1)",
        "REQUESTS .* (20)",
        "CONCURRENCY .* (6)",
    ):
        assert re.search(option.replace("(", r"\(").replace(")", r"\)"), said)


def test_the_workflow_has_read_permission_only() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    for job in JOBS.values():
        assert "permissions" not in job
        (checkout,) = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        assert checkout["with"]["persist-credentials"] is False


def test_actions_are_pinned_to_a_commit() -> None:
    for step in (step for job in JOBS.values() for step in job["steps"]):
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", "none@" + "0" * 40))


def test_the_python_version_is_that_of_the_image() -> None:
    version = not_none(re.search(r"python:(3\.11\.\d+)-slim-(\w+)", (ROOT / "Dockerfile").read_text("utf-8")))
    for job in JOBS.values():
        assert job["container"]["image"] == f"python:{version[1]}-{version[2]}"


def test_a_newer_push_ends_the_run_of_an_older_one() -> None:
    assert "github.ref" in WORKFLOW["concurrency"]["group"]
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is True


@pytest.fixture
def fetch_corpus(tmp_path: Path) -> Callable[[str, str], subprocess.CompletedProcess[str]]:
    """Run the step that fetches the corpus; return the finished process and its folder."""
    require(shutil.which("curl") is not None, "curl is not installed (Debian: curl)")

    def fetch(url: str, sha256: str) -> subprocess.CompletedProcess[str]:
        variables = {"CORPUS_URL": url, "CORPUS_SHA256": sha256, "RUNNER_TEMP": str(tmp_path)}
        step = STEPS[position(name="Fetch the corpus")]
        assert set(step["env"]) == {"CORPUS_URL", "CORPUS_SHA256"}
        # As GitHub runs "shell: bash".
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={**os.environ, **variables, "GITHUB_ENV": str(tmp_path / "env")},
            capture_output=True,
            text=True,
            check=False,
        )

    return fetch


@pytest.fixture
def archive(tmp_path: Path) -> tuple[str, str]:
    """A corpus of one file as an archive: its address and its checksum."""
    folder = tmp_path / "original" / "corpus" / "notices"
    folder.mkdir(parents=True)
    (folder / "one.docx").touch()
    path = tmp_path / "archive.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(folder.parent, "corpus")
    return path.as_uri(), hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_corpus_is_unpacked_where_the_tests_expect_it(
    fetch_corpus: Callable[[str, str], subprocess.CompletedProcess[str]],
    archive: tuple[str, str],
    tmp_path: Path,
) -> None:
    assert fetch_corpus(*archive).returncode == 0
    name, _, folder = (tmp_path / "env").read_text().strip().partition("=")
    assert name == "DOCOPS_CORPUS"
    assert [path.name for path in (tmp_path / folder).glob("*/*.docx")] == ["one.docx"]


@pytest.mark.parametrize(("url", "sha256"), [("", "0" * 64), ("file:///corpus.tar.gz", "")])
def test_without_a_corpus_the_job_fails_and_says_what_to_set(
    fetch_corpus: Callable[[str, str], subprocess.CompletedProcess[str]], url: str, sha256: str
) -> None:
    result = fetch_corpus(url, sha256)
    assert result.returncode == 1
    assert result.stdout.startswith("::error::No corpus: set the secret DOCOPS_CORPUS_URL")


def test_an_archive_with_another_checksum_is_refused(
    fetch_corpus: Callable[[str, str], subprocess.CompletedProcess[str]],
    archive: tuple[str, str],
    tmp_path: Path,
) -> None:
    assert fetch_corpus(archive[0], "0" * 64).returncode == 1
    assert not (tmp_path / "corpus").exists()
