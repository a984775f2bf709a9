"""Random tags of language 2 in random places: each job is refused as the contract says, or proved."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.engine.inline_markup import equation, mr
from tests.factories import docx, p, r, textbox
from tests.fuzz.profile import profile
from tests.fuzz.tagged_templates import fill_and_check, fill_tagged


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tagged")


# The suite takes the same ones each time, make expansions more of them, make fuzz any.
SEEDS = int(os.environ.get("DOCOPS_TESTS_TAGGED", "400"))
_AT_ONCE = 100


@pytest.mark.parametrize("first", range(0, SEEDS, _AT_ONCE))
def test_random_tags_are_filled_or_told(folder: Path, first: int) -> None:
    for seed in range(first, min(first + _AT_ONCE, SEEDS)):
        try:
            fill_tagged(random.Random(seed), folder)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise


@pytest.mark.parametrize("first", range(0, SEEDS // 4, _AT_ONCE))
def test_counts_codes_and_merged_cells_are_filled_or_told(folder: Path, first: int) -> None:
    for seed in range(first, first + _AT_ONCE):
        try:
            fill_tagged(random.Random(seed), folder, has_newer=True)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise


@profile(5)
@given(seed=st.integers(0, 2**32 - 1 if os.environ.get("DOCOPS_FUZZ_EXAMPLES") else SEEDS - 1))
def test_any_random_tags_are_filled_or_told(folder: Path, seed: int) -> None:
    event(fill_tagged(random.Random(seed), folder))


@pytest.mark.parametrize("seed", [7306, 7885, 8370, 9343, 14545, 80034])
def test_seeds_that_failed_once(folder: Path, seed: int) -> None:
    fill_tagged(random.Random(seed), folder)


@pytest.mark.parametrize("seed", [5, 16, 40169, 90063])
def test_seeds_with_merged_cells_that_failed_once(folder: Path, seed: int) -> None:
    fill_tagged(random.Random(seed), folder, has_newer=True)


_BLOCK = p("【?A】x【/A】")


@pytest.mark.parametrize(
    ("body", "exit_code"),
    [
        # A tag behind a text box in its paragraph, in a document with blocks.
        (p(textbox(p("x")), r("【M】")) + _BLOCK, 0),
        (p(textbox(p("x"), fallback=[p("y"), p("z")]), r("【M】")) + _BLOCK, 0),
        (p(textbox(p("x"), fallback=[_BLOCK]), r("【M】")), 0),
        # Remarks and declarations between tags that do not match.
        (p("【#B】【--r】【/C】") + _BLOCK, 3),
        (p("【#B】【字段：甲方】") + p("【/C】") + _BLOCK, 3),
        # A name that three tags use for two kinds of values.
        (p("【M】") + p("【@M】") + p("【@M】"), 3),
        (p("【#M】x【/M】【M|日期】【@M】"), 3),
        # A conflict of kinds inside a block that is no sound one, or does not stand.
        (p("【A】") + p("【?N】") + p("【#A】") + p("【/A】") + p("【/】"), 3),
        # A start tag that is a conflict, in both branches of a text box.
        (p(textbox(p("【#B 段】【上级.B】【/B】", equation(mr("【M】"))))), 3),
    ],
)
def test_templates_that_were_refused_as_wrong_results_are_filled(
    folder: Path, body: str, exit_code: int
) -> None:
    template = folder / "found.docx"
    template.write_bytes(docx(body))
    assert fill_and_check(template, folder, {"M": "m", "A": 1}) == f"exit code {exit_code}"
