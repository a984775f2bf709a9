"""The console says of a file what the server and the shell say, in both languages."""

import json
import re

import pytest

from docops_flask.engine.opc.other_kinds import OTHER_KINDS
from docops_flask.engine.options import FIELD_ORDER
from docops_flask.engine.run_warnings import WARNINGS
from docops_flask.engine.text_encoding import OTHER_ENCODING
from tests.conftest import ROOT


def messages(part: str, language: str) -> dict[str, str]:
    text = (ROOT / f"static/js/messages/{part}_{language}.js").read_text("utf-8")
    found = re.findall(r'^  (\w+):\s+("(?:[^"\\]|\\.)*"),$', text, re.MULTILINE)
    return {key: json.loads(value) for key, value in found}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_console_says_what_a_file_is_as_the_server_does(language: str) -> None:
    said = {f"found_{kind}": each.sentence.text(language) for kind, each in OTHER_KINDS.items()}
    said["other_encoding"] = OTHER_ENCODING.text(language).replace("{}", "{encoding}")
    assert messages("files", language) == {key: text[0].upper() + text[1:] for key, text in said.items()}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_console_has_the_warnings_of_a_run(language: str) -> None:
    shown = messages("result", language)
    for code, warning in WARNINGS.items():
        told = shown[f"warning_{code}"]
        # The same first sentence; then where to click, and no name of a form field.
        first = warning.text(language).partition("." if language == "en" else "。")[0]
        # Clerks are told of places to fill in.
        first = first.replace("placeholders", "places to fill in").replace("占位符", "待填处")
        assert told.startswith(first)
        assert not [field for field in FIELD_ORDER if field in told]
