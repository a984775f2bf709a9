"""The instructions of the Dockerfile and the content of its build context."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from docops_flask.cli.commands import processes
from docops_flask.settings.settings import from_env
from tests.conftest import ROOT
from tests.container.build_context import context_files
from tests.container.dockerfile import Instruction, Stage, stages

DOCKERFILE = ROOT / "Dockerfile"


@pytest.fixture(scope="module")
def final() -> Stage:
    """The stage that becomes the image."""
    return stages(DOCKERFILE)[-1]


def _environ(stage: Stage) -> dict[str, str]:
    return {name: value for each in stage.all("ENV") for name, value in each.pairs.items()}


def test_hadolint_reports_nothing() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [program, "--no-color", "--failure-threshold", "style", DOCKERFILE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "hadolint ignore" not in DOCKERFILE.read_text()


def test_every_stage_starts_from_the_same_exact_slim_python() -> None:
    bases = {stage.base for stage in stages(DOCKERFILE)}
    (base,) = bases
    name, _, tag = base.partition(":")
    version, variant, debian = tag.split("-")
    assert (name, variant, len(version.split("."))) == ("python", "slim", 3)
    assert debian


@pytest.fixture(scope="module")
def with_pdf() -> Stage:
    """The stage that becomes the image with LibreOffice."""
    (found,) = (stage for stage in stages(DOCKERFILE) if stage.name == "pdf")
    return found


def test_the_image_with_pdfs_is_the_other_with_libreoffice_and_fonts(final: Stage, with_pdf: Stage) -> None:
    (install,) = with_pdf.all("RUN")
    packages = dict(word.split("=") for word in install.text.split() if "=" in word)
    assert set(packages) == {"libreoffice-writer-nogui", "fonts-noto-cjk", "fonts-liberation"}
    assert "--no-install-recommends" in install.text
    assert [each.text for each in with_pdf.all("COPY")] == ["/opt/docops /opt/docops"]
    assert with_pdf.all("USER")[-1].text == final.one("USER").text
    for name in ("ENV", "CMD", "HEALTHCHECK", "STOPSIGNAL", "EXPOSE", "WORKDIR"):
        assert with_pdf.all(name) == final.all(name)


def test_its_python_has_the_package_that_reads_pdfs() -> None:
    (builder,) = (stage for stage in stages(DOCKERFILE) if stage.name == "pdf-builder")
    run = builder.all("RUN")[-1].text
    assert "--require-hashes --requirement requirements-pdf.txt" in run
    assert "pypdfium2" in run


def test_only_the_builder_runs_commands(final: Stage) -> None:
    assert [each.text for each in final.all("COPY")] == ["/opt/docops /opt/docops"]
    assert final.all("RUN") == []


def test_it_runs_as_a_fixed_uid_other_than_root(final: Stage) -> None:
    uid, gid = (int(number) for number in final.one("USER").text.split(":"))
    assert uid == gid >= 10_000


def test_gunicorn_is_started_as_docops_serve_starts_it(final: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(os, "execv", lambda _program, words: started.extend(words))
    # It does not return where execv is real.
    replace: Callable[[], object] = processes.replace_this_process
    replace()
    assert final.one("CMD").command == ["python", *started[1:]]
    assert final.all("ENTRYPOINT") == []


def test_the_stop_signal_is_the_one_that_lets_running_jobs_finish(final: Stage) -> None:
    """gunicorn takes SIGINT and SIGQUIT for a quick end."""
    assert final.one("STOPSIGNAL").text == "SIGTERM"


def test_it_listens_on_all_interfaces(final: Stage) -> None:
    settings = from_env({name: v for name, v in _environ(final).items() if name == "DOCOPS_BIND"})
    assert settings.bind == f"0.0.0.0:{final.one('EXPOSE').text}" == "0.0.0.0:8000"


def test_the_commit_is_a_build_argument(final: Stage) -> None:
    assert final.one("ARG").pairs == {"DOCOPS_COMMIT_SHA": "unknown"}
    assert _environ(final)["DOCOPS_COMMIT_SHA"] == "${DOCOPS_COMMIT_SHA}"
    assert final.one("LABEL").pairs["org.opencontainers.image.revision"] == "${DOCOPS_COMMIT_SHA}"


def test_the_health_check_is_in_exec_form_and_its_timeout_is_shorter_than_dockers(final: Stage) -> None:
    check = final.one("HEALTHCHECK")
    words = Instruction("CMD", {}, check.text.removeprefix("CMD ")).command
    assert words == ["python", "-m", "docops_flask.serving.healthcheck"]
    assert int(check.flags["timeout"].removesuffix("s")) > 4


def test_no_secret_is_in_the_image() -> None:
    text = DOCKERFILE.read_text()
    assert "BASIC_AUTH" not in text
    assert "--mount=type=secret" not in text


def test_the_build_context_holds_only_what_the_package_is_built_from() -> None:
    names = context_files(ROOT)
    assert {"docops_flask/app.py", "docops_flask/templates", "templates/format_report.html"} <= set(names)
    assert {name.split("/")[0] for name in names} - {"static"} == {
        "docops_flask",
        "templates",
        "pyproject.toml",
        "requirements.txt",
        "requirements-pdf.txt",
        "requirements-celery.txt",
        "requirements-s3.txt",
    }
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("docops_flask/web/views/jobs.py", True),
        ("static/js/app.js", True),
        ("docops_flask/__pycache__/app.pyc", False),
        ("docops_flask/web/__pycache__/run.pyc", False),
        (".env", False),
        (".git/config", False),
        ("shared/corpus/a.docx", False),
        ("nginx/htpasswd", False),
        ("docops_flask.egg-info/PKG-INFO", False),
    ],
)
def test_what_is_sent_to_the_build(tmp_path: Path, name: str, sent: bool) -> None:
    shutil.copy(ROOT / ".dockerignore", tmp_path)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    assert (name in context_files(tmp_path)) == sent
