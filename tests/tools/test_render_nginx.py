"""tools/render_nginx.py: the limits follow from the service's, and both ways of filling in agree."""

import re
import shutil
import subprocess
import sys

import pytest

from docops_flask.settings.settings import from_env
from tests.conftest import ROOT, require
from tools import render_nginx

PLACE = re.compile(r"\$\{(DOCOPS_[A-Z_]+)\}")
README = (ROOT / "nginx" / "README.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in ("MAX_UPLOAD_BYTES", "MAX_TASK_BYTES", "REQUEST_TIMEOUT_SECONDS", "QUEUE_TIMEOUT_SECONDS"):
        monkeypatch.delenv(f"DOCOPS_{name}", raising=False)


def rendered(capsys, *arguments):
    assert render_nginx.main(list(arguments)) == 0
    return capsys.readouterr().out


def directive(text, name):
    return re.findall(rf"^ +{name} ([^;]+);", text, re.MULTILINE)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"DOCOPS_MAX_UPLOAD_BYTES": "1000"},
        {"DOCOPS_MAX_UPLOAD_BYTES": "104857600", "DOCOPS_MAX_TASK_BYTES": "1"},
        {"DOCOPS_REQUEST_TIMEOUT_SECONDS": "0.001", "DOCOPS_QUEUE_TIMEOUT_SECONDS": ""},
        {"DOCOPS_REQUEST_TIMEOUT_SECONDS": "300", "DOCOPS_QUEUE_TIMEOUT_SECONDS": "2.5"},
    ],
)
def test_limits_and_timeouts_are_the_services(capsys, monkeypatch, environ):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    settings = from_env(environ)
    text = rendered(capsys)
    assert directive(text, "client_max_body_size") == [str(settings.max_body_bytes)]
    (seconds,) = directive(text, "proxy_read_timeout")
    assert int(seconds.removesuffix("s")) == settings.worker_timeout_seconds + 10


def test_options_win_over_the_environment(capsys, monkeypatch):
    monkeypatch.setenv("DOCOPS_MAX_UPLOAD_BYTES", "1")
    text = rendered(capsys, "--max-upload-bytes", "500", "--max-task-bytes", "100")
    assert directive(text, "client_max_body_size") == [str(500 + 100 + 1024 * 1024)]


def test_more_machines_are_more_lines(capsys):
    assert directive(rendered(capsys), "server") == ["127.0.0.1:8000 max_fails=1 fail_timeout=3s"]
    text = rendered(capsys, "--upstream", "10.0.0.11:8000", "--upstream=[fd00::2]:8000")
    assert [line.split()[0] for line in directive(text, "server")] == ["10.0.0.11:8000", "[fd00::2]:8000"]


def test_nothing_is_left_to_fill_in_and_nginxs_own_variables_stay(capsys):
    text = rendered(capsys)
    assert PLACE.findall(text) == []
    assert "X-Forwarded-For $remote_addr;" in text


def test_a_file_is_written_and_a_folder_that_is_not_there_is_told(capsys, tmp_path):
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
def test_what_cannot_be_used_is_told_in_a_line(capsys, arguments, words):
    with pytest.raises(SystemExit) as stopped:
        render_nginx.main(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_a_bad_environment_variable_is_told_too(capsys, monkeypatch):
    monkeypatch.setenv("DOCOPS_MAX_TASK_BYTES", "many")
    with pytest.raises(SystemExit):
        render_nginx.main([])
    assert "--max-task-bytes" in capsys.readouterr().err


def test_it_runs_as_a_file_and_explains_itself():
    done = subprocess.run(
        [sys.executable, "tools/render_nginx.py", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--upstream HOST:PORT" in done.stdout


def test_envsubst_fills_in_the_same(capsys):
    """As the container image does: with the examples of the README's table, defaults but for three."""
    program = shutil.which("envsubst")
    require(program is not None, "envsubst is not installed (Debian: gettext-base)")
    table = dict(re.findall(r"^\| `(DOCOPS_NGINX_[A-Z_]+)` \| `([^`]+)` \|", README, re.MULTILINE))
    template = render_nginx.TEMPLATE.read_text("utf-8")
    assert set(table) == set(PLACE.findall(template))
    names = " ".join(f"${{{name}}}" for name in table)
    done = subprocess.run(
        [program, names], input=template, env=table, capture_output=True, text=True, check=True
    )
    options = ["--upstream", "docops:8000", "--access-log", "/dev/stdout"]
    assert done.stdout == rendered(capsys, *options)
