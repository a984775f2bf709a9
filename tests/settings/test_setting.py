"""What a setting carries, and that a secret one keeps its value to itself."""

from dataclasses import Field, dataclass, fields
from typing import Any

from docops_flask.settings.setting import setting
from docops_flask.settings.values import Parser

PARSE = Parser(int, "a number")


def field_of(made: Any) -> tuple[type[Any], Field[Any]]:
    @dataclass
    class Holder:
        value: Any = made

    return Holder, fields(Holder)[0]


def test_a_setting_has_its_default_and_its_description() -> None:
    holder, field = field_of(setting(5, PARSE, "Helps.", default_text="five", secret=True))
    described = field.metadata["setting"]
    assert holder().value == 5
    assert (described.parse, described.help) == (PARSE, "Helps.")
    assert (described.default_text, described.secret) == ("five", True)


def test_the_defaults_of_a_settings_description() -> None:
    _, field = field_of(setting(5, PARSE, "Helps."))
    described = field.metadata["setting"]
    assert (described.default_text, described.secret) == (None, False)


def test_the_repr_leaves_out_secrets_only() -> None:
    assert "sesame" not in repr(field_of(setting("sesame", PARSE, "Helps.", secret=True))[0]())
    assert "open" in repr(field_of(setting("open", PARSE, "Helps."))[0]())
