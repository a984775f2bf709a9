"""Compares what the engine reads from the bytes of a part with what two parsers read, and fills it.

expat tells where each w:p lies, lxml gives its tree; the tree's text is what the bytes have to come to.
"""

from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat

from lxml import etree

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.document.paragraph_text import ParagraphText
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import HARDENED
from docops_flask.engine.options import resolve_options
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.render import Template
from docops_flask.intake.catalogue.skills import load_skills
from tests.engine.inline_markup import field, ruby
from tests.factories import docx, p, package, r, tbl, tc, textbox, tr
from tests.fuzz.chance import Chance
from tests.fuzz.mutated_markup import mutate_markup
from tests.hostile.damaged_zips import members_of

LIMITS = Limits(unpacked_bytes=10**6, xml_bytes=10**6, xml_part_bytes=10**6, table_cells=1000)
PART = "word/document.xml"
REFUSALS = {(400, "INVALID_TEMPLATE"), (413, "TEMPLATE_LIMIT_EXCEEDED")}
_SKILLS = load_skills()
_VALUES = {"meeting_title": "周例会\n【ORGANIZER】", "organizer": " a&b ", "meeting_date": ""}
_JOB = Job(
    JobKind.RUN,
    tuple(_SKILLS),
    _SKILLS.get("meeting_notice"),
    _VALUES,
    options=resolve_options({"preset": "strict"}),
    limits=LIMITS,
)
_BODIES = (
    p("Title 【MEETING_TITLE】", properties='<w:jc w:val="both"/>')
    + p(r("【MEET", '<w:b/><w:sz w:val="24"/>'), r("ING_TITLE】 and 【ORG"), r("ANIZER】")),
    p("x", textbox(p("【ORGANIZER】"), tbl(tr(tc("【MEETING_DATE】"))))) + p("【MEETING_TITLE】"),
    tbl(tr(tc("【MEETING_DATE】", properties='<w:gridSpan w:val="2"/>'), tc(tbl(tr(tc("【ORGANIZER】"))))))
    + p(field(' QUOTE "【ORGANIZER】"'), ruby(r("【ORGANIZER】"), r("x"))),
    "<!-- x --><w:p><w:r><w:t>a<![CDATA[【ORG]]>ANIZER】</w:t></w:r></w:p>" + p("【MEETING_DATE】"),
)
_TEMPLATES = [members_of(docx(body)) for body in _BODIES]


def compile_mutated(chance: Chance, folder: Path) -> str:
    """Change the body of a template in up to six ways, compile, compare and fill it; say what came of it.

    ``folder`` takes the files of the job.
    """
    members = dict(chance.choice(_TEMPLATES))
    content = members[PART]
    for _ in range(1 + chance.randrange(6)):
        content = mutate_markup(chance, content)
    template = folder / "template.docx"
    template.write_bytes(package({**members, PART: content}))
    try:
        fill_and_compare(template, folder)
    except DocopsError as error:
        refusal = error
    else:
        return "filled"
    assert (refusal.status, refusal.code) in REFUSALS, f"{refusal.code} for {content!r}"
    return f"refused: {refusal.code}"


def fill_and_compare(template: Path, folder: Path) -> None:
    """Compile a template, compare its paragraphs with those that the parsers find, fill and prove it."""
    compile_and_compare(template)
    run_job(_JOB, template, folder)


def compile_and_compare(template: Path) -> None:
    """Compile a template and compare its paragraphs with those that the parsers find."""
    opened = Package(template, LIMITS)
    try:
        compiled = Template(opened, LIMITS)
        for part in compiled.document.parts:
            _compare(part)
    finally:
        opened.close()


def _compare(part: StoryPart) -> None:
    try:
        spans = _spans(part)
    except expat.ExpatError:
        # It reads XML 1.0 as of its fourth edition, which allows fewer characters in names.
        return
    root = etree.fromstring(part.content, etree.XMLParser(encoding="utf-8", **HARDENED))
    elements = dict(zip(spans, root.iter(part.w.p), strict=True))
    assert len({place.start for place in part.paragraphs}) == len(part.paragraphs)
    for place in part.paragraphs:
        assert place.start in spans, f"{place.path} begins at {place.start} of {part.content!r}"
        assert (place.content, place.end) == spans[place.start], f"{place.path} of {part.content!r}"
        read = ParagraphText(elements[place.start], part.w)
        runs = [piece.run_index for piece in read.pieces for _ in range(piece.start, piece.end)]
        assert place.reading.text == read.text, f"the text of {place.path} of {part.content!r}"
        assert _runs_by_character(place) == runs, f"the runs of {place.path} of {part.content!r}"


def _runs_by_character(place: ParagraphPlace) -> list[int]:
    return [piece.shown.run_index for piece in place.reading.pieces for _ in range(piece.start, piece.end)]


def _spans(part: StoryPart) -> Mapping[int, tuple[int, int]]:
    """Return where the content of each w:p begins and ends, by where its start tag does, as expat says."""
    parser = expat.ParserCreate("utf-8", "}")
    wanted = f"{part.w.namespace}}}p"
    found: dict[int, tuple[int, int]] = {}
    opened: list[int] = []

    def start(name: str, _attributes: object) -> None:
        if name == wanted:
            opened.append(parser.CurrentByteIndex)
            found[opened[-1]] = (0, 0)

    def end(name: str) -> None:
        if name == wanted:
            at = opened.pop()
            found[at] = _end_of_tag(part.content, at), parser.CurrentByteIndex

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(part.content, True)
    return found


def _end_of_tag(content: bytes, start: int) -> int:
    """Return where a start tag ends; a ">" in an attribute's value does not end it."""
    quote = 0
    for at in range(start, len(content)):
        byte = content[at]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == ord(">"):
            return at + 1
    raise AssertionError("a tag without an end")
