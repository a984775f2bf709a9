"""What inspect says of tags in the results of fields: Word may compute these anew."""

from pathlib import Path

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect
from tests.engine.native.filled_controls import OLD
from tests.engine.native.word_controls import control
from tests.engine.native.word_fields import complex_field, merge_field
from tests.factories import docx, p, r

_IF = complex_field(' IF 1 = 1 "x" "y" ', r("【NAME】"))
_TEXT = complex_field(" FORMTEXT ", r("x"), data='<w:ffData><w:name w:val="NAME"/><w:textInput/></w:ffData>')


@pytest.mark.parametrize(
    ("body", "places"),
    [
        (p(_IF) + p(merge_field("NAME")), ["p0:r3"]),
        (p(_IF, merge_field("NAME")), ["p0:r3"]),
        (p(merge_field("NAME")) + p(_IF), ["p1:r3"]),
        (p(_TEXT), []),
        (p(_TEXT) + p(_IF), ["p1:r3"]),
        (p(complex_field(" DATE ", r("x"), control("NAME", OLD))), ["p0:r4"]),
    ],
)
def test_a_tag_in_a_result_is_told_unless_it_is_that_of_the_field(
    tmp_path: Path, body: str, places: list[str]
) -> None:
    file = tmp_path / "template.docx"
    file.write_bytes(docx(body))
    problems = inspect(Job(JobKind.INSPECT, ()), file).as_dict()["problems"]
    assert [each["place"] for each in problems if each["code"] == "FIELD_RESULT"] == places
