"""What holds in every state of the page: axe finds nothing (WCAG 2.2 AA), and all fits into small windows."""

import itertools
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.e2e.console.console_page import ConsolePage

_WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
AXE = {"runOnly": {"type": "tag", "values": _WCAG_2_2_AA}, "resultTypes": ["violations", "incomplete"]}
THEMES = ["light", "dark"]
# A telephone, and a window of 1280 px at 200 %.
SMALL_WINDOWS = ((360, 740), (640, 360))

# What is scrolled inside a box of its own, such as the curl command, is no overflow of the page.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const isScrolled = (element) => {
    const around = element.parentElement;
    if (!around || around === document.body) return false;
    return ["auto", "scroll", "hidden"].includes(getComputedStyle(around).overflowX) || isScrolled(around);
  };
  const isWide = (element) => element.getBoundingClientRect().right > width + 1;
  const wide = [...document.body.querySelectorAll("*")].filter(
    (element) => element.checkVisibility() && isWide(element) && !isScrolled(element),
  );
  const found = wide.map(({ tagName, id, className }) => `${tagName} ${id} ${className}`);
  const page = document.documentElement.scrollWidth;
  return page > width ? [`the page is ${page} wide`, ...found] : found;
}"""


def check_state(console: ConsolePage, state: str) -> None:
    """Check the page in this state: axe in both themes, small windows in both languages."""
    check_axe(console, state)
    size = console.page.viewport_size
    assert size is not None
    check_widths(console, state)
    console.page.set_viewport_size(size)


def check_axe(console: ConsolePage, state: str) -> None:
    """No violation, and nothing that axe wants a person to look at."""
    for theme in THEMES:
        console["#theme"].select_option(theme)
        results = Axe().run(console.page, options=AXE)
        assert results.violations_count == 0, f"{state}, {theme}: {results.generate_report()}"
        undecided = _undecided(results)
        assert undecided == [], f"{state}, {theme}: {undecided}"


def check_widths(console: ConsolePage, state: str) -> None:
    """Nothing is wider than the window, in either language."""
    for language, (width, height) in itertools.product(("zh", "en"), SMALL_WINDOWS):
        console.language(language)
        console.page.set_viewport_size({"width": width, "height": height})
        assert console.page.evaluate(TOO_WIDE) == [], f"{state}, {language}, {width} px"


def _undecided(results: Any) -> list[tuple[str, list[str]]]:
    """What axe wants a person to look at: an attribute's wrong value is such a case.

    Signs such as ↑ are none: axe does not judge their contrast, and all buttons have the same colours.
    """
    found = [
        (rule["id"], [node["html"] for node in rule["nodes"] if not _is_of_a_sign(node)])
        for rule in results.response["incomplete"]
    ]
    return [each for each in found if each[1]]


def _is_of_a_sign(node: dict[str, Any]) -> bool:
    reasons = [(check.get("data") or {}).get("messageKey") for check in node["any"]]
    return bool(reasons) and {*reasons} <= {"nonBmp", "shortTextContent"}
