"""Line breaks in DrawingML text: a run that is parted at an a:br (ECMA-376 part 1, 21.1.2.2.1)."""

from docops_flask.engine.oxml.markup import TOKEN, element_end, tag_end

# So far before its text a run begins at most, properties included.
_MAX_RUN_BYTES = 10_000


def line_break(content: bytes, first: int) -> bytes | None:
    """Return what parts the text of an a:t, whose character data begins at byte ``first``, into two lines.

    That is the end of the run, an a:br and the beginning of a run, both with the run's properties. ``None``
    where the text is not that of a run alone: a field cannot be parted.
    """
    text_at = content.rfind(b"<", 0, first)
    text = TOKEN.match(content, text_at) if text_at >= 0 else None
    if text is None or text.end() != first or text[2] is None:
        return None
    prefix = text[2][:-1]
    run_at = text_at
    earliest = max(0, text_at - _MAX_RUN_BYTES)
    while True:
        run_at = content.rfind(b"<" + prefix + b"r", earliest, run_at)
        if run_at < 0:
            return None
        after = content[run_at + len(prefix) + 2 : run_at + len(prefix) + 3]
        if after == b">" or after.isspace():
            break
    run_end = tag_end(content, run_at)
    properties = content[run_end:text_at].strip()
    if properties and not _is_one_element(properties, prefix + b"rPr"):
        return None
    mark = b"<" + prefix + b"br"
    mark += b">" + properties + b"</" + prefix + b"br>" if properties else b"/>"
    ends = b"</" + text[2] + b"></" + prefix + b"r>"
    return ends + mark + content[run_at:run_end] + properties + text[0]


def _is_one_element(content: bytes, name: bytes) -> bool:
    first = TOKEN.match(content)
    if first is None or first[2] != name:
        return False
    try:
        return element_end(content, 0) == len(content)
    except ValueError:
        # It ends behind the text, which is in it then.
        return False
