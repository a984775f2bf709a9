"""PAGE_LENGTH_MISMATCH, PAGE_CAPACITY_MISMATCH: a page, a margin, or what a page holds is not as asked for.

Each section's geometry is checked, computed with the values that most of its body text has.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, TypeVar

from docops_flask.engine.checks.check import Check, ParagraphSubject, PolicySubject
from docops_flask.engine.checks.issue import Finding, Issue, Shown
from docops_flask.engine.document.document import Document, StoryKind
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.sections import PageGeometry, PageText, Sections, page_geometry
from docops_flask.engine.policy.policy import Measure, PageRules, Rule
from docops_flask.engine.policy.rules import tolerance_twips

# Most paragraphs of a section that are sampled for the values most of its text has.
_SAMPLE = 200
H = TypeVar("H", bound=Hashable)


def page_geometries(
    document: Document,
    paragraphs: Sequence[ParagraphSubject],
    sections: Sections,
    cascade: Cascade,
    rules: PageRules,
) -> tuple[PageGeometry, ...]:
    """Return the geometry of every section; ``paragraphs`` are those with text, which ``text_of`` gives."""
    samples: list[list[ParagraphSubject]] = [[] for _ in sections.all]
    for paragraph in paragraphs if samples else ():
        if paragraph.place.story is StoryKind.BODY and not paragraph.place.table_depth:
            sample = samples[sections.number_of(paragraph.place)]
            if len(sample) < _SAMPLE:
                sample.append(paragraph)
    first = _first_paths(document, sections)
    return tuple(
        page_geometry(section, number, first.get(number, ""), _page_text(samples[number], cascade, rules))
        for number, section in enumerate(sections.all)
    )


def _page_text(
    sample: Sequence[ParagraphSubject],
    cascade: Cascade,
    rules: PageRules,
) -> PageText:
    """Return the values that most of a section's text has, counted by characters."""
    values = _prevailing([(paragraph.values, len(paragraph.text)) for paragraph in sample])
    sizes = [(_font_size(paragraph, cascade), len(paragraph.text)) for paragraph in sample]
    return PageText(
        values=values,
        size_half_points=_prevailing(sizes),
        wanted_lines=None if rules.lines is None else rules.lines.value,
        wanted_characters=None if rules.characters is None else rules.characters.value,
    )


def _prevailing(weighted: Sequence[tuple[H, int]]) -> H | None:
    totals: dict[H, int] = {}
    for value, weight in weighted:
        totals[value] = totals.get(value, 0) + weight
    return max(totals, key=lambda value: totals[value]) if totals else None


def _font_size(paragraph: ParagraphSubject, cascade: Cascade) -> int | None:
    if paragraph.look.sizes.first_run is not None:
        return paragraph.look.sizes.first_run
    run = paragraph.place.first_run_with_text()
    return None if run is None else cascade.of_run(run, paragraph.values).size_half_points.value


def _first_paths(document: Document, sections: Sections) -> dict[int, str]:
    """Return the address of each section's first paragraph or table."""
    first: dict[int, str] = {}
    wanted = len(sections.all)
    for place in document.walk.paragraphs:
        if place.story is StoryKind.BODY:
            # A paragraph in a table stands for the table: t0.r0.c0.p0.
            first.setdefault(sections.number_of(place), place.path.partition(".")[0])
            if len(first) == wanted:
                break
    return first


TWIPS_PER_MM = 1440 / 25.4


def page_issue(
    code: str,
    key: str,
    rule: Rule[Any],
    page: PageGeometry,
    message: str,
    *,
    expected: Shown,
    actual: Shown,
    tolerance: int | None = None,
) -> Issue:
    """Return the issue that a rule of the page (``key``: its name in a policy) does not hold in a section.

    What the document leaves to Word (``actual`` is ``None``) is a warning.
    """
    clause = f" ({rule.source})" if rule.source else ""
    finding = Finding(
        code=code,
        severity=rule.severity if actual is not None else "warn",
        message=f"Section {page.section + 1}: {message}{clause}.",
        expected=expected,
        actual=actual,
        tolerance=tolerance,
        rule_key=f"page.{key}",
        rule_source=rule.source,
        section=page.section,
    )
    return Issue(finding, page.paragraph_path)


def in_mm(twips: int) -> str:
    """Return a length in millimetres with its unit."""
    return f"{round(twips / TWIPS_PER_MM, 1):g} mm"


_WHAT = {
    "width": "the page is {} wide",
    "height": "the page is {} high",
    "margin_top": "the top margin is {}",
    "margin_bottom": "the bottom margin is {}",
    "margin_left": "the left margin is {}",
    "margin_right": "the right margin is {}",
}


class PageLengthMismatch(Check):
    """A section's page or one of its margins has another size than asked for.

    *Fails*: the page (w:pgSz, ECMA-376 part 1, 17.6.13), in portrait orientation, differs from
    ``page.width`` or ``page.height``, or a margin (w:pgMar, 17.6.11) from ``page.margin_top`` and so on, by
    more than the rule's tolerance: a top margin of 35 mm under ``margin_top: {value: 37 mm, tolerance:
    1 mm}``. The gutter counts to the left margin. A warning where the document leaves the size to Word.

    *Passes*: within the tolerance. Margins of a landscape section are not checked: it holds a wide table.
    Not checked under baseline ``template``.

    *Fix*: none: sections are never changed.

    *Looks at*: page size and margins of every section.
    """

    codes = ("PAGE_LENGTH_MISMATCH",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each section and length that is another one."""
        for page in subject.geometry:
            for key, actual in page_lengths(page).items():
                rule: Rule[Measure] | None = getattr(subject.policy.house_style.page, key)
                wanted = None if rule is None else rule.value.in_twips()
                if rule is None or wanted is None:
                    continue
                tolerance = tolerance_twips(rule, subject.policy)
                if actual is not None and abs(actual - wanted) <= tolerance:
                    continue
                shown = None if actual is None else in_mm(actual)
                said = _WHAT[key].format("left to Word" if shown is None else shown)
                yield page_issue(
                    self.codes[0],
                    key,
                    rule,
                    page,
                    f"{said}, the policy asks for {rule.value}",
                    expected=str(rule.value),
                    actual=shown,
                    tolerance=tolerance,
                )


def page_lengths(page: PageGeometry) -> dict[str, int | None]:
    """Return the lengths that policies can have rules for, by key, in twips."""
    width, height = page.page_width_twips, page.page_height_twips
    if page.landscape:
        # The same sheet, rotated.
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


class PageCapacityMismatch(Check):
    """Another number of lines fits the page, or of characters the line, than asked for.

    *Fails*: from page, margins, grid and line pitch another number of lines fits the page than
    ``page.lines``, or another number of full-width characters of the body fits the line than
    ``page.characters``. The issue names the largest line pitch, or the character grid, that gives it. How it
    is computed is described in docs/analysis/page-arithmetic.md.

    *Passes*: that number. Where the document leaves the line pitch to the font nothing is claimed, nor for a
    landscape section. Not checked under baseline ``template``.

    *Fix*: none: sections are never changed.

    *Looks at*: lines and characters of every section's page.
    """

    codes = ("PAGE_CAPACITY_MISMATCH",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each section and number that is another one."""
        rules = subject.policy.house_style.page
        for page in subject.geometry:
            if page.landscape:
                continue
            lines, characters = page.lines_per_page, page.characters_per_line
            if rules.lines is not None and lines is not None and lines != rules.lines.value:
                yield page_issue(
                    self.codes[0],
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
                    self.codes[0],
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
