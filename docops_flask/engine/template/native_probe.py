"""Whether a template may hold Word's own marks of fields: a search of bytes, for all jobs in language 2."""

import re
from typing import TYPE_CHECKING

from docops_flask.engine.document.document import Document

if TYPE_CHECKING:
    from docops_flask.engine.template.native.marks import NativeMarks

# The instructions of fields, joined: one may lie across runs.
_INSTRUCTIONS = re.compile(
    rb"instrText\b[^<>]*>(.*?)</(?:[^\s<>/:]+:)?instrText|\binstr\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.DOTALL
)
_FIELDS = re.compile(
    rb"MERGE(?:FIELD|REC|SEQ)|FORM(?:TEXT|CHECKBOX|DROPDOWN)|NEXT|SKIPIF|ADDRESSBLOCK|GREETINGLINE",
    re.IGNORECASE,
)
# CDATA sections, comments and references to letters: what they come to is not worked out here.
_UNUSUAL = (b"<!", b"<?", b"&#")
# A content control with a name that is not empty; its namespace may be the default one.
_NAMED = re.compile(rb"[:<](?:tag|alias)\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?\bval\s*=\s*[\"'][^\"']")


def native_marks_of(document: Document) -> "NativeMarks | None":
    """Return the native marks of ``document``; ``None`` where it has none, found by its bytes alone."""
    if not any(_may_hold(part.distinct) for part in document.parts):
        return None
    # Imported here: few templates have such marks.
    from docops_flask.engine.template.native.find import find_native

    return find_native(document)


def _may_hold(content: bytes) -> bool:
    if b"sdtPr" in content and _NAMED.search(content) is not None:
        return True
    if b"instr" not in content:
        return False
    joined = b"".join(part for match in _INSTRUCTIONS.findall(content) for part in match)
    return _FIELDS.search(joined) is not None or any(each in joined for each in _UNUSUAL)
