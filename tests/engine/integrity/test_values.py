"""The proof compares what an open task's log says with the payload."""

from decimal import Decimal
from pathlib import Path

import pytest

from docops_flask.engine.errors import ResultRefused
from docops_flask.engine.template import open_task
from docops_flask.engine.template.field_values import FieldValues, field_values
from docops_flask.engine.template.values import Values
from tests.engine.open_jobs import run_open

_TEXT = (
    "【=甲方】与【乙方】\n【正文】\n【a.b】【合计|大写】【列|分隔:、】"
    "【项|前:《|分隔:、|大写字母】【空|分隔:、|缺省:无】"
)
_PAYLOAD = {
    "甲方": "A",
    "乙方": "B\r\nC\n",
    "正文": "一\n二",
    "a": {"b": Decimal("1.50")},
    "合计": "2",
    "列": ["x", "y"],
    "项": ["a", "b"],
    "空": [],
}


def test_values_as_the_task_gives_them_are_proved(tmp_path: Path) -> None:
    done = run_open(tmp_path, _TEXT, _PAYLOAD)
    assert done.json("out.integrity.json")["verdict"] == "intact"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("=甲方", "B"), ("乙方", "B"), ("正文", "一\n三"), ("a.b", "1.5"), ("甲方", ""),
        ("项|前:《|分隔:、|大写字母", "a、b"), ("项|前:《|分隔:、|大写字母", "《A、B"),
        ("空|分隔:、|缺省:无", ""),
    ],
)  # fmt: skip
def test_another_value_than_the_tasks_is_withheld(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    def wrong(names: list[str], payload: dict[str, object], *_: object) -> FieldValues:
        made = field_values(names, payload)  # type: ignore[arg-type]
        return made._replace(values=Values({**made.values, name: text}))

    monkeypatch.setattr(open_task, "field_values", wrong)
    with pytest.raises(ResultRefused) as refused:
        run_open(tmp_path, _TEXT + "【甲方】", _PAYLOAD)
    assert "value" in str(refused.value.inner)
