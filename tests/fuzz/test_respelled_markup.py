"""Markup that says the same in other bytes: each template is filled as the one with the usual spelling.

End tags of empty elements, single quotes, white space in tags, comments, other prefixes.
"""

import io
import os
import random
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from lxml import etree

from docops_flask.engine.errors import InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.options import Options
from tests.engine.open_jobs import run_open
from tests.fuzz.marked_bodies import any_asset, any_marked, any_payload
from tests.fuzz.respelled import respelled

SEEDS = int(os.environ.get("DOCOPS_TESTS_RESPELLED", "160"))
_AT_ONCE = 40
_TEXTS = ("}t", "}instrText", "}delText")


@pytest.mark.parametrize("first", range(0, SEEDS, _AT_ONCE))
def test_a_template_in_another_spelling_is_filled_alike(first: int) -> None:
    for seed in range(first, min(first + _AT_ONCE, SEEDS)):
        chance = random.Random(seed)
        has_documents = seed % 4 == 0
        template, payload = any_marked(chance, has_documents=has_documents), any_payload(chance)
        asset = any_asset(chance) if has_documents else b""
        usual = _outcome(template, payload, asset)
        other = _outcome(respelled(template, chance), payload, respelled(asset, chance) if asset else b"")
        assert other == usual, f"seed {seed}"


def _outcome(template: bytes, payload: dict[str, Any], asset: bytes) -> object:
    """What the parts of the result say, or why the job is refused."""
    assets = {}
    if asset and "文件" in _main(template):
        payload, assets = {**payload, "文件": {"file": "a.docx"}}, {"a.docx": asset}
    with TemporaryDirectory() as folder:
        try:
            done = run_open(Path(folder), template, payload, Options(unused="allow"), assets=assets)
        except (InvalidArgument, TemplateLimitExceeded) as error:
            return str(error)
    assert done.json("out.integrity.json")["verdict"] == "intact"
    return _said(done.files["out.docx"])


def _main(template: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        return archive.read("word/document.xml").decode()


def _said(document: bytes) -> Mapping[str, list[object]]:
    """The elements of each part with their attributes and texts, without comments and white space."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        roots = {
            name: etree.fromstring(archive.read(name), parser)
            for name in archive.namelist()
            if name.startswith("word/") and name.endswith(".xml")
        }
    return {
        name: [
            (each.tag, sorted(each.attrib.items()), each.text if each.tag.endswith(_TEXTS) else None)
            for each in root.iter()
        ]
        for name, root in roots.items()
    }
