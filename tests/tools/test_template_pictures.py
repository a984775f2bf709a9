"""The tool behind ``make template-pictures``: the lines of examples as documents, and their pictures."""

import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT, require
from tools.lib.png import png, seal, texts_of
from tools.make_template_pictures import _docops, main
from tools.template_examples import documents, page, pictures
from tools.template_examples.page import Example

LINES = [
    "[header] head",
    "text of a paragraph",
    "",
    "a ¦ b ⏎ second paragraph",
    "c ¦ d",
    "between",
    "¦ one cell",
    "line↵break",
    "№1 first",
    "№2 second",
]
EXAMPLE = Example("one", "en", ["Dear 【Name】,"], '{"payload": {"Name": "Lin"}}\n', ["Dear Lin,"])


def test_lines_come_back_as_they_were_written(tmp_path: Path) -> None:
    documents.write([line.replace("№1 ", "№ ").replace("№2 ", "№ ") for line in LINES], tmp_path / "a.docx")
    assert documents.read(tmp_path / "a.docx") == LINES


def test_a_picture_comes_back_with_its_size(tmp_path: Path) -> None:
    documents.write(["x [picture 30 × 20 mm 【@A】]"], tmp_path / "a.docx")
    assert documents.read(tmp_path / "a.docx") == ["x [picture 30 × 20 mm]"]


def test_an_example_is_read_with_all_its_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = "```template a\nx\ny\n```\n```json\n{}\n```\n```result exit 2\nz\n```\n```told\nmissing A\n```\n"
    (tmp_path / "page.md").write_text(f"{text}```template b\n\n```\n", encoding="utf-8")
    monkeypatch.setitem(page.PAGES, "en", tmp_path / "page.md")
    assert page.examples_of("en") == [
        Example("a", "en", ["x", "y"], "{}\n", ["z"], 2, ["missing A"]),
        Example("b", "en", [""]),
    ]


def test_a_png_holds_its_pixels_and_texts() -> None:
    content = png(2, 1, bytes(range(6)), {"key": "a text"})
    assert texts_of(content) == {"key": "a text"}
    start = content.index(b"IDAT") + 4
    (length,) = struct.unpack_from(">I", content, start - 8)
    assert zlib.decompress(content[start : start + length]) == b"\0" + bytes(range(6))


def test_the_seal_is_ink_at_ring_and_star_and_nothing_else() -> None:
    content = seal(100)
    start = content.index(b"IDAT") + 4
    (length,) = struct.unpack_from(">I", content, start - 8)
    rows = zlib.decompress(content[start : start + length])
    ink = [rows[row * 101 + 1 : row * 101 + 101] for row in range(100)]
    assert (ink[0][0], ink[50][2], ink[50][50], ink[50][20]) == (0, 255, 255, 0)


@pytest.mark.usefixtures("soffice")
def test_a_picture_shows_template_task_and_document_and_names_its_example(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(page, "PICTURES", tmp_path)
    require(not list(pictures.missing_programs()), "pdftoppm is not installed (Debian: poppler-utils)")
    pictures.make_pictures([EXAMPLE], _docops)
    content = (tmp_path / "one.en.png").read_bytes()
    width, height = struct.unpack_from(">II", content, 16)
    assert width == 3 * round((documents.TEXT_WIDTH + 8) / 25.4 * 100) + 4
    assert 40 < height < 120
    assert pictures.digest_in(tmp_path / "one.en.png") == pictures.digest_of(EXAMPLE)
    assert pictures.digest_of(replace(EXAMPLE, exit_code=2)) != pictures.digest_of(EXAMPLE)


def test_without_the_programs_the_tool_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(ROOT / "docs"))
    assert main([]) == 1
    assert "not installed: soffice, pdftoppm" in capsys.readouterr().err
