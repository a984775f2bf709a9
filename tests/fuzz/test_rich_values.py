"""Any text is Markdown: reading it never fails, loses no character, and the proof reads it alike."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docops_flask.engine.integrity.rich.reading import lines_of
from docops_flask.engine.template.rich.markers import marker_of, paragraphs_in
from docops_flask.engine.template.rich.values import RichError, rich_paragraphs

pytestmark = pytest.mark.fuzz

_PIECES = st.sampled_from(
    ["*", "**", "***", "_", "__", "[", "]", "](", "(https://a.cn)", "(mailto:a@b)", "(x)", "(", ")", "!", "\\"]
    + ["\n", "\n\n", "\r\n", "\n- ", "\n  - ", "\n   1. ", "\n# ", "\n####### ", "#", " ", "\t", "\u3000"]
    + ["a", "b2", "中", "：", "，", "1", "<b>", "&amp;", "`", "|", "【甲】"]
)
_TEXTS = st.lists(_PIECES | st.text(max_size=3), max_size=30).map("".join)


@given(_TEXTS)
def test_text_is_kept_and_read_alike_by_the_proof(text: str) -> None:
    try:
        paragraphs = rich_paragraphs(text)
    except RichError as error:
        assert "noncharacters" in error.message or "deep" in error.message
        return
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
    except RichError as error:
        assert "noncharacters" in error.message
        return
    shown = "\n".join(each.text for each in paragraphs)
    assert shown == re.sub("\r\n?", "\n", text) + "|"
