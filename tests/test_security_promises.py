"""SECURITY.md: each promise names existing tests."""

import ast
import re

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
ROWS = [
    line for line in TEXT.partition("## Promises")[2].partition("\n## ")[0].splitlines() if line[:1] == "|"
][2:]
HELD_BY = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_the_security_page_has_promises() -> None:
    assert len(ROWS) > 10


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:60])
def test_the_tests_named_by_promises_exist(row: str) -> None:
    tests = HELD_BY.findall(row)
    assert tests
    for file, name in tests:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (
            file,
            name,
        )
