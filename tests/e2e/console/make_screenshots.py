"""Makes the pictures of the console in the README and the clerk's pages: ``python -m tests.e2e.console.make_screenshots``."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import ROOT
from tests.e2e.console.browser_watch import BrowserWatch
from tests.e2e.console.clerk import Clerk
from tests.e2e.console.console_page import ConsolePage
from tests.e2e.gunicorn_server import GunicornServer

FOLDER = ROOT / "docs" / "images"
SAMPLES = ROOT / "samples"
WIDE = {"width": 1100, "height": 860}
NARROW = {"width": 360, "height": 740}
CONTRACT = SAMPLES / "purchase_contract.docx"
TASK = json.loads((SAMPLES / "purchase_contract.task.json").read_text("utf-8"))
PEOPLE = "甲方,乙方,合同编号\n青岚市办公室,青岚文具有限公司,QL-001\n青岚市档案馆,青岚纸业有限公司,QL-002\n,青岚印务有限公司,QL-003\n"


def opened(clerk: Clerk) -> None:
    """Choose the contract, and import its values as a developer would."""
    clerk["#developer"].check()
    clerk.console.inspect(CONTRACT, "采购合同.docx")
    clerk.console.import_task(json.dumps(TASK, ensure_ascii=False))
    clerk["#developer"].uncheck()


def gallery(clerk: Clerk) -> None:
    expect(clerk["#gallery img"]).to_have_count(2, timeout=60_000)
    clerk.console.page.wait_for_timeout(1000)


def form(clerk: Clerk) -> None:
    opened(clerk)
    clerk["#step-content"].scroll_into_view_if_needed()


def look(clerk: Clerk) -> None:
    opened(clerk)
    clerk.make()
    expect(clerk["#look img, #look canvas"].first).to_be_visible(timeout=60_000)
    clerk.console.page.wait_for_timeout(500)


def template_page(clerk: Clerk) -> None:
    look(clerk)
    clerk['label:has(input[name="look-side"][value="template"])'].click()
    clerk.console.page.wait_for_timeout(4000)


def still_open(clerk: Clerk) -> None:
    clerk.choose(CONTRACT.read_bytes(), "采购合同.docx")
    clerk.make()


def many(clerk: Clerk) -> None:
    clerk.choose(CONTRACT.read_bytes(), "采购合同.docx")
    file: Any = {"name": "rows.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode("utf-8-sig")}
    clerk["#many input[type=file]"].first.set_input_files(file)
    clerk.console.page.wait_for_timeout(4000)


def main() -> None:
    """Make the pictures."""
    FOLDER.mkdir(exist_ok=True)
    server = GunicornServer(
        Path(tempfile.mkdtemp()), enable_web_console=1, templates_dir=SAMPLES / "library", pdf="require"
    )
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            english, chinese = {"locale": "en-US"}, {"locale": "zh-CN"}
            take(browser, server, "console-gallery.png", gallery, None, viewport=WIDE, **english)
            for language in (english, chinese):
                suffix = language["locale"][:2]
                take(browser, server, f"console-form-{suffix}.png", form, "#step-content", viewport=WIDE, **language)
                take(browser, server, f"console-look-{suffix}.png", look, "#look", viewport=WIDE, **language)
            take(
                browser, server, "console-template-zh.png", template_page, "#look",
                viewport=WIDE, **chinese,
            )  # fmt: skip
            take(browser, server, "console-many-zh.png", many, "#many", viewport=WIDE, **chinese)
            take(
                browser, server, "console-open-zh-dark-360.png", still_open, "#result",
                viewport=NARROW, color_scheme="dark", **chinese,
            )  # fmt: skip
            browser.close()
    finally:
        server.stop()


def take(
    browser: Browser,
    server: GunicornServer,
    name: str,
    steps: Callable[[Clerk], None],
    part: str | None,
    **options: Any,
) -> None:
    """Do ``steps`` and keep a picture of the page, or of its ``part``: one element, or several below each other."""
    context = browser.new_context(reduced_motion="reduce", **options)
    console = ConsolePage(context.new_page(), BrowserWatch(context), f"http://127.0.0.1:{server.port}")
    console.open(developer=False)
    steps(Clerk(console))
    if part is None:
        console.page.screenshot(path=FOLDER / name)
    else:
        boxes = [box for each in console[part].all() if (box := each.bounding_box()) is not None]
        top, bottom = min(box["y"] for box in boxes), max(box["y"] + box["height"] for box in boxes)
        scrolled = console.page.evaluate("window.scrollY")
        left, width = min(box["x"] for box in boxes), max(box["width"] for box in boxes)
        clip: Any = {"x": left, "y": top + scrolled, "width": width, "height": min(bottom - top, 1400)}
        console.page.screenshot(path=FOLDER / name, clip=clip, full_page=True)
    context.close()


if __name__ == "__main__":
    main()
