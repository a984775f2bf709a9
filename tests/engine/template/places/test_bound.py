"""Content controls that show data: the data gets the control's value, so that Word shows it."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.integrity.finished_job import FinishedJob, finish
from tests.engine.template.places.packages import (
    STORE,
    bound_control,
    custom_data,
    package,
)

ITEM = "customXml/item1.xml"
_CORE = "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}"


def _data(inner: str) -> str:
    return f'<root xmlns="urn:x">{inner}</root>'


@pytest.mark.parametrize(
    ("inner", "xpath", "content", "after", "address"),
    [
        ("<name>【NAME】</name>", "/n:root[1]/n:name[1]", "【NAME】", "<name>李明</name>", "name[0]"),
        ("<name/>", "/n:root[1]/n:name[1]", "【NAME】", "<name>李明</name>", "name[0]"),
        ("<name></name>", "/n:root/n:name", "【NAME】", "<name>李明</name>", "name[0]"),
        (
            "<name>old</name>",
            "/n:root[1]/n:name[1]",
            "组长：【NAME】!",
            "<name>组长：李明!</name>",
            "name[0]",
        ),
        (
            "<name>a</name><name />",
            "/n:root[1]/n:name[2]",
            "【NAME】",
            "<name>a</name><name >李明</name>",
            "name[1]",
        ),
        (
            "<b><name/></b><name>b</name>",
            "/n:root[1]/n:name[1]",
            "【NAME】",
            "<b><name/></b><name>李明</name>",
            "name[1]",
        ),
        ('<name a="x"/>', "/n:root[1]/n:name[1]/@a", "【NAME】", '<name a="李明"/>', "name[0]@a"),
        ('<name a="【NAME】"/>', "/n:root[1]/n:name[1]/@a", "【NAME】", '<name a="李明"/>', "name[0]@a"),
    ],
)
def test_the_data_gets_the_value(
    tmp_path: Path, inner: str, xpath: str, content: str, after: str, address: str
) -> None:
    job = finish(tmp_path, custom_data(bound_control(content, xpath), _data(inner)), {"NAME": "李明"})
    assert job.part(ITEM).endswith(_data(after))
    assert "李明" in job.part()
    assert job.integrity["exactness"] == "bytes"
    assert f"{ITEM}#{address}" in [entry["paragraph_path"] for entry in job.log["entries"]]
    # A document that was saved again.
    saved = job.with_part(job.part(ITEM) + "\n", ITEM)
    assert (saved.proof().verdict, saved.proof().exactness) == ("intact", "canonical")


@pytest.mark.parametrize(
    "changes",
    [
        {"new_text": "another"}, {"original_text": "x"}, {"end": 4},
        {"bound_control": "word/document.xml#sdt[1]"},
        {"bound_control": "word/other.xml#sdt[0]"}, {"paragraph_path": f"{ITEM}#other[0]"},
    ],
)  # fmt: skip
def test_a_log_that_says_otherwise_is_a_violation(tmp_path: Path, changes: dict[str, object]) -> None:
    template = custom_data(bound_control("【NAME】"), _data("<name>old</name><other>old</other>"))
    job = finish(tmp_path, template, {"NAME": "李明"})
    *others, entry = job.log["entries"]
    assert entry["bound_control"] == "word/document.xml#sdt[0]"
    log = {**job.log, "entries": [*others, {**entry, **changes}]}
    assert FinishedJob(job.template, job.document, log, job.report, {}).proof().verdict == "violated"


def test_data_of_a_core_property_gets_the_value(tmp_path: Path) -> None:
    core = (
        "<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title></dc:title></cp:coreProperties>'
    )
    prefixes = (
        "xmlns:ns0='http://purl.org/dc/elements/1.1/' "
        "xmlns:ns1='http://schemas.openxmlformats.org/package/2006/metadata/core-properties'"
    )
    control = bound_control("【NAME】", "/ns1:coreProperties[1]/ns0:title[1]", store=_CORE, prefixes=prefixes)
    template = package(
        control,
        parts={"docProps/core.xml": core},
        types={"/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml"},
    )
    job = finish(tmp_path, template, {"NAME": "李明"})
    assert "<dc:title>李明</dc:title>" in job.part("docProps/core.xml")
    assert job.integrity["exactness"] == "bytes"


def test_two_controls_of_the_same_data_write_it_once(tmp_path: Path) -> None:
    body = bound_control("【NAME】") + bound_control("【NAME】")
    job = finish(tmp_path, custom_data(body, _data("<name/>")), {"NAME": "李明"})
    assert [entry.get("part") for entry in job.log["entries"]] == [None, None, ITEM]


def test_two_controls_with_other_texts_of_the_same_data_are_reported(tmp_path: Path) -> None:
    body = bound_control("【NAME】") + bound_control("【TITLE】")
    job = finish(tmp_path, custom_data(body, _data("<name/>")), {"NAME": "李明", "TITLE": "x"})
    assert job.part(ITEM).endswith(_data("<name>李明</name>"))
    *_, entry = job.log["entries"]
    assert (entry["kind"], entry["paragraph_path"]) == ("unfillable", "word/document.xml#sdt[1]")


@pytest.mark.parametrize("around", [False, True])
def test_data_gets_a_list_as_it_stands_in_the_paragraph_of_the_control(tmp_path: Path, around: bool) -> None:
    control = bound_control("【NAME】").replace("<w:p>", "<w:p><w:r><w:t>附件：</w:t></w:r>")
    if around:
        control = bound_control("附【NAME】").replace("<w:p>", "").replace("</w:p>", "")
        control = control.replace("<w:r>", "<w:p><w:r>").replace("</w:r>", "</w:r></w:p>")
    values: Any = {"NAME": ["甲", "乙"]}
    # Elsewhere the list is written otherwise.
    template = custom_data("<w:p><w:r><w:t>【NAME】</w:t></w:r></w:p>" + control, _data("<name/>"))
    job = finish(tmp_path, template, values)
    assert "甲, 乙" in job.part()
    assert job.part(ITEM).endswith(_data("<name>附甲、乙</name>" if around else "<name>甲、乙</name>"))


def test_data_gets_all_lines_where_another_paragraph_is_repeated_for_each(tmp_path: Path) -> None:
    body = bound_control("【NAME】") + "<w:p><w:r><w:t>【NAME】</w:t></w:r></w:p>"
    job = finish(tmp_path, custom_data(body, _data("<name/>")), {"NAME": "一\n二"}, lines="paragraphs")
    assert job.part(ITEM).endswith(_data("<name>一\n二</name>"))
    assert job.integrity["exactness"] == "bytes"


def test_a_repeating_section_leaves_its_data_to_the_controls_in_it(tmp_path: Path) -> None:
    section = bound_control("【NAME】", "/n:root[1]/n:name", tag="w15:dataBinding")
    section = section.replace("</w:sdtPr>", "<w15:repeatingSection/></w:sdtPr>", 1)
    inner = bound_control("【NAME】")
    control = inner[inner.index("<w:sdt>") : inner.index("</w:sdt>") + len("</w:sdt>")]
    run = section[section.index("<w:sdtContent>") + len("<w:sdtContent>") : section.index("</w:sdtContent>")]
    template = custom_data(section.replace(run, control), _data("<name>【NAME】</name>"))
    job = finish(tmp_path, template, {"NAME": "李明"})
    assert {entry["status"] for entry in job.log["entries"]} == {"replaced"}
    assert job.part(ITEM).endswith(_data("<name>李明</name>"))


def test_data_that_is_markup_written_as_text_is_reported_and_stays(tmp_path: Path) -> None:
    data = _data("<name>&lt;w:t&gt;【NAME】&lt;/w:t&gt;</name>")
    job = finish(tmp_path, custom_data("<w:p/>", data), {"NAME": "a & b"})
    assert job.part(ITEM).endswith(data)
    assert [entry["kind"] for entry in job.log["entries"]] == ["unfillable"]


def test_data_is_not_written_where_a_value_is_missing(tmp_path: Path) -> None:
    job = finish(
        tmp_path, custom_data(bound_control("【NAME】【TITLE】"), _data("<name/>")), {"NAME": "李明"}
    )
    assert job.part(ITEM).endswith(_data("<name/>"))


@pytest.mark.parametrize(
    ("inner", "xpath", "tag"),
    [
        ("<name/>", "//n:name", "w:dataBinding"),
        ("<name/>", "/n:root[1]/n:name[last()]", "w:dataBinding"),
        ("<name/>", "/n:root[1]/n:name[1]", "w15:dataBinding"),
        ("<name><b/></name>", "/n:root[1]/n:name[1]", "w:dataBinding"),
    ],
)
def test_data_that_cannot_be_told_is_reported(tmp_path: Path, inner: str, xpath: str, tag: str) -> None:
    template = custom_data(bound_control("【NAME】", xpath, tag=tag), _data(inner))
    job = finish(tmp_path, template, {"NAME": "李明"})
    entry = job.log["entries"][-1]
    assert (entry["status"], entry["kind"]) == ("unsupported", "unfillable")
    assert entry["paragraph_path"] == "word/document.xml#sdt[0]"
    assert entry["place"] == "content control bound to data"


@pytest.mark.parametrize(
    "control",
    [
        bound_control("【NAME】", store="{22222222-2222-2222-2222-222222222222}"),
        bound_control("【NAME】", "/n:root[1]/n:other[1]"),
    ],
)
def test_a_binding_that_leads_nowhere_changes_nothing(tmp_path: Path, control: str) -> None:
    job = finish(tmp_path, custom_data(control, _data("<name/>")), {"NAME": "李明"})
    assert [entry["status"] for entry in job.log["entries"]] == ["replaced"]
    assert job.part(ITEM).endswith(_data("<name/>"))


def test_a_binding_without_an_id_means_the_first_data_that_has_the_path(tmp_path: Path) -> None:
    template = custom_data(bound_control("【NAME】", store=""), _data("<name/>"), store=STORE)
    job = finish(tmp_path, template, {"NAME": "李明"})
    assert job.part(ITEM).endswith(_data("<name>李明</name>"))
    assert job.integrity["exactness"] == "bytes"


@pytest.mark.parametrize(
    ("attributes", "after"),
    [
        ("xmlns:a='urn:y' a='x'", "xmlns:a='urn:y' a='李明'"),
        ("b=\" a='x' \" a='y'", "b=\" a='x' \" a='李明'"),
    ],
)
def test_the_attribute_itself_is_written(tmp_path: Path, attributes: str, after: str) -> None:
    control = bound_control("【NAME】", "/n:root[1]/n:name[1]/@a")
    job = finish(tmp_path, custom_data(control, _data(f"<name {attributes}/>")), {"NAME": "李明"})
    assert job.part(ITEM).endswith(_data(f"<name {after}/>"))
    assert job.integrity["exactness"] == "bytes"


def test_attributes_that_differ_in_their_namespaces_alone_are_reported(tmp_path: Path) -> None:
    control = bound_control("【NAME】", "/n:root[1]/n:name[1]/@a")
    data = _data("<name xmlns:q='urn:q' q:a='x' a='y'/>")
    job = finish(tmp_path, custom_data(control, data), {"NAME": "李明"})
    assert job.part(ITEM).endswith(data)
    assert job.log["entries"][-1]["kind"] == "unfillable"


def test_a_position_of_thousands_of_digits_is_reported(tmp_path: Path) -> None:
    control = bound_control("【NAME】", f"/n:root[1]/n:name[{'1' * 5000}]")
    job = finish(tmp_path, custom_data(control, _data("<name/>")), {"NAME": "李明"})
    assert job.log["entries"][-1]["kind"] == "unfillable"


def test_paths_through_too_many_elements_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docops_flask.engine.template.places.bound.MOST_LOOKED_AT", 6)
    controls = bound_control("【NAME】") + bound_control("【NAME】", "/n:root/n:name/n:last")
    job = finish(tmp_path, custom_data(controls, _data("<name/>" * 10)), {"NAME": "李明"})
    assert job.part(ITEM).endswith(_data("<name>李明</name>" + "<name/>" * 9))
    assert job.log["entries"][-1]["kind"] == "unfillable"


@pytest.mark.parametrize(
    "hidden",
    [
        '<w:moveFrom w:id="1"><w:r><w:t>【A】</w:t><w:br/></w:r></w:moveFrom>',
        "<w:sdt><w:sdtPr><w:text><w:t>【A】</w:t></w:text></w:sdtPr><w:sdtContent/></w:sdt>",
    ],
)
def test_what_a_control_does_not_show_is_no_data(tmp_path: Path, hidden: str) -> None:
    control = bound_control("【NAME】").replace("<w:sdtContent>", f"<w:sdtContent>{hidden}")
    job = finish(tmp_path, custom_data(control, _data("<name/>")), {"NAME": "李明", "A": "x"})
    assert job.part(ITEM).endswith(_data("<name>李明</name>"))
    assert job.integrity["exactness"] == "bytes"


@pytest.mark.parametrize("around", ["w:sdtContent", "w:text"])
def test_a_binding_elsewhere_than_in_the_properties_is_none(tmp_path: Path, around: str) -> None:
    control = bound_control("【NAME】").replace("w:sdtPr>", f"{around}>")
    job = finish(tmp_path, custom_data(control, _data("<name>old</name>")), {"NAME": "李明"})
    assert job.part(ITEM).endswith(_data("<name>old</name>"))


@pytest.mark.parametrize(
    ("content", "after"),
    [
        ("【NA\u200bME】", "李明\n王芳"),
        ("a【NAME】b【NAME】", "a李明\n王芳b李明\n王芳"),
        (
            "</w:t></w:r><w:r><w:ruby><w:rt><w:r><w:t>【NAME】</w:t></w:r></w:rt></w:ruby></w:r><w:r><w:t>b",
            "李明\n王芳b",
        ),
    ],
)
def test_the_data_gets_the_value_however_it_is_written(tmp_path: Path, content: str, after: str) -> None:
    body = bound_control(content) + "<w:p><w:r><w:t>【NAME】</w:t></w:r></w:p>"
    for lines in ("breaks", "paragraphs"):
        template = custom_data(body, _data("<name/>"))
        job = finish(tmp_path, template, {"NAME": "李明\n王芳"}, lines=lines)
        assert job.part(ITEM).endswith(_data(f"<name>{after}</name>"))
        assert job.integrity["verdict"] == "intact"


def test_a_value_that_stands_in_no_paragraph_is_told_by_the_data(tmp_path: Path) -> None:
    control = bound_control("a【NAME】b【NAME】c").replace("<w:sdtContent>", "<w:other><w:sdtContent>")
    control = control.replace("</w:sdtContent>", "</w:sdtContent></w:other>")
    job = finish(tmp_path, custom_data(control, _data("<name/>")), {"NAME": "李明"})
    assert job.part(ITEM).endswith(_data("<name>a李明b李明c</name>"))
    assert job.integrity["verdict"] == "intact"
