"""Converts a template of another tool: rewritten, written, and inspected as a template of ours."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

from docops_flask.engine.document.document import Document
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.files import FilePath
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.reports.conversion import Conversion
from docops_flask.engine.reports.inspection import Inspection, Problem, UnsupportedPlace
from docops_flask.engine.reports.other_tools import OTHER_TOOL
from docops_flask.engine.template.foreign.conversion import (
    BracketedText,
    ConvertedTag,
    Rewritten,
    rewrite_document,
)
from docops_flask.engine.template.foreign.tools import Tool

# Hints that say nothing of what was converted.
_HINTS = frozenset(
    (
        "BLOCK_IN_ONE_CELL",
        "NEEDS_LANGUAGE_2",
        "UNKNOWN_FIELD",
        "NO_FIELDS",
        "UNDECLARED_NAME",
        "NEAR_TAG",
        OTHER_TOOL,
        "BLANK_LINE",
        "UNNAMED_CONTROL",
        "GROUP_CONDITION",
    )
)
# A block that is left may make another one faulty, and that a third.
_MOST_ROUNDS = 8

Inspect = Callable[[FilePath], Inspection]


def convert(template: FilePath, tool: Tool, limits: Limits, file: FilePath, inspect: Inspect) -> Conversion:
    """Rewrite the tags of ``tool`` in the file ``template`` as ours and write the result to ``file``.

    ``inspect`` inspects a file. Tags that would be faulty are left as they are. Raises what opening a
    template raises.
    """
    before = inspect(template)
    refused: dict[tuple[str, int], str] = {}
    with closing(Package(template, limits)) as package:
        document = open_document(package, limits)
        for _ in range(_MOST_ROUNDS):
            rewritten = rewrite_document(document, package, tool, refused)
            with open(file, "wb") as stream:
                package.write(stream, rewritten.parts)
            paths = _source_paths(document, rewritten, file, limits)
            after = inspect(file)
            faulty = _faulty(
                (*rewritten.tags, *rewritten.added), before.unsupported, after.unsupported, paths
            )
            if not faulty:
                break
            refused |= faulty
    problems = _new_problems(before, after)
    if not rewritten.tags:
        problems += tuple(problem for problem in after.problems if problem.code == OTHER_TOOL)
    # Faulty tags of ours that stood in the template.
    faults = (
        BracketedText(fault.paragraph_path, fault.text)
        for fault in before.unsupported
        if re.search("[【】]", fault.text)
    )
    return Conversion(
        tool.name,
        tuple(rewritten.tags),
        rewritten.renamed,
        problems,
        tuple(dict.fromkeys((*rewritten.brackets, *faults))),
    )


def _source_paths(
    document: Document, rewritten: Rewritten, file: FilePath, limits: Limits
) -> Mapping[str, str]:
    """Return the addresses of the template's paragraphs by those that they have in the written file.

    Raises ``DocopsError`` where a text of the file is not what the conversion says.
    """
    with closing(Package(file, limits)) as package:
        written = [
            (place.path, place.reading.text) for place in open_document(package, limits).walk.paragraphs
        ]
    wanted = [
        (place.path, rewritten.texts.get(place.path, place.reading.text))
        for place in document.walk.paragraphs
        if place.path not in rewritten.dropped
    ]
    if len(written) != len(wanted):
        raise DocopsError("The converted document has other paragraphs than the template.")
    for (path, text), (_, planned) in zip(written, wanted, strict=True):
        if text != planned:
            raise DocopsError(f"The converted text at {path} is not as planned.")
    return {path: source for (path, _), (source, _) in zip(written, wanted, strict=True)}


def _faulty(
    tags: Sequence[ConvertedTag],
    before: Sequence[UnsupportedPlace],
    after: Sequence[UnsupportedPlace],
    paths: Mapping[str, str],
) -> dict[tuple[str, int], str]:
    """Return the rewritten tags that an inspection finds faulty, as ``Refused``.

    ``paths`` are the addresses in the template by those in the result.
    """
    known = Counter((fault.paragraph_path, fault.text) for fault in before)
    found = {
        (paths.get(fault.paragraph_path, fault.paragraph_path), fault.text): fault.kind for fault in after
    }
    faults = {key: kind for key, kind in found.items() if key not in known}
    return {
        (tag.paragraph_path, tag.start): faults[tag.paragraph_path, text]
        for tag in tags
        if tag.new is not None
        for text in _tags_in(tag.new)
        if (tag.paragraph_path, text) in faults
    }


def _tags_in(text: str) -> list[str]:
    return [f"【{each.partition('】')[0]}】" for each in text.split("【")[1:]]


def _new_problems(before: Inspection, after: Inspection) -> tuple[Problem, ...]:
    known = {(problem.code, problem.text, problem.place) for problem in before.problems}
    return tuple(
        problem
        for problem in after.problems
        if problem.code not in _HINTS and (problem.code, problem.text, problem.place) not in known
    )
