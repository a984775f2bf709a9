"""tools/benchmark/batches.py: what its figures come to, and the rows that it sends."""

import pytest

from docops_flask.app import create_app
from docops_flask.settings.settings import Settings
from tests.web.forms import members
from tools.benchmark.batches import ALONE, BESIDE, Batch, Variant, batch_form, report

MIB = 2**20


def _batch(rows: int, seconds: float) -> Batch:
    return Batch(rows, seconds, 1.0, 0.5, rows * 0.005, 50 * MIB, 30 * MIB, rows * 2048, rows * 1024)


def test_rates_are_held_against_one_worker() -> None:
    found = report({Variant(1): _batch(100, 2.0), Variant(2): _batch(100, 1.25)}, {})
    (table,) = found.tables
    one, two = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    assert (one["rows/s"], two["rows/s"]) == (50.0, 80.0)
    assert (one["÷ (workers × rate of one)"], two["÷ (workers × rate of one)"]) == (1.0, 0.8)
    assert two["rows a minute of a core"] == pytest.approx(12_000)
    assert (two["a worker, at most MiB"], two["disk KiB a row"], two["result KiB a row"]) == (50, 2, 1)


def test_rows_with_pdfs_are_compared_with_nothing() -> None:
    found = report({Variant(1): _batch(100, 2.0), Variant(2, pdf=True): _batch(10, 9.0)}, {})
    row = dict(zip(found.tables[0].columns, found.tables[0].rows[1], strict=True))
    assert (row["batch"], row["÷ (workers × rate of one)"]) == ("2 workers, with PDF", None)


@pytest.mark.parametrize(("busy", "told"), [(180.0, "≤ 2 met"), (210.0, "≤ 2 **missed**")])
def test_jobs_beside_a_batch_have_a_target(busy: float, told: str) -> None:
    # The ratio is that of each round: a machine may be twice as slow in one of them.
    jobs = {ALONE: [[100.0] * 10, [200.0] * 10], BESIDE: [[busy] * 10, [2 * busy] * 10]}
    idle, beside = report({Variant(1): _batch(1, 1.0)}, jobs).tables[1].rows
    assert idle == ["/v1/run alone", 150.0, 150.0, None, None]
    assert beside[3:] == [pytest.approx(busy / 100), told]


def test_its_rows_are_filled_completely() -> None:
    form = batch_form(3)
    client = create_app(Settings(mp_start="fork", pdf="off")).test_client()
    answer = client.post("/v1/merge", data=form.body, content_type=form.content_type)
    assert (answer.status_code, answer.headers["X-Docops-Exit-Code"]) == (200, "0")
    assert sum(name.startswith("docs/") for name in members(answer.data)) == 3
