"""docs/checks.md tells of every check and every key."""

from pathlib import Path

from docops_flask.engine.checks.registry import CODES
from docops_flask.engine.policy.policy import KEYS

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "checks.md").read_text(encoding="utf-8")


def test_every_check_has_a_section_with_fails_passes_and_fix() -> None:
    sections = {section.splitlines()[0]: section for section in TEXT.split("\n## ")}
    for code in CODES:
        for word in ("**Fails**", "**Passes**", "**Fix**"):
            assert word in sections[code], (code, word)


def test_every_policy_key_has_a_row_in_their_order() -> None:
    rows = [line.split("`")[1] for line in TEXT.splitlines() if line.startswith("| `")]

    assert tuple(row for row in rows if row in KEYS) == KEYS
