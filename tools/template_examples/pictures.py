"""Shows an example as one picture: template, task and document side by side, as LibreOffice lays them out."""

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import NamedTuple

from tools.lib.png import png, texts_of
from tools.template_examples import documents
from tools.template_examples.page import Example
from tools.template_examples.run import Docops, run_example

_LABELS = {"en": ("Template", "Task", "Document"), "zh": ("模板", "任务", "文档")}
_DPI = 100
_EDGE = 8
_WHITE, _LINE = b"\xff\xff\xff", b"\xc0\xc0\xc0"
# Sixteen shades of each colour are enough for text, and make small files.
_FEWER_SHADES = bytes(value // 16 * 17 for value in range(256))
_DIGEST = "docops-example"
_TASK_SIZE = 7.5


class _Image(NamedTuple):
    width: int
    rows: list[bytes]


def digest_of(example: Example) -> str:
    """Return what tells an example from all others: a picture holds that of the example it was made from."""
    told = (example.template, example.task, example.result, example.exit_code, example.told)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def digest_in(picture: Path) -> str | None:
    """Return the digest of the example that ``picture`` was made from."""
    return texts_of(picture.read_bytes()).get(_DIGEST)


def make_pictures(examples: Sequence[Example], docops: Docops) -> None:
    """Write the picture of each of ``examples``, which are all in one language."""
    with tempfile.TemporaryDirectory(prefix="docops-pictures-") as name:
        folder = Path(name)
        labels = _LABELS[examples[0].language]
        for number, label in enumerate(labels):
            documents.write([label], folder / f"label-{number}.docx", _TASK_SIZE)
        for example in examples:
            _write_panels(example, folder, docops)
        images = _laid_out(folder)
        heads = [images[f"label-{number}"] for number in range(len(labels))]
        for example in examples:
            panels = [images[f"{example.name}.{panel}"] for panel in ("template", "task")]
            after = [
                images[key] for panel in ("document", "told") if (key := f"{example.name}.{panel}") in images
            ]
            columns = [[heads[0], panels[0]], [heads[1], panels[1]], [heads[2], *after]]
            image = _side_by_side([_stacked(each) for each in columns])
            example.picture.parent.mkdir(parents=True, exist_ok=True)
            content = png(image.width, len(image.rows), b"".join(image.rows), {_DIGEST: digest_of(example)})
            example.picture.write_bytes(content)


def _write_panels(example: Example, folder: Path, docops: Docops) -> None:
    work = folder / "work" / example.name
    work.mkdir(parents=True)
    outcome = run_example(example, work, docops)
    outcome.template.rename(folder / f"{example.name}.template.docx")
    task = example.task.rstrip("\n").split("\n")
    documents.write([_with_indent(line) for line in task], folder / f"{example.name}.task.docx", _TASK_SIZE)
    if outcome.result is not None:
        outcome.document.rename(folder / f"{example.name}.document.docx")
    if outcome.told:
        told = [f"▸ {line}" for line in outcome.told]
        documents.write(told, folder / f"{example.name}.told.docx", _TASK_SIZE)


def _with_indent(line: str) -> str:
    return re.sub("^ +", lambda match: "\u00a0" * len(match[0]), line)


def _laid_out(folder: Path) -> Mapping[str, _Image]:
    """Return the first page of each document in ``folder`` by its name, without white space below."""
    files = sorted(folder.glob("*.docx"))
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True)
    images = {}
    for file in files:
        command = ["pdftoppm", "-singlefile", "-r", str(_DPI), str(file.with_suffix(".pdf"))]
        images[file.stem] = _read_ppm(subprocess.run(command, check=True, capture_output=True).stdout)
    return images


def _read_ppm(content: bytes) -> _Image:
    match = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", content)
    if match is None:
        raise ValueError("pdftoppm wrote no PPM")
    width, pixels = int(match[1]), content[match.end() :].translate(_FEWER_SHADES)
    rows = [pixels[start : start + 3 * width] for start in range(0, len(pixels), 3 * width)]
    blank = _WHITE * width
    inked = [number for number, row in enumerate(rows) if row != blank]
    if not inked:
        return _Image(width, [blank] * _EDGE)
    return _Image(width, [blank] * _EDGE + rows[inked[0] : inked[-1] + 1])


def _stacked(images: Sequence[_Image]) -> _Image:
    width = images[0].width
    rows = [row for image in images for row in image.rows]
    return _Image(width, [*rows, *[_WHITE * width] * _EDGE])


def _side_by_side(images: Sequence[_Image]) -> _Image:
    height = max(len(image.rows) for image in images)
    columns = [[*image.rows, *[_WHITE * image.width] * (height - len(image.rows))] for image in images]
    rows = [_joined(row) for row in zip(*columns, strict=True)]
    width = len(rows[0]) // 3
    return _Image(width, [_LINE * width, *rows, _LINE * width])


def _joined(row: Sequence[bytes]) -> bytes:
    return _LINE + _LINE.join(row) + _LINE


def missing_programs() -> Iterator[str]:
    """Yield the programs that are needed and not installed."""
    yield from (each for each in ("soffice", "pdftoppm") if which(each) is None)
