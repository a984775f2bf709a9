"""The formats as ``/v1/meta`` lists them: all there are, and each example is what the engine makes."""

from typing import Any

import pytest

from docops_flask.engine.template.field_values import field_values
from docops_flask.engine.template.formats.described import describe_formats
from docops_flask.engine.template.formats.table import FORMATS, Format, rule_of
from docops_flask.engine.template.rich.markers import text_in
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tags import read_tag


def test_every_format_and_one_pattern_of_each_kind_is_listed() -> None:
    listed = describe_formats()
    assert [each["name"] for each in listed if not each["is_pattern"]] == list(FORMATS)
    patterns = [each for each in listed if each["is_pattern"]]
    assert [each["takes"] for each in patterns] == ["date", "number"]
    assert all(rule_of(Format(each["name"])) for each in patterns)
    assert {each["name"] for each in listed if each["has_argument"]} == {"缺省", "分隔", "合计", "前", "后"}


@pytest.mark.parametrize("listed", describe_formats(), ids=lambda each: each["name"])
def test_an_example_is_what_the_engine_makes_of_it(listed: dict[str, Any]) -> None:
    example, inner = listed["example"], listed["example"]["tag"][1:-1]
    tag = read_tag(inner)
    assert isinstance(tag, Tag)
    assert tag.path is not None
    (written,) = tag.formats
    assert listed["is_pattern"] or written.name == listed["name"]
    payload = {tag.path.names[0]: example["value"]}
    values = field_values([inner], payload).values
    assert {name: text_in(text) for name, text in values.items()} == {inner: example["text"]}
    assert set(listed["description"]) == {"en", "zh"}
