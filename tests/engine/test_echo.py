"""What an answer repeats of a request is short and shows as what it is."""

import pytest

from docops_flask.engine.errors import echo


@pytest.mark.parametrize(
    ("sent", "repeated"),
    [
        ("", ""),
        ("formatmode", "formatmode"),
        ("会议 通知 😀", "会议 通知 😀"),
        ("x" * 65, "x" * 64),
        ("\n" * 65, "\\u000a" * 64),
        ("a\r\nb\tc\0", "a\\u000d\\u000ab\\u0009c\\u0000"),
        ("\x1b[2J", "\\u001b[2J"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u200b\ufeff\u2028\u3000", "\\u200b\\ufeff\\u2028\\u3000"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_an_echo_has_at_most_64_characters_and_escapes_invisible_ones(sent: str, repeated: str) -> None:
    assert echo(sent) == repeated
    assert repeated.isprintable()


def test_a_caller_may_allow_more_or_fewer_characters() -> None:
    assert echo("x" * 300, 255) == "x" * 255
    assert echo("a\nb", 2) == "a\\u000a"
