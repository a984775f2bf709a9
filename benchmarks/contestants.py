"""The compared implementations: the engine, a lower bound for any engine on lxml, and other libraries."""

import gc
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from benchmarks.documents import VALUES, Spelling, bracketed, merged, templated
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import PRESETS
from docops_flask.engine.pipeline import run_job
from docops_flask.intake.catalogue.skills import load_skills

# Fills the template (first path) and writes the result into the folder (second path).
Fill = Callable[[Path, Path], None]

_T = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
_PLACEHOLDER = re.compile("【([A-Z_]+)】")
_DOCUMENT = "word/document.xml"


def contestants() -> dict[str, tuple[Spelling, Fill]]:
    """Return all implementations by name, each with the placeholder syntax of its templates."""
    return {
        "limit": (bracketed, fill_at_the_limit),
        "engine quick": (bracketed, engine("quick")),
        "engine strict": (bracketed, engine("strict")),
        "docxtpl": (templated, fill_with_docxtpl),
        "docx-mailmerge2": (merged, fill_with_mailmerge),
        "python-docx loop": (bracketed, fill_with_python_docx),
    }


def engine(preset: str) -> Fill:
    """Return the complete engine as a renderer runs it: all reports, the format check, one ZIP.

    Like a renderer, which serves one job, it runs without garbage collection.
    """
    skills = load_skills()
    skill = skills.get("inspection_record")
    payload = {name.lower(): value for name, value in VALUES.items()}
    job = Job(JobKind.RUN, tuple(skills), skill, payload, PRESETS[preset])  # type: ignore[index]

    def fill(template: Path, folder: Path) -> None:
        gc.disable()
        try:
            run_job(job, template, folder)
        finally:
            gc.enable()

    return fill


def fill_at_the_limit(template: Path, folder: Path) -> None:
    """Read the ZIP, parse the document, replace the text and write it; copy other members as stored."""
    data = template.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, (folder / "limit.docx").open("wb") as stream:
        central = []
        for info in archive.infolist():
            offset = stream.tell()
            if info.filename == _DOCUMENT:
                stream.write(_filled_member(info, _replaced(archive.read(info))))
            else:
                stream.write(_stored_member(data, info))
            central.append(_central_header(info, offset))
        start = stream.tell()
        stream.write(b"".join(central))
        size, count = stream.tell() - start, len(central)
        stream.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, 0))


def _replaced(content: bytes) -> bytes:
    root = etree.fromstring(content)
    for node in root.iter(_T):
        text = node.text
        if text and "【" in text:
            node.text = _PLACEHOLDER.sub(lambda match: VALUES[match[1]], text)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def _filled_member(info: zipfile.ZipInfo, content: bytes) -> bytes:
    deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflater.compress(content) + deflater.flush()
    info.CRC, info.file_size, info.compress_size = zlib.crc32(content), len(content), len(packed)
    return _local_header(info) + packed


def _stored_member(data: bytes, info: zipfile.ZipInfo) -> bytes:
    name_length, extra_length = struct.unpack_from("<2H", data, info.header_offset + 26)
    start = info.header_offset + 30 + name_length + extra_length
    return _local_header(info) + data[start : start + info.compress_size]


def _sizes(info: zipfile.ZipInfo) -> tuple[int, ...]:
    return (
        20,
        0,
        info.compress_type,
        0,
        0x21,
        info.CRC,
        info.compress_size,
        info.file_size,
        len(info.filename),
    )


def _local_header(info: zipfile.ZipInfo) -> bytes:
    return struct.pack("<4s5H3L2H", b"PK\3\4", *_sizes(info), 0) + info.filename.encode()


def _central_header(info: zipfile.ZipInfo, offset: int) -> bytes:
    fixed = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, *_sizes(info), 0, 0, 0, 0, 0, offset)
    return fixed + info.filename.encode()


def fill_with_python_docx(template: Path, folder: Path) -> None:
    """Replace the text of runs, as most scripts with python-docx do."""
    import docx

    document = docx.Document(str(template))
    found = list(document.paragraphs)
    found.extend(
        paragraph
        for table in document.tables
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
    )
    for paragraph in found:
        for run in paragraph.runs:
            if "【" in run.text:
                run.text = _PLACEHOLDER.sub(lambda match: VALUES[match[1]], run.text)
    document.save(str(folder / "python-docx.docx"))


def fill_with_docxtpl(template: Path, folder: Path) -> None:
    """Render a Jinja template with docxtpl."""
    from docxtpl import DocxTemplate

    document = DocxTemplate(template)
    document.render(VALUES)
    document.save(folder / "docxtpl.docx")


def fill_with_mailmerge(template: Path, folder: Path) -> None:
    """Fill merge fields with docx-mailmerge."""
    from mailmerge import MailMerge

    with MailMerge(template) as document:
        document.merge(**VALUES)
        document.write(folder / "mailmerge.docx")
