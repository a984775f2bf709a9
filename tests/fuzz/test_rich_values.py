"""Any text is Markdown: reading it never fails, loses no character, and the proof reads it alike."""

import re
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.integrity.rich.reading import lines_of
from docops_flask.engine.template.rich.given import RichError, rich_paragraphs
from docops_flask.engine.template.rich.markers import marker_of, paragraphs_in
from tests.engine.open_jobs import run_open
from tests.factories import docx, p, r

pytestmark = pytest.mark.fuzz

_SIGNS = st.sampled_from(["*", "**", "***", "_", "__", "[", "]", "](", "(", ")", "!", "\\", "#", "`", "|"])
_LINES = st.sampled_from(["\n", "\n\n", "\r\n", "\n- ", "\n  - ", "\n   1. ", "\n# ", "\n####### "])
_WORDS = st.sampled_from(
    ["(https://a.cn)", "(mailto:a@b)", "(x)", "a", "b2", "中", "：", "，", "<b>", "&amp;"]
)
_PIECES = _SIGNS | _LINES | _WORDS | st.sampled_from([" ", "\t", "\u3000", "1", "【甲】"])
_TEXTS = st.lists(_PIECES | st.text(max_size=3), max_size=30).map("".join)


@given(_TEXTS)
def test_text_is_kept_and_read_alike_by_the_proof(text: str) -> None:
    try:
        paragraphs = rich_paragraphs(text)
    except RichError:
        # It holds noncharacters, or its lists are too deep.
        assume(False)
    assert [tuple(each) for each in lines_of(text)] == [tuple(each) for each in paragraphs]
    assert not paragraphs or paragraphs_in(marker_of(paragraphs)) == list(paragraphs)
    shown = "".join(run.text + (run.link or "") for each in paragraphs for run in each.runs)
    # Letters of no mark are all there: an address is that of its link, a list's number its start.
    letters = Counter(re.sub(r"[^\w]|[0-9_]", "", text))
    assert not letters - Counter(shown)


@given(_TEXTS, st.booleans(), st.none() | st.just("00FF00"))
def test_texts_of_runs_are_kept_as_they_are(text: str, bold: bool, color: str | None) -> None:
    try:
        paragraphs = rich_paragraphs([{"text": text, "bold": bold, "color": color}, {"text": "|"}])
    except RichError:
        # It holds noncharacters.
        assume(False)
    shown = "\n".join(each.text for each in paragraphs)
    assert shown == re.sub("\r\n?", "\n", text) + "|"


_LOOKS = st.sampled_from(
    ["", "<w:b/>", '<w:rStyle w:val="x"/><w:u w:val="dotted"/>', '<w:vanish/><w:sz w:val="9"/>']
)
_RUNS = st.builds(r, st.sampled_from(["前", " x ", "　", ""]), _LOOKS) | st.sampled_from(
    ["<w:proofErr/>", '<w:bookmarkStart w:id="1" w:name="b"/>', "<w:r><w:tab/><w:br/></w:r>", "<w:r/>"]
)
_PROPERTIES = st.sampled_from(
    ["", "<w:pageBreakBefore/><w:sectPr/>", '<w:ind w:left="1"/><w:rPr><w:b/></w:rPr>']
)
_TAGS = st.sampled_from(["【A|富文本】", " 【A|富文本】x", "【#L】【.|富文本】、【/L】"])


@given(st.lists(_RUNS, max_size=3), _TAGS, st.lists(_RUNS, max_size=2), _LOOKS, _PROPERTIES, _TEXTS)
@settings(max_examples=60, deadline=None)
def test_any_paragraph_takes_any_value_and_is_proved(
    before: list[str], tag: str, behind: list[str], look: str, properties: str, text: str
) -> None:
    template = docx(p(*before, r(tag, look), *behind, properties=properties) + p("x"))
    payload = {"L": [text, "y"]} if "L" in tag else {"A": text}
    with TemporaryDirectory() as folder:
        try:
            done = run_open(Path(folder), template, payload)
        except InvalidArgument:
            # A list beside other text, noncharacters, characters that no document can hold.
            return
        assert done.json("out.integrity.json")["exactness"] == "bytes"
