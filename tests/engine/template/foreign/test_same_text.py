"""Templates of docxtpl and merge fields, converted and filled: the text is the one that the other tool makes.

What stands in one paragraph docxtpl renders as Jinja does, which is installed; paragraphs and rows need
docxtpl itself.
"""

import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docops_flask.engine.options import Options
from tests.conftest import require_package
from tests.engine.open_jobs import run_open
from tests.engine.template.foreign.conversions import convert, texts_of
from tests.factories import docx, p, r, tbl, tc, tr

_WORDS = st.text(alphabet="ab .,", min_size=1, max_size=4)
_VALUES = st.text(alphabet="xyz<&", min_size=1, max_size=3)
_NUMBERS = st.integers(min_value=1, max_value=9)
# What a scope holds: names of texts, of numbers, of lists of objects and of lists of texts.
_ITEMS = st.lists(
    st.fixed_dictionaries({"b": _VALUES, "m": _NUMBERS, "ys": st.lists(_VALUES, max_size=2)}), max_size=3
)
_DATA = st.fixed_dictionaries(
    {"a": _VALUES, "n": _NUMBERS, "c": st.sampled_from(["", "x"]), "t": st.booleans(), "xs": _ITEMS}
)
_ROOT_TESTS = ["c", "not c", "t", "xs", "a == 'x'", "a != 'x' and n > 4", "n <= 3", "n in [1, 2]"]


def _conditions(inner: st.SearchStrategy[str], tests: Sequence[str]) -> st.SearchStrategy[str]:
    test = st.sampled_from(tests)
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% endif %}}".format, test, inner),
        st.builds(
            "{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, st.sampled_from(tests[:1]), inner, inner
        ),
        st.builds(
            "{{% if {} %}}{}{{% elif {} %}}{}{{% else %}}{}{{% endif %}}".format,
            st.sampled_from(tests[:2]),
            inner,
            st.sampled_from(tests[:2]),
            inner,
            inner,
        ),
    )


def _joined(*choices: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(*choices), min_size=1, max_size=3).map("".join)


def _fields(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{{{{ {name} }}}}" for name in names])


_OF_TEXTS = _joined(_WORDS, _fields("y", "loop.index", "x.b", "x.m", "a"))
_OF_OBJECTS = _joined(
    _WORDS,
    _fields("x.b", "x['m']", "loop.index", "a", "n"),
    st.builds("{{% for y in x.ys %}}{}{{% endfor %}}".format, _OF_TEXTS),
    _conditions(
        _joined(_WORDS, _fields("x.b")), ["x.m > 4", "not loop.last", "loop.first", "x.b == 'y'", "c"]
    ),
)
_LINES = _joined(
    _WORDS,
    _fields("a", "n"),
    st.builds("{{% for x in xs %}}{}{{% endfor %}}".format, _OF_OBJECTS),
    st.builds("{{% for x in xs %}}{}{{% else %}}{}{{% endfor %}}".format, _OF_OBJECTS, _fields("a")),
    _conditions(_joined(_WORDS, _fields("a", "n")), _ROOT_TESTS),
    st.just("{# a remark #}"),
)
_MOST = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _ours(template: str | bytes, data: dict[str, Any], tool: str = "docxtpl") -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        converted = convert(folder, template, tool)
        assert converted.report.is_whole, (converted.left, converted.report.problems)
        # An item of which the template takes nothing is no error here.
        run = run_open(folder / "run", converted.file.read_bytes(), data, Options(unused="allow"))
        assert run.result.exit_code == 0
        out = folder / "out.docx"
        out.write_bytes(run.files["out.docx"])
        return texts_of(out)


@given(_LINES, _DATA)
@_MOST
def test_a_line_reads_as_jinja_makes_it(line: str, data: dict[str, Any]) -> None:
    wanted = jinja2.Environment(autoescape=False).from_string(line).render(data)
    text = "".join(_ours(docx(p(line)), data))
    # A paragraph of blocks and blanks alone goes where all came out empty.
    assert text == wanted or not (text.strip() or wanted.strip())


_BODIES = st.lists(
    st.one_of(
        _LINES.map(p),
        st.builds(
            lambda test, line: p(f"{{%p if {test} %}}") + p(line) + p("{%p endif %}"),
            st.sampled_from(_ROOT_TESTS),
            _LINES,
        ),
        _OF_OBJECTS.map(lambda line: p("{%p for x in xs %}") + p(line) + p("{%p endfor %}")),
        _OF_OBJECTS.map(
            lambda line: tbl(
                tr(tc("head"), tc("")),
                tr(tc("{%tr for x in xs %}"), tc("")),
                tr(tc(line), tc("{{ x.b }}")),
                tr(tc("{%tr endfor %}"), tc("")),
            )
        ),
    ),
    min_size=1,
    max_size=3,
).map("".join)


@given(_BODIES, _DATA)
@settings(_MOST, max_examples=25)
def test_paragraphs_and_rows_read_as_docxtpl_makes_them(body: str, data: dict[str, Any]) -> None:
    require_package("docxtpl")
    import docxtpl

    template = docx(body)
    theirs = docxtpl.DocxTemplate(io.BytesIO(template))
    theirs.render(json.loads(json.dumps(data)), autoescape=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "theirs.docx"
        theirs.save(file)
        wanted = [text for text in texts_of(file) if text.strip()]
    assert [text for text in _ours(template, data) if text.strip()] == wanted


def _merge_field(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("«x»")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


@pytest.mark.parametrize(
    ("instruction", "data"),
    [
        ("MERGEFIELD A", {"A": "v"}),
        ("MERGEFIELD A \\* Upper", {"A": "ab c"}),
        ("MERGEFIELD A \\* Caps \\* MERGEFORMAT", {"A": "ab c"}),
        ('MERGEFIELD A \\b "x " \\f " y"', {"A": "v"}),
        ('MERGEFIELD A \\b "x " \\f " y"', {"A": ""}),
        ('MERGEFIELD A \\@ "yyyy-MM-dd"', {"A": "2026-05-06"}),
    ],
)
def test_a_merge_field_reads_as_docx_mailmerge_makes_it(
    tmp_path: Path, instruction: str, data: dict[str, str]
) -> None:
    require_package("mailmerge")
    from mailmerge import MailMerge

    # docx-mailmerge asks for a part with settings.
    template = docx(p(r("["), _merge_field(instruction), r("]")), stories={"settings": "<w:zoom/>"})
    source, file = tmp_path / "template.docx", tmp_path / "theirs.docx"
    source.write_bytes(template)
    with MailMerge(str(source)) as theirs:
        theirs.merge(**data)
        theirs.write(str(file))
    assert _ours(template, data, "mailmerge") == texts_of(file)
