"""PAGE_CAPACITY_MISMATCH: a page does not hold the lines, or a line not the characters, that are asked for.

*Fails*: from page, margins, grid and line pitch another number of lines fits the page than ``page.lines``,
or another number of full-width characters of the body fits the line than ``page.characters``. The issue
tells the largest line pitch, or the character grid, that would do. How it is worked out is told in
docs/analysis/page-arithmetic.md.

*Passes*: that number. Where the document leaves the line pitch to the font nothing is claimed, nor for a
section that lies on its side. Baseline ``template`` never asks.

*Fix*: none: sections are never changed.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.page_issue import in_mm, page_issue
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.formatting.page_geometry import PageGeometry


class PageCapacityMismatch(Check):
    """Lines and characters of every section's page."""

    code = "PAGE_CAPACITY_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a section and number that is another one."""
        rules = subject.policy.house_style.page
        for page in subject.geometry:
            if page.landscape:
                continue
            lines, characters = page.lines_per_page, page.characters_per_line
            if rules.lines is not None and lines is not None and lines != rules.lines.value:
                yield page_issue(
                    self.code,
                    "lines",
                    rules.lines,
                    page,
                    _lines_message(page, rules.lines.value),
                    expected=rules.lines.value,
                    actual=lines,
                )
            wanted = rules.characters
            if wanted is not None and characters is not None and characters != wanted.value:
                yield page_issue(
                    self.code,
                    "characters",
                    wanted,
                    page,
                    _characters_message(page, wanted.value),
                    expected=wanted.value,
                    actual=characters,
                )


def _lines_message(page: PageGeometry, wanted: int) -> str:
    height, pitch, largest = page.text_height_twips, page.line_pitch_twips, page.largest_pitch_twips
    assert height is not None
    assert pitch is not None
    assert largest is not None
    return (
        f"at a line pitch of {pitch / 20:g} pt ({page.line_pitch_source}) {page.lines_per_page} lines fit "
        f"the text area of {in_mm(height)} ({height / 20:g} pt), the policy asks for {wanted}; "
        f"the largest pitch that gives these is {largest / 20:g} pt"
    )


def _characters_message(page: PageGeometry, wanted: int) -> str:
    width, character = page.text_width_twips, page.character_twips
    assert width is not None
    assert character is not None
    return (
        f"{page.characters_per_line} characters of {character / 20:g} pt fit the line of {in_mm(width)} "
        f"({width / 20:g} pt), the policy asks for {wanted}; a character grid with w:charSpace "
        f"{page.largest_character_space} gives these"
    )
