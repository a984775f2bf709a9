"""Where a value comes from, in Chinese beside the report's English (``engine/formatting/source.py``)."""

import re

from docops_flask.report_page.bilingual import Bilingual

# How a part of the chain begins in the report, and what it is called in Chinese.
_STARTS = (
    (re.compile(r"direct(?: formatting)?$"), "直接设置"),
    (re.compile(r"docDefaults$"), "文档默认值"),
    (re.compile(r"table style (.+?) \((\w+)\)$"), r"表格样式“\1”（\2）"),
    (re.compile(r"table style (.+)$"), r"表格样式“\1”"),
    (re.compile(r"style (.+)$"), r"样式“\1”"),
    (re.compile(r"basedOn (.+)$"), r"基于“\1”"),
    (re.compile(r"numbering (.+)$"), r"编号 \1"),
    (re.compile(r"theme font (.+)$"), r"主题字体 \1"),
    (re.compile(r"no theme$"), "文档没有主题"),
    (re.compile(r"([0-9]+) styles between$"), r"中间另有 \1 个样式"),
)


def describe_source(source: str | None) -> Bilingual | None:
    """Return a ``source`` of the report in both languages, ``None`` for none; names and parts stay."""
    if not source:
        return None
    chinese = "，".join(_piece(piece) for piece in source.split(", "))
    return Bilingual(source, "" if chinese == source else chinese)


def _piece(piece: str) -> str:
    for start, chinese in _STARTS:
        match = start.match(piece)
        if match:
            return match.expand(chinese)
    return piece
