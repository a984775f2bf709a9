"""Any tags anywhere with any payload: the job is refused for its payload, or its result is proved."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from docops_flask.engine.errors import InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.options import Options
from tests.engine.inline_markup import field
from tests.engine.open_jobs import run_open
from tests.factories import docx, p, r, tbl, tc, textbox, tr

_PIECES = st.sampled_from((
    "x", " ", "【N】", "【N|换行】", "【N|缺省:d】", "【#A】", "【#B】", "【#B】【.】【间隔】,【/B】",
    "【?A】", "【^B】", "【/A】", "【/B】", "【/】", "【否则】", "【间隔】", "【#A 行】", "【#B 表】",
    "【?A 段】", "【--r】", "【字段：M】", "【.】", "【#】", "【?首项】", "【全文.N】", "【上级.N】",
    "【#UP.B】", "【M】", "【注意】", "【?N=1】", "\n",
))  # fmt: skip
_TEXT = st.lists(_PIECES, max_size=5).map("".join)
_ITEMS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"N": st.sampled_from(("1", "a\nb", "")), "B": st.just(["u", "v\nw"])}
    ),
    max_size=2,
)
_PAYLOADS = st.fixed_dictionaries(
    {},
    optional={
        "A": _ITEMS,
        "B": st.lists(st.sampled_from(("s", "t\nu")), max_size=2),
        "N": st.sampled_from(("1", "p\nq\n", "")),
        "M": st.just("m"),
    },
)


def _bodies() -> st.SearchStrategy[str]:
    paragraph = _TEXT.map(lambda text: p(*(r(each) for each in text.split("\n"))))
    box = st.tuples(_TEXT, paragraph, paragraph).map(lambda each: p(each[0], textbox(*each[1:])))
    code = _TEXT.map(lambda text: p(r("c"), field(f"QUOTE {text}")))

    def tables(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        cell = st.lists(inner, max_size=2).map(lambda each: tc("".join(each) + p("")))
        row = st.lists(cell, min_size=1, max_size=2).map(lambda each: tr(*each))
        return st.lists(row, min_size=1, max_size=3).map(lambda each: tbl(*each))

    return st.lists(st.recursive(paragraph | box | code, tables, max_leaves=5), max_size=5).map("".join)


def _is_nowhere(entry: dict[str, Any], log: dict[str, Any]) -> bool:
    return "blocks" in log and entry["status"] == "unsupported" and "result_path" not in entry


# The same jobs each time; others are for ``make fuzz``.
@settings(deadline=None, derandomize=True)
@given(_bodies(), st.none() | _TEXT, _PAYLOADS)
def test_any_job_is_refused_or_proved(body: str, header: str | None, payload: Any) -> None:
    stories = {} if header is None else {"header1": p(header)}
    with TemporaryDirectory() as folder:
        try:
            done = run_open(
                Path(folder),
                docx(body, stories=stories),
                payload,
                Options(unused="allow", format_report="both"),
            )
        except (InvalidArgument, TemplateLimitExceeded):
            return
    assert done.json("out.integrity.json")["verdict"] == "intact"
    log = done.json("out.replace_log.json")
    missing = done.json("out.missing_fields.json")
    # Faults in a branch that is not taken have no place in the result.
    left = [each for each in log["entries"] if each["status"] != "replaced" and not _is_nowhere(each, log)]
    kept = [each for each in log.get("blocks", ()) if each["status"] == "missing"]
    assert len(missing["left"]) == len(left) + len(kept)
    assert json.loads(done.files["out.format_report.json"])["passed"]
