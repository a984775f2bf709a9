"""Any text with the signs of other tools: nothing fails, each tag is told once, and time is linear."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docops_flask.engine.document.open import open_document
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.foreign.conversion import rewrite_document
from docops_flask.engine.template.foreign.recognition import recognise
from docops_flask.engine.template.foreign.tools import TOOLS, Tool, tags_of
from tests.engine.counted_steps import steps_of
from tests.engine.template.foreign.conversions import convert
from tests.factories import docx, p, tbl, tc, tr

_PIECES = st.sampled_from(
    [
        "{", "}", "{{", "}}", "{%", "%}", "{#", "#}", "-", "{{ x }}", "{% for a in xs %}", "{% endfor %}",
        "{% if x %}", "{% else %}", "{% endif %}", "{%tr for a in xs %}", "{%p endfor %}", "{#xs}", "{/xs}",
        "{^x}", "{/}", "{.}", "{{?xs}}", "{{/xs}}", "{{=#this}}", "[n]", "{{xs}}", "{d.xs[i].n}",
        "{d.xs[i+1].n}", "{d.xs[i].ys[i].m}", "{d.xs[i].ys[i+1].m}", "{d.x:ifEQ(1):showBegin}",
        "{d.x:showEnd}", "«x»", "{%tc for a in xs %}", "{%tc endfor %}", "{%tc if x %}", "{%tc endif %}",
        "{{- x -}}", "{%- if x -%}", "{% raw %}", "{% endraw %}", "$(2)", "[m]", "{{xs}}$(2)", "{=[[ ]]=}",
        "«TableStart:xs»", "«TableEnd:xs»", "【x】", "【", "a", " ", "\t", "'", "甲",
    ]
)  # fmt: skip
_TEXTS = st.lists(st.lists(_PIECES, max_size=6).map("".join), min_size=1, max_size=6)


def _document(texts: list[str], in_rows: bool) -> bytes:
    if not in_rows:
        return docx("".join(map(p, texts)))
    return docx(tbl(*(tr(tc(text), tc(text[::2])) for text in texts)))


@given(_TEXTS, st.booleans(), st.sampled_from(TOOLS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_each_tag_is_converted_or_left_with_a_reason(texts: list[str], in_rows: bool, tool: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # It compares what is written with what was planned.
        report = convert(Path(folder), _document(texts, in_rows), tool).report
        package = Package(Path(folder) / "source.docx", Limits())
        found = tags_of(Tool(tool), open_document(package, Limits()).walk.paragraphs)
    assert len(report.tags) == sum(tag.start < tag.end for _, tags in found for tag in tags)
    assert all((tag.new is None) == bool(tag.reason) for tag in report.tags)
    summary = report.as_dict()["summary"]
    assert summary["recognised"] == summary["converted"] + summary["left"]


_REPEATED = {
    "docxtpl": ["{{", "{{ x }}", "{% if x %}", "{% for a in xs %}", "{{- x -}}", "{%p if x %}"],
    "docxtemplater": ["{", "{x}", "{#xs}", "{x("],
    "poi-tl": ["{{?xs}}", "{{*x}}"],
    "carbone": ["{d.x}", "{d.xs[i].n}", "{d.xs[i].n}{d.xs[i+1].n}"],
    "mailmerge": ["«x»", "«TableStart:xs»"],
}


@pytest.mark.parametrize(
    ("tool", "piece"), [(tool, each) for tool, many in _REPEATED.items() for each in many]
)
def test_work_grows_with_the_text(tmp_path: Path, tool: str, piece: str) -> None:
    steps = []
    for count in (100, 200, 400):
        file = tmp_path / f"{count}.docx"
        file.write_bytes(docx(p(count * piece)))
        package = Package(file, Limits())
        document = open_document(package, Limits())
        steps.append(steps_of(lambda: rewrite_document(document, package, Tool(tool), {})))  # noqa: B023
        steps[-1] += steps_of(lambda: recognise(document, with_blanks=True))  # noqa: B023
    first, second = steps[1] - steps[0], steps[2] - steps[1]
    assert second < 2.2 * first
