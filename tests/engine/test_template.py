"""A template that is read once and rendered many times: each result is that of a rendering of its own."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.package import Package
from docops_flask.engine.options import PRESETS, Options
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.render import Template
from docops_flask.engine.skills.skill import Field, Skill
from tests.factories import docx, p, r, tbl, tc, textbox, tr

WORDS = Bilingual(zh="无", en="none")
FIELDS = tuple(Field(name.lower(), WORDS, "text", False, name, "x", WORDS) for name in ("A", "B", "C"))
SKILL = Skill("notice", WORDS, WORDS, FIELDS)
SPACED = '<w:pPr><w:spacing w:line="240"/></w:pPr>'
# Texts of one line and of several, beside others, across runs, in cells, boxes and stories, in CDATA.
TEMPLATE = docx(
    p(r("to 【A】"), SPACED)
    + p(r("【A】", "<w:b/>") + r(" and 【B") + r("】"), SPACED)
    + p("<w:r><w:t>【C】</w:t></w:r>", SPACED)
    + p("<w:r><w:t><![CDATA[【C】]]> <!--x--></w:t></w:r>")
    + p(textbox(p(r("in a box 【B】"))))
    + tbl(tr(tc(p(r("【A】【C】"))), tc(p(r("【C】")))))
    + p(r("nothing here")),
    stories={"header1": p(r("【B】"))},
)
# Paragraphs that are filled alike: many with the same bytes, and many that differ in their texts alone.
ROW = tr(tc(p(r("【A】"))), tc(p(r("【B】")))) * 40
ALIKE = docx(
    tbl(ROW)
    + "".join(p(r(f"number {number}: "), r("【C】"), r("."), properties=SPACED) for number in range(30)),
    stories={"header1": p(r("【B】"))},
)
VALUES = ("x", "", " edge ", "one\ntwo", "a\tb\n\nc", "<&>", "【B】", "值" * 40, None)
STRICT = Options(format_mode="strict", format_baseline="policy", format_fix_mode="safe", format_report="both")


def payloads(count: int) -> list[dict[str, str]]:
    """Payloads with every value in every field, some fields not given."""
    choose = random.Random(7)
    made = []
    for _ in range(count):
        given = {name: choose.choice(VALUES) for name in ("a", "b", "c")}
        made.append({name: value for name, value in given.items() if value is not None})
    return made


@pytest.fixture(params=[TEMPLATE, ALIKE], ids=["each by itself", "alike"])
def template_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "template.docx"
    path.write_bytes(request.param)
    return path


def job_of(payload: dict[str, str], options: Options) -> Job:
    return Job(JobKind.RUN, (SKILL,), SKILL, payload, options)


@pytest.fixture
def template(template_file: Path) -> Iterator[Template]:
    limits = job_of({}, Options()).limits
    package = Package(template_file, limits)
    yield Template(package, limits)
    package.close()


def rendered(template: Template, payload: dict[str, str], options: Options, folder: Path) -> bytes:
    template.render_to_zip(job_of(payload, options), folder / "again.zip")
    return (folder / "again.zip").read_bytes()


def fresh(template_file: Path, payload: dict[str, str], options: Options, folder: Path) -> bytes:
    run_job(job_of(payload, options), template_file, folder)
    return (folder / "outputs.zip").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("options", [PRESETS["quick"], STRICT], ids=["quick", "strict"])
def test_a_thousand_renderings_are_those_of_templates_read_anew_in_any_order(
    template: Template, template_file: Path, tmp_path: Path, options: Options
) -> None:
    distinct = payloads(50)
    expected = [fresh(template_file, payload, options, tmp_path) for payload in distinct]
    assert len(set(expected)) > 40
    order = list(range(len(distinct))) * (20 if template.alike is None else 2)
    random.Random(3).shuffle(order)
    for number in order:
        assert rendered(template, distinct[number], options, tmp_path) == expected[number]


def test_options_of_one_rendering_do_not_show_in_the_next(
    template: Template, template_file: Path, tmp_path: Path
) -> None:
    payload = {"a": "one\ntwo", "b": "x"}
    plain = fresh(template_file, payload, PRESETS["quick"], tmp_path)
    repaired = fresh(template_file, payload, STRICT, tmp_path)
    assert plain != repaired
    for options, expected in ((STRICT, repaired), (PRESETS["quick"], plain)) * 3:
        assert rendered(template, payload, options, tmp_path) == expected


def test_a_rendering_that_is_refused_leaves_nothing(
    template: Template, template_file: Path, tmp_path: Path
) -> None:
    payload = {"a": "x"}
    expected = fresh(template_file, payload, STRICT, tmp_path)
    small = job_of({"a": "y" * 100, "b": "z"}, STRICT)
    small = small._replace(limits=small.limits._replace(output_bytes=3000))
    with pytest.raises(Exception, match="The result would be larger"):
        template.render_to_zip(small, tmp_path / "again.zip")
    assert rendered(template, payload, STRICT, tmp_path) == expected
