"""Mutated ZIP headers: refused by the contract's errors, or written so that every program lists the same."""

import io
from pathlib import Path

import pytest
from hypothesis import event, given

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader
from tests.fuzz.mutated_headers import mutated_headers
from tests.fuzz.profile import profile
from tests.hostile.zip_tools import LISTED, require_tools

REFUSALS = {(400, "INVALID_TEMPLATE"), (413, "TEMPLATE_LIMIT_EXCEEDED"), (415, "INVALID_MEDIA_TYPE")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("headers")


@profile(400)
@given(content=mutated_headers())
def test_accepted_packages_are_listed_equally_by_every_program(folder: Path, content: bytes) -> None:
    require_tools()
    template, written = folder / "template.docx", folder / "out.docx"
    template.write_bytes(content)
    refusal = None
    try:
        package = Package(template, Limits())
    except DocopsError as error:
        refusal = error
    event("accepted" if refusal is None else f"refused: {refusal.detail.get('reason', refusal.code)}")
    if refusal is not None:
        assert (refusal.status, refusal.code) in REFUSALS
        return
    copy = io.BytesIO()
    package.write(copy, {})
    package.close()
    written.write_bytes(copy.getvalue())
    names = [entry.name for entry in ZipReader(copy.getvalue(), Limits()).entries]
    for reader, listed in LISTED.items():
        assert listed(written) == names, reader
