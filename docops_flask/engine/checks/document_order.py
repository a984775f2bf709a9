"""The order in which a report lists its issues."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.document.document import Document

if TYPE_CHECKING:
    from docops_flask.engine.checks.issue import Issue


def in_document_order(issues: "Sequence[Issue]", document: Document) -> "tuple[Issue, ...]":
    """Return the issues by place, tables first; at one place they keep the registry's order."""
    if not issues:
        return ()
    paths = [table.path for table in document.walk.tables]
    paths.extend(paragraph.path for paragraph in document.walk.paragraphs)
    position = {path: index for index, path in enumerate(paths)}
    after_all = len(position)
    return tuple(sorted(issues, key=lambda issue: position.get(issue.paragraph_path, after_all)))
