"""PAGE_LENGTH_MISMATCH: a section's page or one of its margins has another size than asked for.

*Fails*: the page (w:pgSz, ECMA-376 part 1, 17.6.13), held upright, differs from ``page.width`` or
``page.height``, or a margin (w:pgMar, 17.6.11) from ``page.margin_top`` and so on, by more than the rule's
tolerance. The gutter counts to the left margin. A warning where the document leaves the size to Word.

*Passes*: within the tolerance. Margins of a section that lies on its side are not looked at: it holds a
wide table. Baseline ``template`` never asks.

*Fix*: none: sections are never changed.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.page_issue import in_mm, page_issue
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.formatting.page_geometry import PageGeometry
from docops_flask.engine.policy.house_style import Rule
from docops_flask.engine.policy.measure import Measure

_WHAT = {
    "width": "the page is {} wide",
    "height": "the page is {} high",
    "margin_top": "the top margin is {}",
    "margin_bottom": "the bottom margin is {}",
    "margin_left": "the left margin is {}",
    "margin_right": "the right margin is {}",
}


class PageLengthMismatch(Check):
    """Page size and margins of every section."""

    code = "PAGE_LENGTH_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a section and length that is another one."""
        for page in subject.geometry:
            for key, actual in page_lengths(page).items():
                rule: Rule[Measure] | None = getattr(subject.policy.house_style.page, key)
                wanted = None if rule is None else rule.value.in_twips()
                if rule is None or wanted is None:
                    continue
                tolerance = subject.tolerance(rule)
                if actual is not None and abs(actual - wanted) <= tolerance:
                    continue
                shown = None if actual is None else in_mm(actual)
                said = _WHAT[key].format("left to Word" if shown is None else shown)
                yield page_issue(
                    self.code,
                    key,
                    rule,
                    page,
                    f"{said}, the policy asks for {rule.value}",
                    expected=str(rule.value),
                    actual=shown,
                    tolerance=tolerance,
                )


def page_lengths(page: PageGeometry) -> dict[str, int | None]:
    """Return the lengths that a policy can have rules for, by their keys; in twips."""
    width, height = page.page_width_twips, page.page_height_twips
    if page.landscape:
        # The sheet is the same one, turned.
        return {"width": height, "height": width}
    return {
        "width": width,
        "height": height,
        "margin_top": _size(page.margin_top_twips),
        "margin_bottom": _size(page.margin_bottom_twips),
        "margin_left": page.binding_margin_twips,
        "margin_right": page.margin_right_twips,
    }


def _size(margin: int | None) -> int | None:
    # A negative margin means that much, without giving way to the header (17.6.11).
    return None if margin is None else abs(margin)
