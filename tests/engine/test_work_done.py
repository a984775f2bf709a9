"""The number of resolutions, counted instead of timed: equal content is resolved once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.checks import look, policy_check, role_subjects
from docops_flask.engine.checks.format_check import check_format, observe
from docops_flask.engine.checks.issue import Finding
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.checks.run import fonts_wanted
from docops_flask.engine.checks.run.fonts_wanted import font_repair, wanted_fonts, wrong_fonts
from docops_flask.engine.checks.suggested_policy import suggest_policy
from docops_flask.engine.document import form_reading, shapes
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.open import open_document
from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.document.shapes import Shapes
from docops_flask.engine.formatting import cascade_by_value
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.cascade_by_value import CascadeByValue
from docops_flask.engine.formatting.edit import set_first_line_indent
from docops_flask.engine.formatting.effective import Effective, FontFace
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.opc import package as packages_module
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import OPEN_POLICY
from docops_flask.engine.template import scan as scanning
from tests.engine.checks.document_builder import house_style
from tests.factories import docx, p, r, tbl, tc, tr
from tests.optional import not_none


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Document]]:
    """Return the function that opens a document with the body it is given."""
    packages = []

    def open_body(body: str) -> Document:
        path = tmp_path / "template.docx"
        path.write_bytes(docx(body))
        packages.append(Package(path, Limits()))
        return open_document(packages[-1], Limits())

    yield open_body
    for package in packages:
        package.close()


def _counted(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[tuple[object, ...]]:
    calls: list[tuple[object, ...]] = []
    original = getattr(owner, name)

    def counting(*arguments: object, **named: Any) -> object:
        calls.append(arguments)
        return original(*arguments, **named)

    monkeypatch.setattr(owner, name, counting)
    return calls


def _alike(count: int) -> str:
    return "".join(
        p(r("text", "<w:sz w:val='24'/>"), properties="<w:jc w:val='both'/>") for _ in range(count)
    )


@pytest.mark.parametrize("body", [_alike(1000), tbl(*(tr(tc(_alike(5))) for _ in range(200)))])
def test_a_thousand_equal_paragraphs_are_resolved_once(
    opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    document = opened(body)
    paragraphs = _counted(monkeypatch, Cascade, "_resolve_paragraph")
    properties = _counted(monkeypatch, Cascade, "_read_rpr")
    styles = _counted(monkeypatch, Cascade, "_resolve_styles")
    cascade = Cascade(document.styles, document.related)
    for place in document.walk.paragraphs:
        w = place.part.w
        values = cascade.paragraph(place.element, w, place.cell)
        cascade.run(not_none(place.element.find(w.r)), values, w)
    assert (len(document.walk.paragraphs), len(paragraphs)) == (1000, 1)
    assert (len(properties), len(styles)) == (1, 1)


def test_paragraphs_without_a_bracket_are_not_read_again(
    opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = opened(_alike(1000) + p("【ORGANIZER】") + p("【注意】 and 【OPEN"))
    read = _counted(monkeypatch, Shapes, "read_usual")
    learnt = _counted(monkeypatch, shapes, "read_form")
    found = scanning.scan_document(document)
    assert (len(read), len(read[0][1]), list(found.field_counts())) == (1, 2, ["ORGANIZER"])  # type: ignore[arg-type]
    # Both have the same shape.
    assert len(learnt) == 1


def test_no_text_is_read_in_a_document_without_a_bracket(
    opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = opened(_alike(10))
    read = _counted(monkeypatch, shapes, "read_form")
    scanning.scan_document(document)
    assert read == []


def test_a_list_of_relationships_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = _counted(monkeypatch, packages_module, "parse_relationships")
    path = tmp_path / "template.docx"
    path.write_bytes(docx(p("text")))
    package = Package(path, Limits())
    for _ in range(3):
        package.relationships(package.main_part)
    package.close()
    assert [source for _, source in parsed] == ["", package.main_part]


def test_fonts_are_resolved_once_for_all_texts_of_the_same_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _counted(monkeypatch, fonts_wanted, "fonts_of")
    values = RunValues({"ascii": Effective(FontFace("Arial", None))})
    wanted = wanted_fonts(("Times New Roman",))
    counts = []
    for text in ("Item {}", "第{}项"):
        for number in range(1000):
            wrong_fonts(text.format(number), values, wanted)
            font_repair(text.format(number), values, wanted, frozenset(("latin", "east_asia")))
        counts.append(len(asked))
    assert counts[0] < 10
    assert counts[1] < 20


def _to_repair(count: int) -> str:
    return "".join(
        p(r("text", "<w:rFonts w:ascii='Arial'/>"), properties="<w:ind w:firstLine='480'/>")
        for _ in range(count)
    )


# Fonts are only repaired under a policy with rules for roles; this one has none for running text.
_ROLES = house_style({"roles": {"title": {"size_pt": 22}}})


def _as_wanted(count: int) -> str:
    return "".join(
        p(r("text", "<w:rFonts w:ascii='Calibri'/>"), properties="<w:ind w:firstLine='420'/>")
        for _ in range(count)
    )


def _checked(document: Document, touched: int, **rules: Any) -> FormatReport:
    """Hold ``document`` against these rules alone and repair its first ``touched`` paragraphs."""
    runs = [place.run(0) for place in document.walk.paragraphs[:touched]]
    options = Options(format_baseline="policy", format_fix_mode="safe")
    return check_format(document, runs, observe(document, runs), options, OPEN_POLICY._replace(**rules))


def test_an_issue_is_described_once_for_all_equal_paragraphs_and_runs(
    opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = opened(_to_repair(1000))
    described = _counted(monkeypatch, Finding, "__init__")
    report = _checked(
        document, 1000, first_line_indent_twips=420, run_font_latin="Calibri", house_style=_ROLES
    )
    assert (len(report.issues), len(report.fix_changes), len(described)) == (2000, 2000, 2)


def test_after_fixes_only_fixed_paragraphs_are_checked_again_and_equal_ones_once(
    opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = opened(_to_repair(10) + _as_wanted(990))
    paragraphs = _counted(monkeypatch, Cascade, "of_paragraph")
    runs = _counted(monkeypatch, Cascade, "of_run")
    to_fill = _counted(monkeypatch, Cascade, "of_run_in_place")
    report = _checked(document, 10, first_line_indent_twips=420, run_font_latin="Calibri", house_style=_ROLES)
    assert len(report.fix_changes) == 20
    # Those to fill before filling, with their paragraphs; all have the same shape.
    assert len(to_fill) == 10
    # All others once; then the first of those repaired alike.
    assert len(paragraphs) == 1 + 990 + 1
    # Those around are looked at for the same font; pages are measured by a sample of 200 paragraphs.
    assert len(runs) == 1 + 1 + 990 + 200


def test_texts_are_read_and_pages_measured_once_however_many_fixes_are_made(
    opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = opened(_to_repair(20))
    read = _counted(monkeypatch, shapes, "read_form")
    pages = _counted(monkeypatch, policy_check, "page_geometries")
    found = _counted(monkeypatch, role_subjects, "detect_roles")
    style = house_style({"text": {"date_form": True}, "roles": {"title": {"size_pt": 22}}})
    report = _checked(document, 20, run_font_latin="Calibri", house_style=style)
    # All have the same shape.
    assert (len(report.fix_changes), len(read), len(pages), len(found)) == (20, 1, 1, 1)


def test_for_a_suggested_policy_roles_are_found_once_and_runs_that_are_alike_read_once(
    opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = "".join(tr(tc(p(r(f"Text of cell {number}") + r(" more")))) for number in range(1000))
    document = opened(p(r("【TITLE】")) + tbl(cells))
    found = _counted(monkeypatch, role_subjects, "detect_roles")
    texts = _counted(monkeypatch, Paragraph, "run_texts")
    asked = _counted(monkeypatch, CascadeByValue, "of_runs")
    kinds = _counted(monkeypatch, look, "script_sample")
    suggest_policy(document, [document.walk.paragraphs[0].run(0)])
    # Rules are looked for and then tried together: both with the same roles and texts.
    assert (len(found), len(texts)) == (1, 1000)
    # The one to fill is observed; the cells are alike; the first paragraph measures pages, both times.
    assert len(asked) == 1 + 1 + 2
    # By the characters in a text: those of the longest numbers are few.
    assert len(kinds) < 250


def test_for_a_suggested_policy_properties_are_parsed_once_and_paragraphs_not_at_all(
    opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    # No two paragraphs have the same shape, but they are put together alike.
    sizes = [f"<w:sz w:val='{20 + number % 30}'/>" for number in range(1000)]
    indents = [f"<w:ind w:left='{number // 30}'/>" for number in range(1000)]
    body = "".join(p(r("text", size), properties=indent) for size, indent in zip(sizes, indents, strict=True))
    document = opened(p(r("【TITLE】")) + body)
    parsed = _counted(monkeypatch, Shapes, "_parse")
    fragments = _counted(monkeypatch, cascade_by_value, "parse_fragment")
    readings = _counted(monkeypatch, form_reading, "_read_without_properties")
    suggest_policy(document, [document.walk.paragraphs[0].run(0)])
    assert (len(set(indents)), len(set(sizes)), len(readings)) == (34, 30, 1)
    # Those of the first paragraph are empty.
    assert len(fragments) == (34 + 1) + (30 + 1)
    # That of the run to fill, for the text of its w:t.
    assert len(parsed) <= 1


def test_a_fix_that_removes_no_characters_resolves_no_values(
    opened: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = opened(_to_repair(10))
    cascade = Cascade(document.styles, document.related)
    asked = _counted(monkeypatch, Cascade, "paragraph")
    for place in document.walk.paragraphs:
        now = cascade.paragraph(place.element, place.part.w)
        set_first_line_indent(place.element, 420, now, cascade, place.part.w)
    assert len(asked) == 10
