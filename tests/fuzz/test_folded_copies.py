"""Long lists: copies that are folded give the same files as copies that are read one by one."""

import json
import os
import random
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docops_flask.engine.errors import DocopsError, ExitCode, InvalidArgument
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.proof import prove
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.reports.folded_entries import FoldedEntries
from docops_flask.engine.template import folding
from docops_flask.intake.catalogue.policies import load_policies
from tests.factories import docx, p, r, tbl, tc, tr
from tests.fuzz.folded_bodies import any_payload, any_template
from tests.fuzz.profile import profile
from tests.optional import not_none
from tests.pictures import in_base64, placeholder_picture, png

_LIMITS = Limits(block_copies=20_000)
_NEVER = 10**9
Files = Mapping[str, bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("folded")


class Check(NamedTuple):
    """Against what a job checks formats, and what it adds to its files."""

    options: Options
    policy: Policy = Policy()


_PLAIN = Check(Options(unused="allow", format_report="both"))
_POLICY = _PLAIN.options._replace(format_baseline="policy", format_fix_mode="safe")
# A policy that forbids tables does not look into them.
_NO_TABLES = Check(_POLICY)
_CHECKS = (
    _PLAIN,
    _NO_TABLES,
    Check(_PLAIN.options._replace(review="comments")),
    Check(_POLICY._replace(review="comments")),
    Check(_POLICY._replace(review="tracked")),
    Check(_POLICY._replace(format_mode="off")),
    Check(_POLICY, Policy(forbid_tables=False)),
    Check(_POLICY, not_none(load_policies().get("gbt9704-2012"))._replace(forbid_tables=True)),
)


def _run(folder: Path, payload: Mapping[str, Any], least: int, check: Check) -> Files:
    """Run a job, with copies folded that stand ``least`` times or more; return its files."""
    before = folding.LEAST_COPIES
    folding.LEAST_COPIES = least
    try:
        job = Job(JobKind.RUN, (), None, payload, *check, limits=_LIMITS)
        run_job(job, folder / "template.docx", folder)
    finally:
        folding.LEAST_COPIES = before
    with zipfile.ZipFile(folder / "outputs.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _run_or_refusal(
    folder: Path, payload: Mapping[str, Any], least: int, check: Check
) -> Files | InvalidArgument:
    try:
        return _run(folder, payload, least, check)
    except InvalidArgument as error:
        return error


def _both_ways(
    folder: Path, template: bytes, payload: Mapping[str, Any], check: Check = _PLAIN
) -> Files | None:
    """Run a job in both ways; return its files, ``None`` where the payload does not fit."""
    (folder / "template.docx").write_bytes(template)
    read = _run_or_refusal(folder, payload, _NEVER, check)
    folded = _run_or_refusal(folder, payload, 2, check)
    if isinstance(read, DocopsError):
        assert isinstance(folded, DocopsError)
        assert (folded.code, folded.detail) == (read.code, read.detail)
        return None
    assert not isinstance(folded, DocopsError)
    for name, content in read.items():
        assert folded[name] == content, name
    return folded


def _verdict(folder: Path, files: Files) -> tuple[str, str]:
    """Return what the proof says that reads the log from its file, entry by entry."""
    package = Package(folder / "template.docx", _LIMITS)
    try:
        log, report = (json.loads(files[f"out.{name}.json"]) for name in ("replace_log", "format_report"))
        proof = prove(package, ZipReader(files["out.docx"], _LIMITS), read_claims(log, report), _LIMITS)
    finally:
        package.close()
    return proof.verdict, proof.exactness


# Few in the suite, always the same; all that there are in make fuzz.
@profile(60)
@given(seed=st.integers(0, 2**32 - 1 if os.environ.get("DOCOPS_FUZZ_EXAMPLES") else 79))
def test_folded_copies_give_the_files_of_copies_that_are_read(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    template, payload = any_template(chance), any_payload(chance)
    files = _both_ways(folder, template, payload, chance.choice(_CHECKS))
    if files is not None:
        assert _verdict(folder, files) == ("intact", "bytes")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries are folded by each run."""
    counts: list[int] = []
    init = FoldedEntries.__init__

    def counting(self: FoldedEntries, *arguments: Any) -> None:
        init(self, *arguments)
        counts.append(self.count)

    monkeypatch.setattr(FoldedEntries, "__init__", counting)
    return counts


def _items(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"a": f"a{number}", "b": f"b & <{number}>", **more} for number in range(count)]


_FIELDS = tr(tc(p("【#L】【a】")), tc(p("x 【b】【/L】")))
_ROWS = tbl(tr(tc(p("h"))), tr(tc(p("【#L】【a】")), tc(p("x 【b】【/L】"))), tr(tc(p("【t】"))))


def test_all_copies_but_the_first_of_a_row_are_folded(folder: Path, counted: list[int]) -> None:
    assert _both_ways(folder, docx(_ROWS + p("【t】")), {"t": "T", "L": _items(50)})
    assert counted == [98]


def test_a_copy_with_an_odd_value_is_read(folder: Path, counted: list[int]) -> None:
    items = _items(50)
    items[7]["a"], items[20]["b"], items[30]["a"] = "tab\there", " blank", None
    assert _both_ways(folder, docx(_ROWS), {"t": "T", "L": items})
    # Each of the three has two entries, and so has the first.
    assert counted == [92]


def test_what_is_missing_is_listed_if_as_many_copies_are_folded(folder: Path, counted: list[int]) -> None:
    files = _both_ways(folder, docx(_ROWS + p("【u】【v】")), {"t": "T", "L": _items(2)})
    assert files is not None
    assert counted == [2]
    assert json.loads(files["out.missing_fields.json"])["missing_required"] == ["u", "v"]
    job = Job(JobKind.RUN, (), None, {"t": "T", "L": _items(8)}, _PLAIN.options, limits=_LIMITS)
    beside = p("".join(f"【U{number}】" for number in range(14)))
    (folder / "template.docx").write_bytes(docx(_ROWS + beside))
    assert run_job(job, folder / "template.docx", folder)["exit_code"] == ExitCode.MISSING_REQUIRED
    assert counted == [2, 14]


def test_copies_of_outer_and_inner_lists_are_folded(folder: Path, counted: list[int]) -> None:
    body = (
        p("【#L】")
        + p("【a】")
        + p("【#M】")
        + p("【#】 【上级.a】：【b】")
        + p("【/M】")
        + p("【/L】")
        + p("【t】")
    )
    payload = {"t": "T", "L": _items(6, M=_items(7))}
    assert _both_ways(folder, docx(body), payload)
    assert counted == [5 + 3 * (6 * 7 - 1)]


def test_ids_of_paragraphs_are_dropped_in_folded_copies(folder: Path, counted: list[int]) -> None:
    space = "xmlns:w14='http://schemas.microsoft.com/office/word/2010/wordml'"
    paragraph = p(r("【a】")).replace("<w:p>", f"<w:p {space} w14:paraId='00000001'>", 1)
    body = p("【#L】") + paragraph + p("【/L】")
    assert _both_ways(folder, docx(body), {"L": _items(20)})
    # The first copy keeps its id.
    assert counted == [18]


@pytest.mark.parametrize(
    "unlike",
    [
        pytest.param(p(r("【a】") + "<w:r><w:footnoteReference w:id='1'/></w:r>"), id="note"),
        pytest.param(tbl(tr(tc(p("【a】")))), id="table"),
        pytest.param(f"<w:sdt><w:sdtContent>{p('【a】')}</w:sdtContent></w:sdt>", id="control"),
    ],
)
def test_what_has_addresses_of_another_kind_is_read(folder: Path, counted: list[int], unlike: str) -> None:
    notes = {"footnotes": '<w:footnote w:id="1"><w:p/></w:footnote>'}
    body = p("【#L】") + unlike + p("【/L】") + p("end")
    assert _both_ways(folder, docx(body, stories=notes), {"L": _items(9)})
    assert counted == []


@pytest.mark.parametrize(
    ("parts", "look", "rows", "is_folded"),
    [
        # Bands that give properties to text, and bands that a table does not use or that only colour cells.
        (("band1Horz",), "04A0", (tr(tc(p("h"))), _FIELDS), False),
        (("band1Horz",), "06A0", (tr(tc(p("h"))), _FIELDS), True),
        ((), "04A0", (tr(tc(p("h"))), _FIELDS), True),
        # The styles that Word offers: first row, last row, first column.
        (("firstRow", "lastRow", "firstCol"), "04A0", (tr(tc(p("h"))), _FIELDS), True),
        (("firstRow", "lastRow", "firstCol"), "04E0", (tr(tc(p("h"))), _FIELDS, tr(tc(p("s")))), True),
        (("firstRow", "lastRow", "firstCol"), "04E0", (tr(tc(p("h"))), _FIELDS), False),
        (("firstRow",), "04A0", (_FIELDS, tr(tc(p("s")))), False),
        # Copies are the first rows where what stands before them goes.
        (("firstRow",), "04A0", (tr(tc("【#L】")), tr(tc("【a】"), tc("【b】")), tr(tc("【/L】"))), False),
        (("lastRow",), "04E0", (tr(tc(p("h"))), _FIELDS, tr(tc("【#N】")), tr(tc("n【/N】"))), False),
    ],
)
def test_rows_are_folded_that_a_table_style_makes_look_alike(
    folder: Path,
    counted: list[int],
    parts: Sequence[str],
    look: str,
    rows: Sequence[str],
    is_folded: bool,
) -> None:
    shade = "<w:tblStylePr w:type='band2Horz'><w:tcPr><w:shd w:fill='FFFF00'/></w:tcPr></w:tblStylePr>"
    bold = (
        f"<w:tblStylePr w:type='{each}'><w:rPr><w:sz w:val='30'/></w:rPr></w:tblStylePr>" for each in parts
    )
    styles = f"<w:style w:type='table' w:styleId='B'>{shade}{''.join(bold)}</w:style>"
    properties = f"<w:tblPr><w:tblStyle w:val='B'/><w:tblLook w:val='{look}'/></w:tblPr>"
    table = tbl(*rows).replace("<w:tblPr/>", properties, 1)
    assert _both_ways(folder, docx(table, styles=styles), {"L": _items(9), "N": []})
    assert counted == ([16] if is_folded else [])


def test_the_page_shows_what_is_left_beside_folded_copies(folder: Path, counted: list[int]) -> None:
    files = _both_ways(folder, docx(_ROWS + p("left: 【t】")), {"L": _items(9)})
    assert files is not None
    assert counted == [16]
    assert "left: 【t】" in files["out.format_report.html"].decode()


def test_beside_lines_that_become_paragraphs_copies_are_read(folder: Path, counted: list[int]) -> None:
    assert _both_ways(folder, docx(p("【t】") + _ROWS), {"t": "two\nlines", "L": _items(9)})
    assert counted == []


_WRONG_INDENT = "<w:ind w:firstLine='480'/>"
_LISTS = (
    _ROWS
    + p("【t】", properties=_WRONG_INDENT)
    + p("【#L】")
    + p("【a】", properties=_WRONG_INDENT)
    + p("【/L】")
)


def test_a_policy_that_forbids_tables_lets_their_rows_be_folded(folder: Path, counted: list[int]) -> None:
    payload = {"t": "T", "L": _items(50)}
    files = _both_ways(folder, docx(_LISTS), payload, _NO_TABLES)
    assert files is not None
    assert counted == [98]
    assert _verdict(folder, files) == ("intact", "bytes")
    report = json.loads(files["out.format_report.json"])
    assert sum(report["summary"]["rendered_observed"]["run_font_latin"].values()) == 152
    assert report["fixed_count"] == 51


@pytest.mark.parametrize(
    ("check", "body"),
    [
        pytest.param(Check(_POLICY, Policy(forbid_tables=False)), _LISTS, id="a policy that allows tables"),
        # The address of a table in a table depends on the rows before it.
        pytest.param(_NO_TABLES, tbl(_FIELDS, tr(tc(tbl(tr(tc("h"))) + p("")))), id="a table in the table"),
    ],
)
def test_what_a_policy_looks_at_is_read(folder: Path, counted: list[int], check: Check, body: str) -> None:
    assert _both_ways(folder, docx(body), {"t": "T", "L": _items(9)}, check)
    assert counted == []


def test_pictures_stand_beside_folded_copies(folder: Path, counted: list[int]) -> None:
    picture = {"png": in_base64(png(3, 2))}
    body = p(placeholder_picture("【@图】")) + _ROWS + p("【@图】")
    assert _both_ways(folder, docx(body), {"t": "T", "图": picture, "L": _items(9)})
    assert counted == [16]
