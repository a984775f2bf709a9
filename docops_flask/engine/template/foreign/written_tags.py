"""Tags of ours as they are written in a template (docs/templates.md)."""

from collections.abc import Sequence

from docops_flask.engine.template.tag_kinds import EXTENTS, Tag
from docops_flask.engine.template.tags import read_tag


def written_tag(inner: str) -> str | None:
    """Return a tag; ``None`` where what stands in its brackets is none."""
    return f"【{inner}】" if isinstance(read_tag(inner), Tag) else None


def written_field(path: str, formats: Sequence[str] = ()) -> str | None:
    """Return a field; ``None`` where its path and formats make none."""
    # A name in another script has to be declared; a format declares it.
    sign = "" if path.isascii() or formats else "="
    return written_tag("|".join((sign + path, *formats)))


def written_literal(literal: str) -> str:
    """Return a literal of a condition, in quotes where a word of it would mean something else."""
    last = literal.rpartition(" ")[2]
    needs_quotes = literal != literal.strip() or last in EXTENTS or literal == "可空"
    return f"“{literal}”" if needs_quotes else literal
