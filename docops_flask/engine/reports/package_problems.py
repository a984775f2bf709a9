"""What an inspection warns of beside the text: a signature, links to other files, the author's comments.

Sources: ECMA-376 part 1, 17.14 (mail merge), 17.15.1.6 (w:attachedTemplate), 17.16.5 (field codes), 17.13.4
(comments); part 2, 9.3 (external targets) and 13 (digital signatures).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from docops_flask.engine.document.document import Document, StoryKind, StoryPart
from docops_flask.engine.errors import InvalidTemplate, echo
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import SIGNATURE_ORIGIN, Relationship
from docops_flask.engine.oxml.markup import decoded
from docops_flask.engine.oxml.names import W_STRICT, W_TRANSITIONAL
from docops_flask.engine.reports.inspection import MAX_SHOWN_CHARACTERS, Problem

_MERGE_SOURCES = frozenset(("mailMergeSource", "mailMergeHeaderSource"))
_ATTACHED_TEMPLATE = "attachedTemplate"
# Types of external relationships that are no links, or have a problem of their own.
_OTHERS = _MERGE_SOURCES | {_ATTACHED_TEMPLATE, "hyperlink"}
# Fields that take their result from another file or program (17.16.5.32, .33, .35 and others).
_LINKING = rb"\s*+((?:INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|DDEAUTO|DDE|DATABASE|RD)\s"
_LINKING_FIELD = re.compile(
    rb"instrText(?:\s[^<>]*+)?>%b[^<>]*+)|instr\s*+=\s*+\"%b[^\"<]*+)|instr\s*+=\s*+'%b[^'<]*+)"
    % (_LINKING, _LINKING, _LINKING),
    re.IGNORECASE,
)


class _Link(NamedTuple):
    """An external relationship and the part that has it."""

    source: str
    relationship: Relationship


def package_problems(package: Package, document: Document) -> Iterator[Problem]:
    """Yield what a template has that goes beyond its text and that its author may not know of.

    The place of each is the name of a part.
    """
    links = list(_external_links(package))
    yield from _signature(package)
    yield from _of_settings(document, links)
    yield from _links(links)
    for part in document.parts:
        if part.kind is StoryKind.COMMENTS:
            yield from _comments(part)
        else:
            yield from _linking_fields(part)


def _signature(package: Package) -> Iterator[Problem]:
    for each in package.relationships(""):
        if each.kind == SIGNATURE_ORIGIN:
            message = (
                "The template has a digital signature, which filling makes void; "
                "drop_signature=true leaves it out."
            )
            yield Problem("SIGNED", message, each.target, "")
            return


def _external_links(package: Package) -> Iterator[_Link]:
    for entry in package.archive.entries:
        folder, _, base = entry.name.rpartition("/")
        if not (folder == "_rels" or folder.endswith("/_rels")) or not base.endswith(".rels"):
            continue
        outer = folder.removesuffix("_rels")
        source = f"{outer}{base.removesuffix('.rels')}"
        try:
            relationships = package.relationships(source)
        except InvalidTemplate:
            # A part that nothing else reads; the template is filled all the same.
            continue
        yield from (_Link(source, each) for each in relationships if each.external)


def _of_settings(document: Document, links: list[_Link]) -> Iterator[Problem]:
    name, root = document.related.name("settings"), document.related.root("settings")
    if name is None or root is None:
        return
    of_settings = [link.relationship for link in links if link.source == name]
    namespaces = (W_TRANSITIONAL, W_STRICT)
    if any(root.find(f"{{{namespace}}}mailMerge") is not None for namespace in namespaces):
        sources = [each.target for each in of_settings if each.kind in _MERGE_SOURCES]
        shown = _shown(sources[0]) if sources else ""
        message = (
            "The template is linked to the data source of a mail merge, for which Word asks when the "
            "document is opened; end it in Word under Mailings > Start Mail Merge > Normal Word Document."
        )
        yield Problem("MAIL_MERGE", message, name, shown)
    for each in of_settings:
        if each.kind == _ATTACHED_TEMPLATE:
            message = (
                "Another template is attached to this one, which Word looks for when the document is opened; "
                "detach it in Word under Developer > Document Template."
            )
            yield Problem("ATTACHED_TEMPLATE", message, name, _shown(each.target))


def _links(links: list[_Link]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for source, (_, kind, target, _) in links:
        word = kind.rpartition("/")[2]
        if word not in _OTHERS and (source, target) not in seen:
            seen.add((source, target))
            message = (
                f"The document is linked to a file outside ({echo(word)}: {_shown(target)}), which readers "
                "of the result may not have; embed it in Word under File > Info > Edit Links to Files."
            )
            yield Problem("EXTERNAL_LINK", message, source, _shown(target))


def _linking_fields(part: StoryPart) -> Iterator[Problem]:
    content = part.text.content
    if b"instr" not in content:
        return
    seen: set[str] = set()
    for match in _LINKING_FIELD.finditer(content, part.text.root_end):
        shown = _shown(decoded(match[1] or match[2] or match[3]).strip())
        if shown not in seen:
            seen.add(shown)
            message = (
                f"A field takes its content from another file ({shown}), which readers of the result may not "
                "have; turn it into its content in Word with Ctrl+Shift+F9."
            )
            yield Problem("EXTERNAL_FIELD", message, part.name, shown)


def _comments(part: StoryPart) -> Iterator[Problem]:
    count = len(re.findall(rb"<(?:[^\s<>/]+:)?comment[\s>]", part.text.content))
    if count:
        message = (
            f"The template has comments of its author ({count}), which stay in every document made of it; "
            "strip_comments=true leaves them out."
        )
        yield Problem("AUTHOR_COMMENTS", message, part.name, "")


def _shown(text: str) -> str:
    return echo(text, MAX_SHOWN_CHARACTERS)
