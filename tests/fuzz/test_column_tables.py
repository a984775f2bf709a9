"""Random tables with repeated columns: each job is refused as the contract says, or proved."""

import io
import os
import random
import re
import zipfile
from pathlib import Path

import pytest

from tests.fuzz.column_tables import any_payload, any_table
from tests.fuzz.tagged_templates import fill_and_check

SEEDS = int(os.environ.get("DOCOPS_TESTS_TAGGED", "400"))
_AT_ONCE = 100
_TABLE = re.compile("<w:tbl>.*?</w:tbl>", re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("columns")


@pytest.mark.parametrize("first", range(0, SEEDS, _AT_ONCE))
def test_random_tables_are_filled_or_told(folder: Path, first: int) -> None:
    for seed in range(first, min(first + _AT_ONCE, SEEDS)):
        try:
            chance = random.Random(seed)
            template = folder / "template.docx"
            template.write_bytes(any_table(chance))
            told = fill_and_check(template, folder, any_payload(chance))
            # What is missing stays as it is, whatever becomes of the columns.
            if told == "exit code 0":
                _check_grids(template.read_bytes(), (folder / "outputs.zip").read_bytes())
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise


def _check_grids(template: bytes, outputs: bytes) -> None:
    """Check that rows which fill the grid of their table do so in the result, and that each has a cell."""
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        before = archive.read("word/document.xml").decode()
    with zipfile.ZipFile(io.BytesIO(outputs)) as archive:
        document = archive.read("out.docx")
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        after = archive.read("word/document.xml").decode()
    is_even = all(set(_columns(each)) == {_grid(each)} for each in _TABLE.findall(before) if _grid(each))
    for table in _TABLE.findall(after):
        columns = _columns(table)
        assert all(row.count("<w:tc>") for row in _rows(table)), "a row without a cell"
        if is_even and _grid(table):
            assert set(columns) == {_grid(table)}, (columns, _grid(table))


def _rows(table: str) -> list[str]:
    return re.findall("<w:tr>.*?</w:tr>", table, re.DOTALL)


def _grid(table: str) -> int:
    return table.count("<w:gridCol ")


def _columns(table: str) -> list[int]:
    """How many columns the cells of each row span, with those before them."""
    return [
        sum(map(int, re.findall(r'w:gridBefore w:val="(\d+)"', row)))
        + sum(
            int(span[1]) if (span := re.search(r'w:gridSpan w:val="(\d+)"', cell)) else 1
            for cell in re.findall("<w:tc>.*?</w:tc>", row, re.DOTALL)
        )
        for row in _rows(table)
    ]
