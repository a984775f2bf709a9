"""Counts and sums of lists in open tasks: written, missing, refused, proved."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docops_flask.engine.errors import ExitCode, InvalidArgument, ResultRefused
from docops_flask.engine.integrity.list_formats import number_of
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect
from docops_flask.engine.template import field_values
from docops_flask.engine.template.formats.lists import counted
from docops_flask.engine.template.formats.table import Format
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p


def _verdict(done: OpenRun) -> Any:
    return done.json("out.integrity.json")["verdict"]


def test_a_list_is_counted_and_summed_exactly(tmp_path: Path) -> None:
    items = [{"金额": Decimal("0.10")}, {"金额": "0.20"}, {"金额": 107000}]
    counts = "【明细|计数】【明细|COUNT】【明细｜计数|中文数】"
    text = f"{counts} 【明细|合计:金额】 【明细|合计：金额|#,##0.00】 【明细|SUM:金额|大写】"
    done = run_open(tmp_path, text, {"明细": items})
    assert done.paragraphs() == ["33三 107000.30 107,000.30 壹拾万柒仟元零叁角"]
    assert (done.result.exit_code, _verdict(done)) == (ExitCode.OK, "intact")


def test_sums_in_copies_and_of_members_and_of_items(tmp_path: Path) -> None:
    payload = {"部门": [{"明细": [{"价": {"额": 1}}, {"价": {"额": 2.5}}]}, {"明细": []}], "数": [1, "2"]}
    of_offices = "【#部门】【明细|合计:价.额】/【明细|计数】【间隔】；【/】"
    text = of_offices + " 【数|合计:.】【数|SUM:ITEM】【数|分隔:、】"
    done = run_open(tmp_path, text, json.loads(json.dumps(payload), parse_float=Decimal))
    assert done.paragraphs() == ["3.5/2；0/0 331、2"]
    assert _verdict(done) == "intact"


def test_without_the_list_or_a_number_the_tag_stays(tmp_path: Path) -> None:
    text = "【甲|计数】【乙|合计:额】【丙|合计:额|可空】【丁|计数|缺省:无】【戊|合计:额|可空】"
    done = run_open(tmp_path, text, {"乙": [{"额": 1}, {"额": None}], "戊": [{"额": 1}, {}]})
    assert done.paragraphs() == ["【甲|计数】【乙|合计:额】无1"]
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    assert _verdict(done) == "intact"


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"明细": [{"额": 1}, {"额": "x"}]}, "$.payload.明细[1].额"),
        ({"明细": [{"额": "0." + "1" * 61}]}, "$.payload.明细[0].额"),
        ({"明细": [{"额": True}]}, "$.payload.明细[0].额"),
        ({"明细": {"额": 1}}, "$.payload.明细"),
        ({"明细": [1]}, "$.payload.明细[0]"),
        ({"数": "12"}, "$.payload.数"),
        ({"数": {"a": 1}}, "$.payload.数"),
    ],
)
def test_what_is_no_list_and_no_number_is_refused(tmp_path: Path, payload: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, "【明细|合计:额】【数|计数】", payload)
    assert [each["path"] for each in refused.value.detail["errors"]] == [path]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("【明细|合计】", "UNKNOWN_FORMAT"),
        ("【明细|合计:1】", "UNKNOWN_FORMAT"),
        ("【明细|计数:额】", "UNKNOWN_FORMAT"),
        ("【明细|大写|计数】", "BAD_FORMATS"),
        ("【明细|计数|yyyy-MM-dd】", "BAD_FORMATS"),
        ("【#明细】【#|计数】【/】", "BAD_FORMATS"),
    ],
)
def test_tags_that_cannot_be(tmp_path: Path, text: str, kind: str) -> None:
    done = run_open(tmp_path, text.replace("【明细", "【=明细"), {"明细": []} if "#明细" in text else {})
    assert [kind for _, kind in done.kinds()] == [kind]


def test_a_field_of_that_name_excludes_a_count(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【明细】【明细|计数】【#x】【.】【/】【x|合计:额】", {})
    assert {kind for _, kind in done.kinds()} == {"TYPE_CONFLICT"}


def test_the_schema_asks_for_a_list_and_the_sample_fits(tmp_path: Path) -> None:
    text = "【附件|计数】【明细|合计:价.额|大写】【#部门】【人|计数】【/部门】【数|合计:.】"
    template = docx(p(text))
    (tmp_path / "t.docx").write_bytes(template)
    told = inspect(Job(JobKind.INSPECT, ()), tmp_path / "t.docx").as_dict()
    properties = told["schema"]["properties"]
    assert (properties["附件"]["type"], properties["附件"]["x-docops-required"]) == (["array", "null"], True)
    assert "items" not in properties["附件"]
    inner = properties["明细"]["items"]["properties"]["价"]["properties"]["额"]
    assert inner["type"] == ["number", "string", "null"]
    assert properties["数"]["items"]["type"] == ["number", "string", "null"]
    payload = json.loads(json.dumps(told["sample_task"]["payload"]), parse_float=Decimal)
    done = run_open(tmp_path / "run", template, payload)
    assert (done.result.exit_code, done.paragraphs()) == (ExitCode.OK, ["2贰仟肆佰陆拾玖元整222469.0"])


def test_a_wrong_sum_is_withheld(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = field_values._counted

    def wrong(*given: Any) -> Decimal:
        return (made(*given) or Decimal(0)) + 1

    monkeypatch.setattr(field_values, "_counted", wrong)
    with pytest.raises(ResultRefused) as refused:
        run_open(tmp_path, "【明细|合计:额】", {"明细": [{"额": 1}]})
    assert "value" in str(refused.value.inner)


_NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20)
_ITEMS = st.lists(st.none() | _NUMBERS | st.integers() | _NUMBERS.map(lambda each: format(each, "f")))


@given(_ITEMS, st.booleans())
def test_the_proof_adds_up_as_the_filler_does(items: list[Any], skips: bool) -> None:
    made = counted([{"额": each} for each in items], Format("合计", "额"), skips_absent=skips)
    formats = [("合计", "额"), *([("可空", None)] if skips else [])]
    proved = number_of([{"额": each} for each in items], formats)
    assert (made is None) == (proved is None)
    assert made is None or proved is None or format(made, "f") == format(proved, "f")
