"""Makes the pictures of the console in the docs: ``python -m tests.e2e.console.make_screenshots``."""

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
from tests.factories import docx, p, r

FOLDER = ROOT / "docs" / "images"
SAMPLES = ROOT / "samples"
WIDE = {"width": 1100, "height": 860}
NARROW = {"width": 360, "height": 740}
CONTRACT = SAMPLES / "purchase_contract.docx"
TASK = json.loads((SAMPLES / "purchase_contract.task.json").read_text("utf-8"))
MARGIN = 16
MOST_HEIGHT = 1400
_CENTRED = '<w:spacing w:before="480" w:after="360"/><w:jc w:val="center"/>'
_INDENTED = '<w:spacing w:line="480" w:lineRule="auto"/><w:ind w:firstLine="640"/>'
_LARGE = '<w:sz w:val="32"/>'
LETTER = docx(
    p(r("聘  书", '<w:b/><w:sz w:val="72"/>'), properties=_CENTRED)
    + p(r("【=姓名】同志：", _LARGE))
    + p(
        r("兹聘请您为【=职务】，聘期自【聘期|日期】起，每月津贴【津贴|#,##0.00】元。", _LARGE),
        properties=_INDENTED,
    )
    + p(r("特此聘任。", _LARGE), properties=_INDENTED)
)
PEOPLE = (
    "姓名,担任职务,聘期,津贴（元）\n林知远,技术顾问,2026-12-01,3000\n苏禾,财务顾问,2026-12-01,2500\n"
    "周砚,法律顾问,2027-01-01,2800\n秦越,,2027-01-01,2600\n"
)


def opened(clerk: Clerk) -> None:
    """Choose the contract, and import its values as a developer would."""
    clerk["#developer"].check()
    clerk.console.inspect(CONTRACT, "采购合同.docx")
    clerk.console.import_task(json.dumps(TASK, ensure_ascii=False))
    clerk["#developer"].uncheck()


def gallery(clerk: Clerk) -> None:
    expect(clerk["#gallery img"]).to_have_count(2)


def form(clerk: Clerk) -> None:
    opened(clerk)
    clerk["#step-content"].scroll_into_view_if_needed()


def look(clerk: Clerk) -> None:
    opened(clerk)
    clerk.make()
    expect(clerk['#look[data-state="shown"] img'].first).to_be_visible()


def template_page(clerk: Clerk) -> None:
    look(clerk)
    clerk['label:has(input[name="look-side"][value="template"])'].click()
    expect(clerk['#look[data-side="template"][data-state="shown"] img'].first).to_be_visible()
    clerk["body"].click(position={"x": 1, "y": 1})


def still_open(clerk: Clerk) -> None:
    clerk.choose(CONTRACT.read_bytes(), "采购合同.docx")
    clerk.make()


def many(clerk: Clerk) -> None:
    clerk.choose(LETTER, "聘书.docx")
    clerk["#many-details > summary"].click()
    file: Any = {"name": "聘用人员.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode("utf-8-sig")}
    clerk["#rows-file"].set_input_files(file)
    expect(clerk['#many[data-state="checked"] #many-pages[data-state="shown"]']).to_be_visible()


def main() -> None:
    """Make the pictures."""
    FOLDER.mkdir(exist_ok=True)
    server = GunicornServer(
        Path(tempfile.mkdtemp()), enable_web_console=1, templates_dir=SAMPLES / "library", pdf="require"
    )
    expect.set_options(timeout=60_000)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            for locale in ("en-US", "zh-CN"):
                take_all(browser, server, locale)
            browser.close()
    finally:
        server.stop()


def take_all(browser: Browser, server: GunicornServer, locale: str) -> None:
    """The pictures in one language."""
    suffix = locale[:2]
    wide: dict[str, Any] = {"viewport": WIDE, "locale": locale}
    take(browser, server, f"console-form-{suffix}.png", form, "#step-content", **wide)
    take(browser, server, f"console-look-{suffix}.png", look, "#look", **wide)
    if locale == "en-US":
        take(browser, server, "console-gallery.png", gallery, None, **wide)
        return
    take(browser, server, "console-template-zh.png", template_page, "#look", **wide)
    take(browser, server, "console-many-zh.png", many, "#many", **wide)
    narrow: dict[str, Any] = {"viewport": NARROW, "locale": locale, "color_scheme": "dark"}
    take(browser, server, "console-open-zh-dark-360.png", still_open, "#result", **narrow)


def take(
    browser: Browser,
    server: GunicornServer,
    name: str,
    steps: Callable[[Clerk], None],
    part: str | None,
    **options: Any,
) -> None:
    """Do ``steps`` and keep a picture of the page, or of its ``part``."""
    context = browser.new_context(reduced_motion="reduce", **options)
    console = ConsolePage(context.new_page(), BrowserWatch(context), f"http://127.0.0.1:{server.port}")
    console.open(developer=False)
    steps(Clerk(console))
    if part is None:
        console.page.screenshot(path=FOLDER / name)
    else:
        box = console[part].bounding_box()
        assert box is not None
        scrolled = console.page.evaluate("window.scrollY")
        clip: Any = {
            "x": max(box["x"] - MARGIN, 0),
            "y": box["y"] + scrolled,
            "width": box["width"] + 2 * MARGIN,
            "height": min(box["height"], MOST_HEIGHT),
        }
        console.page.screenshot(path=FOLDER / name, clip=clip, full_page=True)
    context.close()


if __name__ == "__main__":
    main()
