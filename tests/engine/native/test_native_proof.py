"""The proof of native marks: the log is held against the template, the document against both."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.proof import prove
from docops_flask.engine.integrity.verdict import Proof
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader
from tests.engine.native.word_fields import complex_field, merge_field, simple
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, package, r, tbl, tc, tr

_DATA = '<w:ffData><w:name w:val="{}"/>{}</w:ffData>'
BOX = complex_field(" FORMCHECKBOX ", data=_DATA.format("Box", "<w:checkBox><w:sizeAuto/></w:checkBox>"))
LIST = complex_field(
    " FORMDROPDOWN ",
    data=_DATA.format("List", '<w:ddList><w:listEntry w:val="x"/><w:listEntry w:val="y"/></w:ddList>'),
)
TEXT = complex_field(" FORMTEXT ", r("   "), data=_DATA.format("Text", "<w:textInput/>"))
ROW = tr(tc(p(merge_field("TableStart:L"), merge_field("C"))), tc(p(BOX, merge_field("TableEnd:L"))))
BODY = (
    p("a ", merge_field("A", "\\* Upper"), " b ", simple("MERGEFIELD B", r("«B»", "<w:i/>")))
    + p(TEXT, LIST)
    + tbl(ROW)
    + p("end")
)
PAYLOAD = {"A": "v", "Text": "t", "List": "y", "L": [{"C": "1", "Box": True}, {"C": "2", "Box": False}]}


class Done:
    """A finished job whose log and document may be tampered with."""

    def __init__(self, folder: Path) -> None:
        self.run: OpenRun = run_open(folder, docx(BODY), PAYLOAD)
        self.template = folder / "template.docx"
        self.log: dict[str, Any] = self.run.json("out.replace_log.json")
        self.body = self.run.part("word/document.xml").decode()

    def proof(self) -> Proof:
        """The proof of log and document as they are now."""
        with zipfile.ZipFile(io.BytesIO(self.run.files["out.docx"])) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members["word/document.xml"] = self.body.encode()
        claims = read_claims(self.log, self.run.json("out.format_report.json"))
        document = ZipReader(package(members), Limits())
        template = Package(self.template, Limits())
        try:
            return prove(template, document, claims, Limits())
        finally:
            document.close()
            template.close()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return Done(tmp_path_factory.mktemp("done"))


@pytest.fixture
def done(finished: Done) -> Any:
    """The job as it was done; it is as before afterwards."""
    log, body = json.dumps(finished.log), finished.body
    yield finished
    finished.log, finished.body = json.loads(log), body


def test_the_document_has_what_the_test_begins_with(done: Done) -> None:
    assert done.run.result.missing.required == ("B",)
    assert done.run.paragraphs() == ["a V b «B»", "t", "1", "", "2", "", "end"]
    assert done.proof().findings.count == 0
    assert done.body.count('<w:checked w:val="1"/>') == 1
    assert '<w:result w:val="1"/>' in done.body


@pytest.mark.parametrize("member", ["kind", "name", "part", "paragraph_path", "original_text", "tag"])
@pytest.mark.parametrize("number", range(8))
def test_a_changed_item_of_native_is_found(done: Done, number: int, member: str) -> None:
    item = done.log["native"][number]
    item[member] = {"kind": "control", "part": "word/styles.xml", "paragraph_path": "p9"}.get(member, "【X】")
    found = done.proof()
    assert found.verdict == "violated"
    assert "native_mark" in {each.what for each in found.unaccounted}


def _first(done: Done) -> None:
    del done.log["native"][0]


def _twice(done: Done) -> None:
    done.log["native"].append(done.log["native"][-1])


def _swapped(done: Done) -> None:
    done.log["native"][:2] = done.log["native"][1::-1]


def _none(done: Done) -> None:
    del done.log["native"]


@pytest.mark.parametrize("change", [_first, _twice, _swapped, _none])
def test_an_item_too_few_or_too_many_is_found(done: Done, change: Callable[[Done], None]) -> None:
    change(done)
    assert done.proof().verdict == "violated"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">V<", ">W<"),
        ("«B»", "【B】"),
        ("MERGEFIELD B", "MERGEFIELD A"),
        ("<w:fldSimple ", '<w:fldSimple docops-mark="1" '),
        ('<w:checked w:val="1"/>', '<w:checked w:val="0"/>'),
        ('<w:checked w:val="0"/>', ""),
        ('<w:result w:val="1"/>', '<w:result w:val="0"/>'),
        (r("t"), r("t") + r("t")),
        (" FORMTEXT ", " FORMULA "),
        (r("V", "<w:b/>"), r("V")),
        (r("V", "<w:b/>"), merge_field("A")),
    ],
)
def test_a_changed_document_is_found(done: Done, old: str, new: str) -> None:
    assert old in done.body
    done.body = done.body.replace(old, new, 1)
    assert done.proof().verdict == "violated"


def test_a_document_that_was_saved_again_is_compared_in_canonical_form(done: Done) -> None:
    done.body = re.sub(r"<w:([a-zA-Z]+)/>", r"<w:\1  />", done.body)
    found = done.proof()
    assert (found.verdict, found.exactness) == ("intact", "canonical")
    done.body = done.body.replace("«B»", "«C»")
    assert done.proof().verdict == "violated"


_FIELDS = {
    "M": merge_field("M"),
    "S": simple("MERGEFIELD S", r("«S»")),
    "Text": TEXT,
    "Box": BOX,
    "List": LIST,
    "plain": r(" text "),
    "bracket": r("【bracket】"),
    "split": complex_field((" MERGE", "FIELD spl", "it "), r("«"), r("split»", "<w:b/>")),
}
_VALUES = {"M": "1 & 2", "S": "", "Text": "x\ny", "Box": True, "List": "x", "bracket": "<b>", "split": "ß"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(st.sampled_from(sorted(_FIELDS)), max_size=4), min_size=1, max_size=4),
    st.sets(st.sampled_from(sorted(_VALUES))),
)
def test_any_fields_and_values_come_to_a_document_without_brackets(
    paragraphs: list[list[str]], given_names: set[str]
) -> None:
    body = "".join(p(*(_FIELDS[name] for name in names)) for names in paragraphs)
    used = {name for names in paragraphs for name in names}
    payload = {name: _VALUES[name] for name in given_names & used}
    with TemporaryDirectory() as folder:
        run = run_open(Path(folder), docx(body), payload)
    written = run.part("word/document.xml").decode()
    missing = used & _VALUES.keys() - payload.keys()
    assert set(run.result.missing.required) == missing
    assert written.count("【") == sum(names.count("bracket") for names in paragraphs if "bracket" in missing)
    assert "docops" not in written
    for name in missing:
        assert written.count(_FIELDS[name]) == sum(names.count(name) for names in paragraphs)
