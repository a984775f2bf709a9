"""Which fonts a text takes."""

import pytest

from docops_flask.engine.formatting.script_slots import slots_of


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("abc", ("latin",)),
        ("2026", ("latin",)),
        ("café É", ("latin",)),
        ("会议", ("east_asia",)),
        ("カタカナ ひらがな", ("east_asia",)),
        ("회의", ("east_asia",)),
        ("，。、《》", ("east_asia",)),
        ("ＡＢＣ１２３", ("east_asia",)),
        ("ｶﾅ", ("east_asia",)),
        ("𠮷", ("east_asia",)),
        ("2026年", ("latin", "east_asia")),
        ("“—…”‘’·", ()),
        (" \t\u3000", ()),
        ("!?.,-()", ()),
        ("×÷", ()),
        ("😀", ()),
        ("", ()),
    ],
)
def test_slots(text, slots):
    assert slots_of(text) == slots
