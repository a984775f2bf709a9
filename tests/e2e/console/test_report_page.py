"""The report page in a browser: one language at a time, no wider than a phone, two sheets at most."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from docops_flask.cli.main import main
from tests.conftest import ROOT
from tests.e2e.console.page_checks import TOO_WIDE

SAMPLES = ROOT / "samples"
PAGES = re.compile(rb"/Type\s*/Page\b")
CHECKS = {
    "strict": ["--preset", "strict"],
    "GB/T 9704": ["--preset", "strict", "--policy", "gbt9704-2012"],
    "template": [],
}


@pytest.fixture(params=CHECKS)
def report(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The page of a one-page notice under each kind of check."""
    template, task = (str(SAMPLES / f"meeting_notice.{suffix}") for suffix in ("docx", "task.json"))
    options = [*CHECKS[request.param], "--format-report", "human"]
    assert main(["run", template, task, "--out-dir", str(tmp_path / "out"), *options]) in (0, 4)
    return (tmp_path / "out" / "out.format_report.html").read_text("utf-8")


def test_one_language_is_shown_and_the_switch_shows_the_other(page: Page, report: str) -> None:
    page.set_content(report)
    chinese, english = page.locator("main[lang=zh]"), page.locator("main[lang=en]")
    expect(chinese).to_be_visible()
    expect(english).to_be_hidden()
    page.get_by_text("English", exact=True).click()
    expect(english).to_be_visible()
    expect(chinese).to_be_hidden()
    # With the keys alone too.
    page.locator("#choice-en").press("ArrowUp")
    expect(chinese).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_window(page: Page, report: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(report)
    for language in ("English", "中文"):
        page.get_by_text(language, exact=True).click()
        assert page.evaluate(TOO_WIDE) == []


def test_a_notice_of_one_page_has_a_report_of_two_sheets_at_most(page: Page, report: str) -> None:
    page.set_content(report)
    for language in ("English", "中文"):
        page.get_by_text(language, exact=True).click()
        sheets = page.pdf(prefer_css_page_size=True)
        assert 1 <= len(PAGES.findall(sheets)) <= 2
