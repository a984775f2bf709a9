"""tools/render_nginx.py: the limits follow from the service's, and both ways of filling in agree."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docops_flask.settings.settings import from_env
from tests.conftest import ROOT, require
from tools import render_nginx

PLACE = re.compile(r"\$\{(DOCOPS_[A-Z_]+)\}")
README = (ROOT / "nginx" / "README.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAX_UPLOAD_BYTES", "MAX_TASK_BYTES", "REQUEST_TIMEOUT_SECONDS", "QUEUE_TIMEOUT_SECONDS"):
        monkeypatch.delenv(f"DOCOPS_{name}", raising=False)


def rendered(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert render_nginx.main(list(arguments)) == 0
    return capsys.readouterr().out


def directive(text: str, name: str) -> list[str]:
    return re.findall(rf"^ +{name} ([^;]+);", text, re.MULTILINE)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"DOCOPS_MAX_UPLOAD_BYTES": "1000"},
        {"DOCOPS_MAX_UPLOAD_BYTES": "104857600", "DOCOPS_MAX_TASK_BYTES": "1"},
        {"DOCOPS_MAX_ROWS_BYTES": "104857600"},
        {"DOCOPS_REQUEST_TIMEOUT_SECONDS": "0.001", "DOCOPS_QUEUE_TIMEOUT_SECONDS": ""},
        {"DOCOPS_REQUEST_TIMEOUT_SECONDS": "300", "DOCOPS_QUEUE_TIMEOUT_SECONDS": "2.5"},
    ],
)
def test_limits_and_timeouts_follow_the_services(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    settings = from_env(environ)
    text = rendered(capsys)
    assert directive(text, "client_max_body_size") == [str(settings.max_body_bytes)]
    (seconds,) = directive(text, "proxy_read_timeout")
    assert int(seconds.removesuffix("s")) == settings.worker_timeout_seconds + 10


def test_options_override_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCOPS_MAX_UPLOAD_BYTES", "1")
    text = rendered(capsys, "--max-upload-bytes=500", "--max-task-bytes=100", "--max-rows-bytes=50")
    assert directive(text, "client_max_body_size") == [str(500 + 500 + 100 + 1024 * 1024)]


def test_more_machines_are_more_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert directive(rendered(capsys), "server") == ["127.0.0.1:8000 max_fails=1 fail_timeout=3s"]
    text = rendered(capsys, "--upstream", "10.0.0.11:8000", "--upstream=[fd00::2]:8000")
    assert [line.split()[0] for line in directive(text, "server")] == ["10.0.0.11:8000", "[fd00::2]:8000"]


def test_every_variable_is_replaced_and_nginxs_own_variables_are_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = rendered(capsys)
    assert PLACE.findall(text) == []
    assert "X-Forwarded-For $remote_addr;" in text


def test_a_file_is_written_and_a_missing_folder_is_reported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = tmp_path / "docops.conf"
    assert render_nginx.main(["--output", str(target)]) == 0
    assert target.read_text("utf-8") == rendered(capsys)
    assert render_nginx.main(["--output", str(tmp_path / "none" / "x")]) == 1
    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--upstream", "a:1; } evil {"], "nginx would read as its own syntax"),
        (["--server-name", "$host"], "nginx would read as its own syntax"),
        (["--max-upload-bytes", "25M"], "use an integer of at least 1"),
        (["--request-timeout-seconds", "inf"], "use a decimal number of seconds"),
        (["--queue-timeout-seconds", "-1"], "--queue-timeout-seconds"),
    ],
)
def test_an_unusable_value_is_reported_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        render_nginx.main(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_an_unusable_environment_variable_is_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCOPS_MAX_TASK_BYTES", "many")
    with pytest.raises(SystemExit):
        render_nginx.main([])
    assert "--max-task-bytes" in capsys.readouterr().err


def test_it_runs_as_a_file_and_prints_help() -> None:
    done = subprocess.run(
        [sys.executable, "tools/render_nginx.py", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--upstream HOST:PORT" in done.stdout


def test_envsubst_fills_in_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """As the container image does: with the examples of the README's table, defaults but for three."""
    program = shutil.which("envsubst")
    require(program is not None, "envsubst is not installed (Debian: gettext-base)")
    table = dict(re.findall(r"^\| `(DOCOPS_NGINX_[A-Z_]+)` \| `([^`]+)` \|", README, re.MULTILINE))
    template = render_nginx.TEMPLATE.read_text("utf-8")
    assert set(table) == set(PLACE.findall(template))
    names = " ".join(f"${{{name}}}" for name in table)
    done = subprocess.run(
        [str(program), names], input=template, env=table, capture_output=True, text=True, check=True
    )
    options = ["--upstream", "docops:8000", "--access-log", "/dev/stdout"]
    assert done.stdout == rendered(capsys, *options)
