"""The single file of a renderer that may have been taken over."""

import os
from pathlib import Path

import pytest

from docops_flask.jobs.errors import InsufficientStorage, RendererCrashed
from docops_flask.jobs.made_file import open_file
from tests.jobs.observing import descriptors


@pytest.mark.parametrize(
    ("name", "content"), [("out.docx", b"PK\x03\x04 rest"), ("out.pdf", b"%PDF-1.7 rest")]
)
def test_a_file_of_its_kind_is_opened_at_its_beginning(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with open_file(tmp_path / name, len(content)) as file:
        assert file.read() == content


@pytest.mark.parametrize(
    ("name", "content", "inner"),
    [
        ("out.docx", b"", "out.docx is of another kind"),
        ("out.docx", b"%PDF-1.7", "out.docx is of another kind"),
        ("out.pdf", b"PK\x03\x04", "out.pdf is of another kind"),
        ("out.docx", b"PK\x03\x04" + bytes(100), "out.docx has more than 100 bytes"),
    ],
)
def test_any_other_is_refused_and_closed(tmp_path: Path, name: str, content: bytes, inner: str) -> None:
    (tmp_path / name).write_bytes(content)
    before = descriptors()
    with pytest.raises(RendererCrashed) as caught:
        open_file(tmp_path / name, 100)
    assert caught.value.inner == inner
    assert descriptors() == before


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"PK\x03\x04")
    (tmp_path / "link.docx").symlink_to(tmp_path / "other")
    (tmp_path / "second.docx").hardlink_to(tmp_path / "other")
    os.mkfifo(tmp_path / "pipe.docx")
    for name in ("link.docx", "second.docx", "pipe.docx", "missing.docx"):
        with pytest.raises(RendererCrashed):
            open_file(tmp_path / name, 100)
    with pytest.raises(InsufficientStorage):
        open_file(tmp_path / "gone" / "out.docx", 100)
