"""Each mark with the name of a field is filled, or missing, or told as one that cannot be filled."""

import re
from pathlib import Path

import pytest

from docops_flask.engine.options import Options
from tests.engine.native.wrapped_marks import WrappedMarks
from tests.engine.open_jobs import run_open


@pytest.mark.parametrize("seed", range(40))
def test_every_mark_is_filled_or_told(tmp_path: Path, seed: int) -> None:
    made = WrappedMarks(seed)
    for number, payload in enumerate((made.values, {})):
        run = run_open(tmp_path / str(number), made.template, payload, Options(unused="allow"))
        assert run.json("out.integrity.json")["verdict"] == "intact"
        entries = run.json("out.replace_log.json")["entries"]
        filled = {each["field_name"] for each in entries if each["status"] == "replaced"}
        left = " ".join(each["original_text"] for each in entries if each["status"] != "replaced")
        told = {*filled, *re.findall(r"\w+", left)}
        assert set(made.values) - told == set()
        assert not payload or run.result.exit_code == (0 if filled == set(made.values) else 3)
