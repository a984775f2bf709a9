"""Small templates of other tools, converted as ``docops convert`` does it."""

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from docops_flask.engine.document.open import open_document
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.pipeline import convert_template
from docops_flask.engine.reports.conversion import Conversion
from docops_flask.engine.template.foreign.tools import Tool
from tests.factories import docx, p

JOB = Job(kind=JobKind.INSPECT, skills=(), limits=Limits())


class Result(NamedTuple):
    """A converted template: the file, its report, the texts of its paragraphs."""

    file: Path
    report: Conversion
    texts: list[str]

    @property
    def left(self) -> list[tuple[str, str]]:
        """The tags that were left, with the reasons."""
        return [(tag.text, tag.reason) for tag in self.report.left]

    @property
    def checks(self) -> list[tuple[str, str]]:
        """The tags to be checked, with what is to be checked."""
        return [(tag.text, tag.doubt) for tag in self.report.tags if tag.doubt]


def texts_of(file: Path) -> list[str]:
    """Return the texts of the paragraphs of a document, its headers and notes too."""
    with closing(Package(file, Limits())) as package:
        return [place.reading.text for place in open_document(package, Limits()).walk.paragraphs]


def convert(
    folder: Path, template: str | bytes, tool: str, delimiters: tuple[str, str] | None = None
) -> Result:
    """Convert a template, given as a file or as the text of its paragraphs."""
    content = docx("".join(map(p, template.split("\n")))) if isinstance(template, str) else template
    source, out = folder / "source.docx", folder / "converted.docx"
    source.write_bytes(content)
    report = convert_template(JOB, source, Tool(tool, delimiters), out)
    return Result(out, report, texts_of(out))
