"""Results and logs with changes: the proof calls none of them exact, and answers each."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.engine.integrity.finished_job import FinishedJob
from tests.fuzz.forged_results import finished_jobs, forge
from tests.fuzz.profile import profile


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Sequence[FinishedJob]:
    return finished_jobs(tmp_path_factory.mktemp("forged"))


@profile(300)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_was_changed_is_never_called_exact(jobs: Sequence[FinishedJob], seed: int) -> None:
    event(forge(random.Random(seed), jobs))
