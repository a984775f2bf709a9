"""Values that hold the text of a mark's tag: shown, or refused where they could not be told apart."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from tests.engine.native.filled_controls import OLD, body_of, filled
from tests.engine.native.word_controls import control
from tests.engine.native.word_fields import complex_field, merge_field
from tests.engine.open_jobs import run_open
from tests.factories import docx, p, r

_TEXT = complex_field(" FORMTEXT ", r("x"), data='<w:ffData><w:name w:val="A"/><w:textInput/></w:ffData>')


@pytest.mark.parametrize("mark", [merge_field("A"), control("A", OLD), _TEXT])
@pytest.mark.parametrize("value", ["a\t【A】", "【A】\tb", "\t【A|换行】\t", "see 【A】", "【A】【A】"])
def test_a_value_with_the_text_of_a_tag_is_shown(tmp_path: Path, mark: str, value: str) -> None:
    run = filled(tmp_path, p("x ", mark), {"A": value})
    written = body_of(run).replace("<w:tab/>", "\t").replace("</w:t>", "").replace("<w:t>", "")
    assert value in written
    assert ">x<" not in body_of(run)
    assert run.result.exit_code == 0


def test_a_value_that_names_the_markers_is_shown(tmp_path: Path) -> None:
    value = '<w:r docops-mark="0">'
    run = run_open(tmp_path, docx(p(control("A", OLD), merge_field("B"))), {"A": value, "B": value})
    assert run.paragraphs() == ['&lt;w:r docops-mark="0"&gt;' * 2]
    assert run.result.exit_code == 0


@pytest.mark.parametrize(
    ("mark", "payload"),
    [
        (merge_field("A"), {"A": "【A】"}),
        (merge_field("A"), {"A": "one\n【A】"}),
        (merge_field("A", "\\* Upper"), {"A": "【a|大写字母】"}),
        (merge_field("A") + merge_field("B"), {"A": "【B】", "B": "2"}),
        (control("A", OLD), {"A": "【A】"}),
    ],
)
def test_a_line_that_is_a_tag_is_refused(tmp_path: Path, mark: str, payload: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        filled(tmp_path, p(mark), payload)
    [error] = caught.value.detail["errors"]
    assert error["path"] == "$.payload.A"
