"""Any text is Markdown: reading it never fails, loses no character, and the proof reads it alike."""

import re
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docops_flask.engine.integrity.rich.reading import lines_of
from docops_flask.engine.template.rich.given import RichError, rich_paragraphs
from docops_flask.engine.template.rich.markers import marker_of, paragraphs_in

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
