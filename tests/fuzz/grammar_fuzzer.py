"""Coverage-guided fuzzing of the placeholder grammar against a regular expression.

``python -m tests.fuzz.grammar_fuzzer -max_total_time=300`` (libFuzzer's options) ends with status 0 when the
grammar finds just the placeholders that the expression does, in order and apart from all else that it finds.
Needs requirements-robustness.txt.
"""

import re
import sys
from itertools import pairwise

import atheris

with atheris.instrument_imports(include=["docops_flask.engine"]):
    from docops_flask.engine.template.grammar import Kind, find_placeholders, likely_name

PLACEHOLDER = re.compile("【([A-Z0-9_]*[A-Z][A-Z0-9_]*)】")
# Common letters stand for the two brackets, which take three bytes each.
_BRACKETS = str.maketrans("<>", "【】")


def find(content: bytes) -> None:
    """Look for placeholders in ``content`` taken as text."""
    text = content.decode("utf-8", "surrogatepass" if content[:1] == b"!" else "replace").translate(_BRACKETS)
    found = find_placeholders(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    placeholders = [(each.start, each.end, each.name) for each in found if each.kind is Kind.PLACEHOLDER]
    assert placeholders == [(match.start(), match.end(), match[1]) for match in PLACEHOLDER.finditer(text)]
    for each in found:
        likely_name(each.name)


def find_in_text(content: bytes) -> None:
    """As ``find``; bytes that are no text are no finding."""
    try:
        find(content)
    except UnicodeDecodeError:
        return


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-max_len=400"], find_in_text)
    atheris.Fuzz()
