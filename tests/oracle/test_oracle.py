"""The engine and LibreOffice agree on what text looks like; see docs/analysis/oracle.md."""

from pathlib import Path

import pytest

from tests.conftest import ROOT, require
from tests.oracle.comparison import PROPERTIES
from tests.oracle.explained import KINDS
from tests.oracle.libreoffice_reading import can_read
from tests.oracle.oracle import Outcome, compare_files, table_of

# A fair part of the corpus in a fraction of its time: every third file; ``make oracle`` reads them all.
STEP = 3


@pytest.fixture(scope="module")
def outcome(corpus: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    require(
        can_read(), "LibreOffice or python3-uno is not installed (Debian: libreoffice-writer python3-uno)"
    )
    return compare_files(corpus[::STEP], tmp_path_factory.mktemp("oracle"))


@pytest.mark.parametrize("name", PROPERTIES)
def test_both_agree_on_99_percent(outcome: Outcome, name: str) -> None:
    assert outcome.compared[name] > 1000
    assert outcome.agreement(name) >= 0.99, table_of(outcome)


def test_every_disagreement_is_of_an_explained_kind(outcome: Outcome) -> None:
    assert outcome.unexplained == [], table_of(outcome)


def test_nearly_every_paragraph_is_compared(outcome: Outcome) -> None:
    assert outcome.paired > 0.9 * outcome.paragraphs


def test_every_kind_is_documented_with_its_clause() -> None:
    page = (ROOT / "docs" / "analysis" / "oracle.md").read_text("utf-8")
    for kind in KINDS:
        assert f"| {kind.name} | {kind.decides} |" in page
