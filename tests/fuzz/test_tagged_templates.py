"""Random tags of language 2 in random places: each job is refused as the contract says, or proved."""

import random
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.fuzz.profile import profile
from tests.fuzz.tagged_templates import fill_tagged


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tagged")


@profile(300)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_tags_are_filled_or_told(folder: Path, seed: int) -> None:
    event(fill_tagged(random.Random(seed), folder))
