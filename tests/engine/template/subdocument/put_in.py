"""Documents put into small documents, as a run does it behind filling."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any, NamedTuple

from docops_flask.engine.document.open import open_document
from docops_flask.engine.opc.additions import Additions
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.subdocument.asset import Asset
from docops_flask.engine.template.subdocument.insertion import FilledDocument, Inserted, insert_subdocuments
from docops_flask.engine.template.subdocument.markers import MARKER, file_of, marker_of
from tests.factories import W, p

_LIMITS = Limits()
# Where a document comes to stand.
TAG = p(marker_of("a.docx"))


class Result(NamedTuple):
    """What came of it: the document's members in their order, and what is told."""

    members: Mapping[str, bytes]
    inserted: Inserted

    def part(self, name: str = "word/document.xml") -> str:
        """Return a part."""
        return self.members[name].decode()

    def body(self) -> str:
        """Return what is in w:body before the last w:sectPr, without declarations of namespaces."""
        text = self.part()
        text = text[text.index("<w:body>") + 8 : text.rindex("<w:sectPr")]
        return re.sub(r' xmlns:\w+="[^"]*"', "", text)

    @property
    def told(self) -> Mapping[str, Any]:
        """What the log says of the only value."""
        [told] = self.inserted.told
        return told

    def warnings(self) -> list[tuple[str, str]]:
        """Return codes and places of the warnings."""
        return [(each.code, each.place) for each in self.inserted.warnings]

    def as_file(self) -> bytes:
        """Return the document."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in self.members.items():
                archive.writestr(name, content)
        return stream.getvalue()


def put_in(template: bytes, *assets: bytes, limits: Limits = _LIMITS, namespace: str = W) -> Result:
    """Put ``assets``, called a.docx, b.docx … in place of their markers (``TAG``) in ``template``."""
    named = {
        f"{chr(ord('a') + number)}.docx": Asset(f"{chr(ord('a') + number)}.docx", content, namespace, limits)
        for number, content in enumerate(assets)
    }
    package = Package.of_bytes(template, limits)
    document = open_document(package, limits)
    tags = [
        FilledDocument(place.path, match[0], f"$.{file_of(match[0])}", place.path)
        for place in document.walk.paragraphs
        for match in MARKER.finditer(place.reading.text)
    ]
    additions = Additions(package, limits)
    inserted = insert_subdocuments(package, document, {}, additions, tags, named, limits)
    done = additions.finish(inserted.changed)
    stream = io.BytesIO()
    package.write(stream, done.changed, done.added)
    with zipfile.ZipFile(stream) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return Result(members, inserted)
