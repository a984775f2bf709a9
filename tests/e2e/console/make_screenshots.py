"""Makes the README's pictures of the console anew: ``python -m tests.e2e.console.make_screenshots``."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import ROOT
from tests.e2e.console.browser_watch import BrowserWatch
from tests.e2e.console.console_page import ConsolePage
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p

FOLDER = ROOT / "docs" / "images"
SAMPLES = ROOT / "samples"
WIDE = {"width": 1100, "height": 900}
NARROW = {"width": 360, "height": 740}
PROBLEMS = docx(
    p("关于召开【MEETING_TITLE】的通知")
    + p("时间：【meeting_date】")
    + p("地点：【MEETING_LOCATON】")
    + p("【ORGANIZER】")
)


def template_and_form(console: ConsolePage) -> None:
    console.inspect(SAMPLES / "meeting_notice_en.docx", "meeting_notice.docx")
    console.fill(meeting_title="Quarterly review", meeting_date="18 March 2026", meeting_time="14:30")


def problems(console: ConsolePage) -> None:
    console.inspect(PROBLEMS, "会议通知.docx")


def result(console: ConsolePage) -> None:
    task = json.loads((SAMPLES / "meeting_notice.task.json").read_text())
    del task["payload"]["meeting_location"]
    console.inspect(SAMPLES / "meeting_notice.docx", "会议通知.docx")
    console.import_task(json.dumps(task))
    console.run(exit_code=2)
    console["#verdict"].scroll_into_view_if_needed()


def strict(console: ConsolePage) -> None:
    console.inspect(SAMPLES / "meeting_notice.docx", "meeting_notice.docx")
    console.import_task((SAMPLES / "meeting_notice.task.json").read_bytes())
    console['label:has(input[name="preset"][value="strict"])'].click()
    console.run(exit_code=4)


def main() -> None:
    """Make the pictures."""
    FOLDER.mkdir(exist_ok=True)
    server = GunicornServer(Path(tempfile.mkdtemp()), enable_web_console=1)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            take(browser, server, "console-form.png", template_and_form, locale="en-US", viewport=WIDE)
            take(browser, server, "console-problems-zh.png", problems, locale="zh-CN", viewport=WIDE)
            take(browser, server, "console-strict.png", strict, "#result", locale="en-US", viewport=WIDE)
            take(
                browser, server, "console-result-zh-dark-360.png", result, "#result",
                locale="zh-CN", viewport=NARROW, color_scheme="dark",
            )  # fmt: skip
            browser.close()
    finally:
        server.stop()


def take(
    browser: Browser,
    server: GunicornServer,
    name: str,
    steps: Callable[[ConsolePage], None],
    part: str | None = None,
    **options: Any,
) -> None:
    """Do ``steps`` and keep a picture of the page, or of its ``part``."""
    context = browser.new_context(reduced_motion="reduce", **options)
    console = ConsolePage(context.new_page(), BrowserWatch(context), f"http://127.0.0.1:{server.port}")
    console.open()
    steps(console)
    if part is None:
        console.page.screenshot(path=FOLDER / name)
    else:
        console[part].screenshot(path=FOLDER / name)
    context.close()


if __name__ == "__main__":
    main()
