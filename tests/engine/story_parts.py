"""Story parts straight from XML: no package, the real reader of a part's bytes."""

from docops_flask.engine.document.document import Document, StoryKind, StoryPart, Walk
from docops_flask.engine.document.edits import Edit, written_parts
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.xml_part import encoded, encoding_of, recoded
from docops_flask.engine.oxml.markup import part_text
from docops_flask.engine.oxml.names import vocabulary
from tests.factories import story


def story_part(content: str | bytes, kind: StoryKind = StoryKind.BODY, prefix: str = "") -> StoryPart:
    """The part with these bytes; ``prefix`` is what addresses in it begin with."""
    name = f"word/{'document' if kind is StoryKind.BODY else kind.value}.xml"
    content = content.encode() if isinstance(content, str) else content
    encoding = encoding_of(content, name)
    text = part_text(recoded(content, encoding))
    return StoryPart(name, kind, prefix, text, vocabulary(text.namespace.decode()), encoding=encoding)


def body_part(body: str, *, strict: bool = False) -> StoryPart:
    """The main part with ``body`` inside w:body."""
    return story_part(story("document", f"<w:body>{body}</w:body>", strict=strict))


def with_edits(part: StoryPart, edits: list[Edit]) -> bytes:
    """The part's bytes with ``edits`` in."""
    return written_parts(edits).get(part.name) or encoded(part.text.content, part.encoding)


def walk_with_edits(document: Document, edits: list[Edit]) -> Walk:
    """The walk of the document that ``edits`` make of ``document``."""
    written = written_parts(edits)
    parts = [
        story_part(
            written.get(part.name) or encoded(part.text.content, part.encoding), part.kind, part.prefix
        )
        for part in document.parts
    ]
    return walk_stories(parts, Limits().table_cells)
