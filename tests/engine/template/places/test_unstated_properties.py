"""Content controls that show a document property which the package lacks: it is added, or told."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.engine.integrity.finished_job import FinishedJob, finish
from tests.engine.native.word_controls import TEXT, box, control, date
from tests.engine.open_jobs import run_open
from tests.engine.template.places.packages import bound_control, package
from tests.factories import p, r

_CORE = "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}"
_APP = "{6668398D-A668-4E3E-A5EB-62B293D839F1}"
_CP = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_EP = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_EP_TYPE = "application/vnd.openxmlformats-officedocument.extended-properties+xml"


_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_DC = "http://purl.org/dc/elements/1.1/"
_STRICT_EP = "http://purl.oclc.org/ooxml/officeDocument/extendedProperties"
_CP_ROOT = f'<cp:coreProperties xmlns:cp="{_CP}">'
_EMPTY = f"{_CP_ROOT}</cp:coreProperties>"
_DEFAULT = f'<coreProperties xmlns="{_CP}"></coreProperties>'
_NO_APP = f'<Properties xmlns="{_EP}"></Properties>'
_PREFIXES = f"xmlns:c='{_CP}' xmlns:d='{_DC}' xmlns:e='{_EP}' xmlns:s='{_STRICT_EP}'"


def _shows_property(path: str, text: str = "【NAME】") -> str:
    """A control that shows the property at ``path``: c:, d: for core properties, e:, s: for the others."""
    store = _CORE if path.startswith("/c:") else _APP
    return bound_control(text, path, store=store, prefixes=_PREFIXES)


def _with_properties(body: str, core: str | None = None, app: str | None = None) -> bytes:
    parts = {"docProps/core.xml": core, "docProps/app.xml": app}
    types = {"/docProps/core.xml": _CORE_TYPE, "/docProps/app.xml": _EP_TYPE}
    stated = {name: content for name, content in parts.items() if content is not None}
    return package(body, parts=stated, types={f"/{name}": types[f"/{name}"] for name in stated})


@pytest.mark.parametrize(
    ("path", "start", "inner", "added", "address"),
    [
        ("/c:coreProperties[1]/c:category[1]", _CP_ROOT, "",
         "<cp:category>李明</cp:category>", "category[0]"),
        # Beside others, and without positions.
        ("/c:coreProperties/c:contentStatus", _CP_ROOT, "<cp:revision>1</cp:revision>",
         "<cp:contentStatus>李明</cp:contentStatus>", "contentStatus[0]"),
        ("/c:coreProperties[1]/d:title[1]", f'<cp:coreProperties xmlns:cp="{_CP}" xmlns:dc="{_DC}">',
         "<cp:keywords>a</cp:keywords>", "<dc:title>李明</dc:title>", "title[0]"),
        # One of the same name that is another property.
        ("/c:coreProperties[1]/d:subject[1]",
         f'<coreProperties xmlns="{_CP}" xmlns:d="urn:x" xmlns:e="{_DC}">', "<subject>a</subject>",
         "<e:subject>李明</e:subject>", "subject[1]"),
        # The root has several prefixes for the namespace, or none.
        ("/c:coreProperties[1]/c:keywords[1]", f'<b:coreProperties xmlns:a="{_CP}" xmlns:b="{_CP}">', "",
         "<b:keywords>李明</b:keywords>", "keywords[0]"),
        ("/c:coreProperties[1]/d:creator[1]",
         f'<b:coreProperties xmlns:b="{_CP}" xmlns:x="{_DC}" xmlns:y="{_DC}">', "",
         "<x:creator>李明</x:creator>", "creator[0]"),
        ("/c:coreProperties[1]/d:description[1]", _CP_ROOT, "",
         f'<description xmlns="{_DC}">李明</description>', "description[0]"),
        ("/e:Properties[1]/e:Manager[1]", f'<Properties xmlns="{_EP}">', "<Company>a</Company>",
         "<Manager>李明</Manager>", "Manager[0]"),
        ("/s:Properties[1]/s:Company[1]", f'<Properties xmlns="{_STRICT_EP}">', "",
         "<Company>李明</Company>", "Company[0]"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("behind", ["", "\n"])
def test_a_property_that_the_document_does_not_state_is_added(
    tmp_path: Path, path: str, start: str, inner: str, added: str, address: str, behind: str
) -> None:
    end = f"</{start[1:].split(maxsplit=1)[0]}>{behind}"
    part = "docProps/core.xml" if path.startswith("/c:") else "docProps/app.xml"
    given = {part[9:-4]: f"{start}{inner}{end}"}
    job = finish(tmp_path, _with_properties(_shows_property(path), **given), {"NAME": "李明"})
    assert job.part(part).endswith(f"{start}{inner}{added}{end}")
    entry = job.log["entries"][1]
    assert (entry["status"], entry["original_text"], entry["new_text"]) == ("replaced", "", "李明")
    assert (entry["paragraph_path"], entry["bound_control"]) == (
        f"{part}#{address}",
        "word/document.xml#sdt[0]",
    )
    assert (job.integrity["verdict"], job.integrity["exactness"]) == ("intact", "bytes")
    # A document that was saved again.
    saved = job.with_part(job.part(part).replace(added, f"{added} "), part)
    assert (saved.proof().verdict, saved.proof().exactness) == ("violated", "canonical")
    saved = job.with_part(job.part(part) + "\n", part)
    assert (saved.proof().verdict, saved.proof().exactness) == ("intact", "canonical")


def test_several_properties_are_added_in_the_order_of_their_controls(tmp_path: Path) -> None:
    start, end = f'<cp:coreProperties xmlns:cp="{_CP}" xmlns:dc="{_DC}">', "</cp:coreProperties>"
    body = "".join(
        _shows_property(f"/c:coreProperties[1]/{name}[1]", text)
        for name, text in (
            ("d:title", "【A】"),
            ("c:category", "【B】：【A】"),
            ("d:creator", "【B】"),
            ("d:title", "【A】"),
        )
    )
    job = finish(tmp_path, _with_properties(body, f"{start}{end}"), {"A": "<甲>", "B": "乙"})
    assert job.part("docProps/core.xml").endswith(
        f"{start}<dc:title>&lt;甲&gt;</dc:title><cp:category>乙：&lt;甲&gt;</cp:category>"
        f"<dc:creator>乙</dc:creator>{end}"
    )
    assert job.integrity["exactness"] == "bytes"


def test_controls_with_other_texts_of_an_added_property_are_reported(tmp_path: Path) -> None:
    path = "/c:coreProperties[1]/c:category[1]"
    core = _EMPTY
    job = finish(
        tmp_path, _with_properties(_shows_property(path) + _shows_property(path, "【TITLE】"), core),
        {"NAME": "李明", "TITLE": "x"},
    )  # fmt: skip
    assert "<cp:category>李明</cp:category>" in job.part("docProps/core.xml")
    *_, entry = job.log["entries"]
    assert (entry["kind"], entry["paragraph_path"]) == ("unfillable", "word/document.xml#sdt[1]")


def test_a_property_is_not_added_without_a_value(tmp_path: Path) -> None:
    core = _EMPTY
    job = finish(tmp_path, _with_properties(_shows_property("/c:coreProperties[1]/c:category[1]"), core), {})
    assert job.part("docProps/core.xml") == core


@pytest.mark.parametrize(
    ("path", "given"),
    [
        # No part, one whose root is written as an empty element, one with more behind it.
        ("/c:coreProperties[1]/c:category[1]", {}),
        ("/c:coreProperties[1]/c:category[1]", {"core": f'<cp:coreProperties xmlns:cp="{_CP}"/>'}),
        ("/c:coreProperties[1]/c:category[1]",
         {"core": f'{_EMPTY}<!-- </x> -->'}),
        # Another root, no property with text that Word shows, in another namespace, the second of its kind.
        ("/e:coreProperties[1]/e:category[1]", {"app": _NO_APP}),
        ("/c:coreProperties[1]/c:revision[1]", {"core": _DEFAULT}),
        ("/c:coreProperties[1]/c:title[1]", {"core": _DEFAULT}),
        ("/c:coreProperties[1]/c:category[2]", {"core": _DEFAULT}),
        ("/c:coreProperties[1]/c:a[1]/c:category[1]", {"core": _DEFAULT}),
        ("/e:Properties[1]/e:Pages[1]", {"app": _NO_APP}),
        ("/e:Properties[1]/e:Manager[1]", {}),
    ],
)  # fmt: skip
def test_a_property_that_cannot_be_added_is_told(tmp_path: Path, path: str, given: Mapping[str, str]) -> None:
    job = finish(tmp_path, _with_properties(_shows_property(path), **given), {"NAME": "李明"})
    assert [entry["status"] for entry in job.log["entries"]] == ["replaced", "unsupported"]
    told = job.log["entries"][1]
    assert (told["kind"], told["place"]) == ("unfillable", "content control bound to data")
    assert "Word would show it as empty" in told["reason"]
    assert job.integrity["verdict"] == "intact"


@pytest.mark.parametrize(
    "changes",
    [
        {"new_text": "another"}, {"original_text": "x"}, {"end": 1}, {"start": 1}, {"field_name": "OTHER"},
        {"bound_control": "word/document.xml#sdt[1]"}, {"bound_control": "word/document.xml#sdt[2]"},
        {"paragraph_path": "docProps/core.xml#category[1]"},
        {"paragraph_path": "docProps/core.xml#keywords[0]"},
    ],
)  # fmt: skip
def test_a_log_that_says_otherwise_of_an_added_property_is_a_violation(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    body = _shows_property("/c:coreProperties[1]/c:category[1]") + bound_control("x")
    core = _EMPTY
    job = finish(tmp_path, _with_properties(body, core), {"NAME": "李明"})
    first, entry = job.log["entries"]
    assert job.proof().verdict == "intact"
    log = {**job.log, "entries": [first, {**entry, **changes}]}
    assert FinishedJob(job.template, job.document, log, job.report, {}).proof().verdict == "violated"


@pytest.mark.parametrize(
    "core",
    [
        _EMPTY,
        f'<cp:coreProperties xmlns:cp="{_CP}"><cp:category>王</cp:category></cp:coreProperties>',
        f'<cp:coreProperties xmlns:cp="{_CP}"><cp:category>李明</cp:category><cp:category>李明</cp:category>'
        "</cp:coreProperties>",
        f'<cp:coreProperties xmlns:cp="{_CP}"><category xmlns="urn:x">李明</category></cp:coreProperties>',
        f'<cp:coreProperties xmlns:cp="{_CP}"><cp:keywords>李明</cp:keywords></cp:coreProperties>',
    ],
)
def test_another_property_than_the_log_says_is_a_violation(tmp_path: Path, core: str) -> None:
    template = _with_properties(
        _shows_property("/c:coreProperties[1]/c:category[1]"),
        _EMPTY,
    )
    job = finish(tmp_path, template, {"NAME": "李明"})
    assert job.with_part(core, "docProps/core.xml").proof().verdict == "violated"
    # Nor is a property part of the document that no entry tells of.
    log = {**job.log, "entries": job.log["entries"][:1]}
    assert FinishedJob(job.template, job.document, log, job.report, {}).proof().verdict == "violated"


def _of_field(name: str, path: str, kind: str) -> str:
    """A control that is a field by its name, bound to the property at ``path``."""
    binding = f'<w:dataBinding w:storeItemID="{_CORE}" w:xpath="{path}" w:prefixMappings="{_PREFIXES}"/>'
    return control(name, r("☐"), kind, more=binding)


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [(TEXT, "v & w", "v &amp; w"), (date(), "2026-05-06", "2026-05-06T00:00:00"), (box(), True, "true")],
)
@pytest.mark.parametrize("name", ["A", "甲方"])
def test_a_control_that_is_a_field_adds_the_property_too(
    tmp_path: Path, kind: str, value: object, stored: str, name: str
) -> None:
    template = _with_properties(p(_of_field(name, "/c:coreProperties[1]/c:contentStatus[1]", kind)), _EMPTY)
    run = run_open(tmp_path, template, {name: value})
    added = f"<cp:contentStatus>{stored}</cp:contentStatus></cp:coreProperties>"
    assert run.part("docProps/core.xml").decode().endswith(added)
    assert run.json("out.integrity.json")["exactness"] == "bytes"
    assert run.result.exit_code == 0


@pytest.mark.parametrize(("values", "code"), [(("v", "v"), 0), (("v", "w"), 3)])
def test_copies_add_a_property_once_or_are_told(tmp_path: Path, values: tuple[str, str], code: int) -> None:
    of_item = p(_of_field("A", "/c:coreProperties[1]/c:category[1]", TEXT))
    template = _with_properties(p("【#R】") + of_item + p("【/R】"), _EMPTY)
    run = run_open(tmp_path, template, {"R": [{"A": value} for value in values]})
    assert (run.part("docProps/core.xml").decode() == _EMPTY) == bool(code)
    assert run.result.exit_code == code
    assert run.json("out.integrity.json")["verdict"] == "intact"
