"""What a conversion of another tool's template came to: each tag, what is left, what to check."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.reports.inspection import Problem
from docops_flask.engine.template.foreign.conversion import BracketedText, ConvertedTag
from docops_flask.engine.template.foreign.reasons import DOUBTS, NOTES, REASONS
from docops_flask.engine.template.foreign.tools import DOCXTEMPLATER, DOCXTPL, POI_TL

# Conditions but those that ask for the copy.
_CONDITION = re.compile("【[?^](?!(?:FIRST|LAST|首项|末项)[ 】])")


class Conversion(NamedTuple):
    """A conversion by ``docops convert``.

    ``tags`` are all tags that were recognised, in document order; ``renamed`` are the names of ours by the
    other tool's that differ; ``problems`` are what an inspection finds wrong with the converted template and
    did not find in the original. ``brackets`` are texts of the template in our brackets, which are tags here.
    """

    tool: str
    tags: tuple[ConvertedTag, ...]
    renamed: Mapping[str, str]
    problems: tuple[Problem, ...]
    brackets: tuple[BracketedText, ...] = ()

    @property
    def left(self) -> list[ConvertedTag]:
        """The tags that were not rewritten."""
        return [tag for tag in self.tags if tag.new is None]

    @property
    def is_whole(self) -> bool:
        """Whether every tag was rewritten and the result has no fault."""
        return not self.left and not self.problems

    @property
    def notes(self) -> list[str]:
        """What differs here for all tags of a kind that it has: keys of ``NOTES``."""
        is_told = self.tool in (DOCXTPL, DOCXTEMPLATER, POI_TL) and any(
            tag.new is not None and _CONDITION.search(tag.new) for tag in self.tags
        )
        return ["conditions"] if is_told else []

    def as_dict(self) -> dict[str, Any]:
        """Return the report's JSON."""
        left = self.left
        return {
            "tool": self.tool,
            "summary": {
                "recognised": len(self.tags),
                "converted": len(self.tags) - len(left),
                "left": len(left),
                "problems": len(self.problems),
            },
            "converted": [_converted(tag) for tag in self.tags if tag.new is not None],
            "left": [_left(tag) for tag in left],
            "renamed": [{"from": old, "to": new} for old, new in self.renamed.items()],
            "problems": [problem.as_dict() for problem in self.problems],
            "brackets": [{**each._asdict(), **_messages(DOUBTS["brackets"])} for each in self.brackets],
            "notes": [{"note": note, **_messages(NOTES[note])} for note in self.notes],
        }


def reason_of(tag: ConvertedTag) -> Bilingual:
    """Return why a tag is left and what to do, for people."""
    reason, name = REASONS[tag.reason], tag.name or "NAME"
    return Bilingual(reason.en.replace("{name}", name), reason.zh.replace("{name}", name))


def doubt_of(tag: ConvertedTag) -> Bilingual | None:
    """Return what is to be checked of a tag that was rewritten, for people."""
    return DOUBTS[tag.doubt] if tag.doubt else None


def _converted(tag: ConvertedTag) -> dict[str, Any]:
    doubt = doubt_of(tag)
    check = {} if doubt is None else {"check": tag.doubt, **_messages(doubt)}
    return {"paragraph_path": tag.paragraph_path, "text": tag.text, "new": tag.new, **check}


def _left(tag: ConvertedTag) -> dict[str, Any]:
    return {
        "paragraph_path": tag.paragraph_path,
        "text": tag.text,
        "reason": tag.reason,
        **_messages(reason_of(tag)),
    }


def _messages(text: Bilingual) -> dict[str, str]:
    return {"message": text.en, "message_zh": text.zh}
