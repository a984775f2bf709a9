"""``Content-Disposition``: a name in ASCII that every client reads, and the whole one for those that can."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from docops_flask.engine.file_name import storable_name
from docops_flask.web.attachment import disposition


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("notice", 'attachment; filename="notice.docx"'),
        ("HT 2026-001 (1)", 'attachment; filename="HT 2026-001 (1).docx"'),
        ("O'Neil & co., [1]", 'attachment; filename="O\'Neil & co., [1].docx"'),
        ("HT-1-某某", "attachment; filename=\"HT-1.docx\"; filename*=UTF-8''HT-1-%E6%9F%90%E6%9F%90.docx"),
        ("合同", "attachment; filename=\"document.docx\"; filename*=UTF-8''%E5%90%88%E5%90%8C.docx"),
        ("😀 ok", "attachment; filename=\"ok.docx\"; filename*=UTF-8''%F0%9F%98%80%20ok.docx"),
        ("100%41", "attachment; filename=\"100_41.docx\"; filename*=UTF-8''100%2541.docx"),
        # What is left in ASCII is the name of a device, or one that begins with a dot.
        ("CON合同", "attachment; filename=\"_CON.docx\"; filename*=UTF-8''CON%E5%90%88%E5%90%8C.docx"),
        ("甲.nul", "attachment; filename=\"_nul.docx\"; filename*=UTF-8''%E7%94%B2.nul.docx"),
        ("a'b(é)", "attachment; filename=\"a'b(_).docx\"; filename*=UTF-8''a%27b%28%C3%A9%29.docx"),
    ],
)
def test_a_name_stands_in_ascii_and_where_that_is_less_in_full(name: str, header: str) -> None:
    assert disposition(name, ".docx") == header


@given(st.text(min_size=1))
def test_the_header_is_one_line_of_ascii_and_is_read_back_as_the_name(text: str) -> None:
    name = storable_name(text)
    if not name:
        return
    header = disposition(name, ".docx")
    assert re.fullmatch("attachment; filename=\"[ -~]+\\.docx\"(; filename\\*=UTF-8''[!-~]+)?", header)
    assert parse_options_header(header)[1]["filename"] == f"{name}.docx"
    _, is_extended, extended = header.partition("filename*=UTF-8''")
    assert not is_extended or unquote(extended) == f"{name}.docx"
