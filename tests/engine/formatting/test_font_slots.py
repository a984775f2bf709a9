"""The font of every character: which of the four slots it takes ([MS-OI29500] 2.1.88)."""

import pytest

from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import Script, font_slots, fonts_of
from tests.engine.formatting.resolving import resolve_all
from tests.factories import p, r
from tests.optional import not_none

FACES = '<w:rFonts w:ascii="A" w:hAnsi="H" w:eastAsia="E" w:cs="C"/>'
HINTED = '<w:rFonts w:ascii="A" w:hAnsi="H" w:eastAsia="E" w:cs="C" w:hint="eastAsia"/>'
CHINESE = HINTED + '<w:lang w:eastAsia="zh-CN"/>'
JAPANESE = HINTED + '<w:lang w:eastAsia="ja-JP"/>'


def values(properties: str) -> RunValues:
    return not_none(resolve_all(p(r("x", properties)))["p0"].run)


CASES = {
    # character: without hint, with hint, with hint in Chinese text
    "a": ("ascii",) * 3,
    "!": ("ascii",) * 3,
    "会": ("east_asia",) * 3,
    "、": ("east_asia",) * 3,
    "Ａ": ("east_asia",) * 3,
    "カ": ("east_asia",) * 3,
    "회": ("east_asia",) * 3,
    "𠮷": ("east_asia",) * 3,
    "“": ("h_ansi", "east_asia", "east_asia"),
    "”": ("h_ansi", "east_asia", "east_asia"),
    "‘": ("h_ansi", "east_asia", "east_asia"),
    "—": ("h_ansi", "east_asia", "east_asia"),
    "…": ("h_ansi", "east_asia", "east_asia"),
    "①": ("h_ansi", "east_asia", "east_asia"),
    "→": ("h_ansi", "east_asia", "east_asia"),
    "×": ("h_ansi", "east_asia", "east_asia"),
    "·": ("h_ansi", "east_asia", "east_asia"),
    "Ω": ("h_ansi", "east_asia", "east_asia"),
    "Я": ("h_ansi", "east_asia", "east_asia"),
    "é": ("h_ansi", "h_ansi", "east_asia"),
    "ā": ("h_ansi", "h_ansi", "east_asia"),
    "ç": ("h_ansi", "h_ansi", "h_ansi"),
    "©": ("h_ansi", "h_ansi", "h_ansi"),
    "ἀ": ("h_ansi", "h_ansi", "h_ansi"),
    "א": ("ascii",) * 3,
    "ع": ("ascii",) * 3,
}


@pytest.mark.parametrize(("character", "slots"), CASES.items(), ids=[f"U+{ord(each):04X}" for each in CASES])
def test_slot(character: str, slots: tuple[str, str, str]) -> None:
    found = [font_slots(character, values(properties)) for properties in (FACES, HINTED, CHINESE)]

    assert found == [(slot,) for slot in slots]


def test_an_accented_letter_is_not_east_asian_in_japanese_text() -> None:
    assert font_slots("é", values(JAPANESE)) == ("h_ansi",)


@pytest.mark.parametrize("mark", ["<w:cs/>", "<w:rtl/>"])
def test_a_complex_script_run_has_one_font_for_all_its_characters(mark: str) -> None:
    assert font_slots("abc 会议 “”", values(FACES + mark)) == ("complex_script",)


def test_a_complex_script_mark_set_to_false_has_no_effect() -> None:
    assert font_slots("会", values(FACES + '<w:rtl w:val="0"/>')) == ("east_asia",)


def test_times_new_roman_as_east_asian_font_means_none() -> None:
    roman = '<w:rFonts w:ascii="A" w:hAnsi="A" w:eastAsia="Times New Roman"/>'
    differing = '<w:rFonts w:ascii="A" w:hAnsi="H" w:eastAsia="Times New Roman"/>'

    assert font_slots("会议", values(roman)) == ("ascii",)
    assert font_slots("会议", values(differing)) == ("east_asia",)


def test_a_run_has_as_many_fonts_as_its_characters_take() -> None:
    found = fonts_of("第3条：“重要”", values(FACES))

    assert {slot: str(face.value) for slot, face in found.items()} == {
        "ascii": "A",
        "h_ansi": "H",
        "east_asia": "E",
    }
    assert fonts_of("“会议”", values(HINTED)).keys() == {"east_asia"}
    assert fonts_of("", values(FACES)) == {}


BY_SCRIPT: dict[str, dict[Script, tuple[str, ...]]] = {
    "第3条": {"latin": ("ascii",), "east_asia": ("east_asia",), "either": ()},
    "café": {"latin": ("ascii", "h_ansi"), "east_asia": (), "either": ()},
    "“”——…·": {"latin": (), "east_asia": (), "either": ("h_ansi",)},
    "Ａ，": {"latin": (), "east_asia": ("east_asia",), "either": ()},
    " \u3000.": {"latin": (), "east_asia": (), "either": ()},
}


@pytest.mark.parametrize(("text", "slots"), BY_SCRIPT.items())
def test_characters_of_one_script(text: str, slots: dict[Script, tuple[str, ...]]) -> None:
    assert {script: font_slots(text, values(FACES), script) for script in slots} == slots


def test_a_complex_script_run_without_such_characters_has_no_font_for_them() -> None:
    assert font_slots("会议", values(FACES + "<w:cs/>"), "latin") == ()
    assert font_slots("abc", values(FACES + "<w:cs/>"), "latin") == ("complex_script",)


@pytest.mark.parametrize(
    ("text", "scripts"),
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
def test_scripts_that_characters_certainly_belong_to(text: str, scripts: tuple[str, ...]) -> None:
    found = [script for script in ("latin", "east_asia") if font_slots(text, values(FACES), script)]

    assert tuple(found) == scripts
