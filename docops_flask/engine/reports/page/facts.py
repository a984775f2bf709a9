"""What the report page tells beside the format report: the document, its fields, texts of its paragraphs."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.bilingual import Bilingual, Language
from docops_flask.engine.document.document import Document, ParagraphPlace
from docops_flask.engine.document.paragraph_text import OBJECT
from docops_flask.engine.job import Job
from docops_flask.engine.reports.log_entry import LogEntry
from docops_flask.engine.reports.replace_log import MissingBlock, ReplaceLog
from docops_flask.engine.skills.skill import Field
from docops_flask.engine.template.grammar import Suggestions

# Characters of a paragraph that the page shows.
MAX_TEXT = 30
# Of these before a placeholder.
MAX_BEFORE = 10
MAX_LEFT = 200


class LeftPlaceholder(NamedTuple):
    """A placeholder that is still in the document: its text, its field's label, and the text around it.

    ``todo`` is a key of the section ``todo`` in ``words.toml``; ``meant`` the field that was probably meant.
    """

    text: str
    label: Bilingual | None
    todo: str
    meant: str | None
    path: str
    around: str


class PageFacts(NamedTuple):
    """What the page tells beside the format report.

    ``language`` is the one shown first, ``name`` that of the template's file, ``date`` the day (ISO 8601).
    ``filled`` and ``left_count`` count placeholders; ``left`` has the first ``MAX_LEFT``. ``texts`` are the
    beginnings of the paragraphs and tables that issues are about, by address. ``nowhere`` counts the faulty
    tags of the template that are not in the document.
    """

    language: Language
    name: str | None = None
    date: str | None = None
    filled: int = 0
    left_count: int = 0
    left: tuple[LeftPlaceholder, ...] = ()
    texts: Mapping[str, str] = {}
    nowhere: int = 0


def page_facts(  # noqa: PLR0917, called once
    job: Job,
    language: Language,
    document: Document,
    log: ReplaceLog,
    places: Collection[str],
    path_of: "Callable[[ParagraphPlace], str] | None" = None,
) -> PageFacts:
    """Return what the page of a run tells beside the report, with the texts at the addresses ``places``.

    ``document`` is as it is after filling. Where it lacks copies, ``path_of`` gives the addresses of its
    paragraphs in the result; then there are no ``places``.
    """
    fields = {} if job.skill is None else job.skill.placeholders()
    left = log.left
    shown = left[:MAX_LEFT]
    blocks = [_missing_block(each) for each in log.missing_blocks[: MAX_LEFT - len(shown)]]
    around = dict(_around(document, shown, path_of))
    suggestions = Suggestions(fields)
    return PageFacts(
        language=language,
        name=job.template_name,
        date=job.date,
        filled=log.replaced_count,
        left_count=len(left) + len(log.missing_blocks),
        left=(*(_left(entry, fields, suggestions, around) for entry in shown), *blocks),
        texts=dict(_texts(document, places)),
        nowhere=len(log.nowhere),
    )


def _left(
    entry: LogEntry, fields: Mapping[str, Field], suggestions: Suggestions, around: Mapping[int, str]
) -> LeftPlaceholder:
    # In language 2 fields are known by what stands in their brackets.
    field = fields.get(entry.field_name or "") or fields.get(entry.original_text[1:-1])
    meant = entry.suggestion
    if entry.status == "unsupported":
        todo = entry.kind or "other"
    elif field is None and entry.payload_path is not None:
        todo = "required"
    elif field is None:
        todo, meant = "unknown", suggestions.near(entry.field_name or "")
    else:
        todo = "required" if field.required else "optional"
    label = None if field is None else field.label
    text = around.get(id(entry)) or shortened_text(entry.before + entry.original_text)
    return LeftPlaceholder(entry.original_text, label, todo, meant, _address(entry), text)


def _missing_block(block: MissingBlock) -> LeftPlaceholder:
    label = Bilingual(en=block.name, zh=block.name)
    return LeftPlaceholder(block.text, label, "required", None, block.place, shortened_text(block.text))


def _address(entry: LogEntry) -> str:
    """Return where an entry's placeholder is in the document after filling."""
    return entry.result_path or entry.paragraph_path


def _around(
    document: Document,
    entries: Sequence[LogEntry],
    path_of: "Callable[[ParagraphPlace], str] | None",
) -> Iterator[tuple[int, str]]:
    """Yield the text around each entry's placeholder as it is after filling, by the entry's id()."""
    wanted: dict[str, list[LogEntry]] = {}
    for entry in entries:
        wanted.setdefault(_address(entry), []).append(entry)
    for place in document.walk.paragraphs if wanted else ():
        text, at = "", 0
        for entry in wanted.get(place.path if path_of is None else path_of(place), ()):
            text = text or place.now.text
            # They stand in the order of the text; a value may hold such a text too, which does no harm here.
            at = max(text.find(entry.original_text, at), 0)
            yield id(entry), shortened_text(text[max(0, at - MAX_BEFORE) :])
            at += len(entry.original_text)


def _texts(document: Document, wanted: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the beginnings of the texts at the addresses ``wanted``; a table's is that of its first text."""
    tables = {table.path for table in document.walk.tables} & set(wanted)
    for place in document.walk.paragraphs if wanted else ():
        path = place.path
        if path in wanted:
            yield path, shortened_text(place.now.text)
        if place.table_depth and tables:
            around = path
            while "." in around:
                around = around.rpartition(".")[0]
                if around in tables and (text := shortened_text(place.now.text)):
                    tables.discard(around)
                    yield around, text


def shortened_text(text: str) -> str:
    """Return the beginning of a text on one line."""
    words = " ".join(text[: 4 * MAX_TEXT].replace(OBJECT, " ").split())
    return words if len(words) <= MAX_TEXT else f"{words[:MAX_TEXT]}…"
