"""Names of files are storable on every system, whatever they are made of, and doubles are numbered."""

import re
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docops_flask.engine.file_name import MAX_NAME_BYTES, UniqueNames, storable_name

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e8\U0001f1f3"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("HT-2026-001-某某公司", "HT-2026-001-某某公司"),
        ("〔2026〕12号", "〔2026〕12号"),
        ("a/b\\c", "a_b_c"),
        ('<a>:"b"|?*', "_a___b____"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\r\nSet-Cookie: x", "a Set-Cookie_ x"),
        ("一\t二\u2028三", "一 二 三"),
        ("\x00a\x1bb\x7fc\x85", "abc"),
        ("invoice\u202excod.exe", "invoicexcod.exe"),
        ("\u200eA\u200f\u2066B\u2069\u061cC\ufeff", "ABC"),
        ("soft\xadhyphen\u200b", "softhyphen"),
        ("half \ud800 pair", "half  pair"),
        (" . name . ", "name"),
        ("...", ""),
        ("", ""),
        (" \u3000 ", ""),
        ("CON", "_CON"),
        ("nul", "_nul"),
        ("Com1", "_Com1"),
        ("LPT\u00b2", "_LPT\u00b2"),
        ("aux.tar.gz", "_aux.tar.gz"),
        ("PRN .x", "_PRN .x"),
        ("CONTRACT", "CONTRACT"),
        ("COM10", "COM10"),
        ("cafe\u0301", "café"),
        (f"家庭{FAMILY}", f"家庭{FAMILY}"),
        ("100%25", "100%25"),
    ],
)
def test_what_cannot_be_stored_is_replaced_or_left_out(text: str, name: str) -> None:
    assert storable_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("合同.docx", "合同"),
        ("合同.DOCX", "合同"),
        ("a.docx.docx", "a.docx"),
        ("a.pdf", "a.pdf"),
        (".docx", "docx"),
    ],
)
def test_the_extension_stands_once(text: str, name: str) -> None:
    assert storable_name(text, ".docx") == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a" * 300, "a" * 120),
        ("长" * 300, "长" * 40),
        ("é" * 300, "é" * 60),
        # A family takes 18 bytes, a flag 8: none is cut in two.
        ("a" * 110 + FAMILY, "a" * 110),
        ("a" * 115 + FLAG * 2, "a" * 115),
        ("a" * 105 + FLAG * 2, "a" * 105 + FLAG),
        ("a" * 119 + "e\u0335", "a" * 119),
        ("a" * 117 + " . b", "a" * 117),
        ("NUL." + "x" * 300, "_NUL." + "x" * 115),
        # Nothing but marks that belong to the character before: cut anywhere.
        ("\u0335" * 300, "\u0335" * 60),
    ],
)
def test_a_long_name_is_cut_between_two_characters(text: str, name: str) -> None:
    assert storable_name(text) == name


@given(st.text(st.characters(), max_size=200), st.sampled_from(["", ".docx", ".pdf"]))
def test_any_text_makes_a_name_that_is_stored_as_it_is(text: str, extension: str) -> None:
    name = storable_name(text, extension)
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]', name)
    assert name == name.strip(". ") == normalize("NFC", name)
    # The server makes anew what a renderer made.
    assert storable_name(name) == name


def test_doubles_are_numbered_whatever_their_case_and_form() -> None:
    names = UniqueNames()
    taken = [
        names.take(each)
        for each in ("a", "A", "b", "a", "a-2", "caf\u00e9", "cafe\u0301", "Straße", "STRASSE")
    ]
    assert taken == ["a", "A-2", "b", "a-3", "a-2-2", "caf\u00e9", "cafe\u0301-2", "Straße", "STRASSE-2"]


def test_a_numbered_name_is_no_longer_than_others() -> None:
    names = UniqueNames()
    long = storable_name("长" * 300)
    taken = [names.take(long) for _ in range(12)]
    assert len(set(taken)) == 12
    assert taken[:2] == [long, "长" * 39 + "-2"]
    assert taken[11].endswith("-12")
    assert max(len(each.encode()) for each in taken) <= MAX_NAME_BYTES


def test_many_doubles_take_no_longer_each() -> None:
    names = UniqueNames()
    assert [names.take("x") for _ in range(20_000)][-1] == "x-20000"
