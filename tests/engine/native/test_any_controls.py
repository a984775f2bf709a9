"""Random bodies with content controls: filled as proved, or left byte for byte as they were."""

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from docops_flask.engine.options import Options
from tests.engine.native.controlled_bodies import Bodies
from tests.engine.open_jobs import run_open
from tests.factories import docx, story

_DOCUMENT = "word/document.xml"


@pytest.mark.parametrize("seed", range(12))
def test_any_body_is_filled_and_proved(tmp_path: Path, seed: int) -> None:
    made = Bodies(seed)
    body = made.body()
    payloads: list[dict[str, Any]] = [made.payload(), {}]
    for number, payload in enumerate(payloads):
        run = run_open(tmp_path / str(number), docx(body), payload, Options(unused="allow"))
        assert run.json("out.integrity.json")["exactness"] == "bytes"
        content = run.part(_DOCUMENT)
        etree.fromstring(content)
        assert b"docops-mark" not in content
        numbers = re.findall(rb'<w:id w:val="(\d+)"', content)
        assert len(numbers) == len(set(numbers))
    if "<w:group/>" not in body:
        # Only groups go without a value.
        assert content.decode() == story("document", f"<w:body>{body}<w:sectPr/></w:body>")
