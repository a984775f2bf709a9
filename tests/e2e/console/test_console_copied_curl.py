"""What "Copy curl" puts on the clipboard, run by a real bash against the same server."""

import os
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import expect

from tests.conftest import require
from tests.e2e.console.conftest import PASSWORD, USER
from tests.e2e.console.console_page import ConsolePage
from tests.factories import docx, p
from tests.web.forms import api_result, members

TEMPLATE = docx(p("【MEETING_TITLE】") + p("【organizer】"))


def test_the_copied_curl_sends_the_same_and_never_holds_the_password(
    console: ConsolePage, tmp_path: Path
) -> None:
    require(shutil.which("curl") is not None, "curl is not installed (Debian: curl)")
    name = """it's "$(touch x)" `y` ; & 会议 !.docx"""
    value = 'it\'s $HOME `id` \\ "q" !! 会议\n\tsecond line'
    console.inspect(TEMPLATE, name)
    console.fill(meeting_title=value)
    console['input[name="preset"][value="template"]'].check()
    console["#run"].click()
    console.expect_result("run", 3)
    _, archive = console.download("#download-zip")

    console["#copy-curl"].click()
    expect(console["#curl-text"]).to_be_visible()
    command = console.page.evaluate("navigator.clipboard.readText()")
    assert command == console["#curl-text"].text_content()
    assert '-u "$DOCOPS_USER"' in command
    assert PASSWORD not in command + console.page.content()
    (tmp_path / name).write_bytes(TEMPLATE)
    environ = {"PATH": os.environ["PATH"], "DOCOPS_USER": f"{USER}:{PASSWORD}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash"],
        input=command,
        cwd=tmp_path,
        env=environ,
        check=True,
        timeout=60,
        text=True,
        capture_output=True,
    )
    assert "X-Docops-Exit-Code: 3" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "docops_outputs.zip"])
    from_curl = (tmp_path / "docops_outputs.zip").read_bytes()
    assert members(from_curl)["out.docx"] == members(archive)["out.docx"]
    for fact in ("effective", "exit_code", "input"):
        assert api_result(from_curl)[fact] == api_result(archive)[fact]
