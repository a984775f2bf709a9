"""What an inspection says of a template in language 2: schema, sample task, candidates."""

import json
from collections.abc import Container, Iterator, Sequence
from itertools import islice

from docops_flask.engine.reports.inspection import (
    MAX_LISTED,
    MAX_SHOWN_CHARACTERS,
    CandidateText,
    OpenFacts,
    Problem,
)
from docops_flask.engine.template.grammar import CLOSE, OPEN, Kind, likely_name
from docops_flask.engine.template.inline_scan import BracketedInline
from docops_flask.engine.template.json_schema import DIALECT, json_schema, sample_payload
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.tag_meaning import TagMeanings, path_of
from docops_flask.engine.template.tags import read_tag

# A longer schema is left out: an answer of an inspection is bounded.
MAX_SCHEMA_CHARACTERS = 1_000_000


def without_slips(meanings: TagMeanings, placeholders: Container[str]) -> TagMeanings:
    """Return ``meanings`` where small letters in one of ``placeholders`` count as a slip of its author.

    【meeting_date】 in a template for a document type with MEETING_DATE does not make it one of language 2.
    """
    needing = [each for each in meanings.needing if likely_name(each[0]) not in placeholders]
    return meanings._replace(needing=needing)


def open_facts(meanings: TagMeanings) -> OpenFacts:
    """Return what the tags of a template ask a payload for."""
    scope = meanings.shape.root
    plain = [name for each in meanings.candidates if "." not in (name := each.name)]
    schema, sample = json_schema(scope, plain), {"payload": sample_payload(scope)}
    if len(json.dumps((schema, sample), ensure_ascii=False)) > MAX_SCHEMA_CHARACTERS:
        schema, sample = {"$schema": DIALECT, "type": "object"}, {"payload": {}}
    return OpenFacts(2 if meanings.needs_language_2 else 1, schema, sample, tuple(_candidates(meanings)))


def _candidates(meanings: TagMeanings) -> Iterator[CandidateText]:
    room = MAX_LISTED
    for each in meanings.candidates[:MAX_LISTED]:
        places = tuple(each.places[:room])
        room -= len(places)
        yield CandidateText(each.text[:MAX_SHOWN_CHARACTERS], len(each.places), places)


def needs_language_2(meanings: TagMeanings) -> tuple[Problem, ...]:
    """Return a problem for each tag that a job in language 1 cannot fill, at most ``MAX_LISTED``."""
    return tuple(
        Problem(
            "NEEDS_LANGUAGE_2",
            f"{shown} is filled in open tasks only: send the task without task_type.",
            address,
            shown,
        )
        for name, address in islice(meanings.needing, MAX_LISTED)
        for shown in (f"{OPEN}{name}{CLOSE}"[:MAX_SHOWN_CHARACTERS],)
    )


def with_paths(meanings: TagMeanings) -> tuple[Scan, PlaceScan]:
    """Return what was found with the paths of fields as their names."""
    paragraphs = [
        paragraph._replace(
            found=[each._replace(name=_name(each.kind, each.name)) for each in paragraph.found],
            inline=_inline_with_paths(paragraph.inline),
        )
        for paragraph in meanings.scan.paragraphs
    ]
    places = [
        each._replace(found=[found._replace(name=_name(found.kind, found.name)) for found in each.found])
        for each in meanings.places.places
    ]
    return meanings.scan._replace(paragraphs=paragraphs), meanings.places._replace(places=places)


def _inline_with_paths(texts: Sequence[BracketedInline]) -> list[BracketedInline]:
    return [
        text._replace(
            found=[
                each._replace(found=each.found._replace(name=_name(each.found.kind, each.found.name)))
                for each in text.found
            ]
        )
        for text in texts
    ]


def _name(kind: Kind, name: str) -> str:
    return path_of(name) if kind is Kind.PLACEHOLDER and read_tag(name) is not None else name
