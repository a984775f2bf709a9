"""Addresses in words (contract section 2): ``t0.r1.c2.p0`` is table 1, row 2, column 3, paragraph 1."""

import re

from docops_flask.report_page.bilingual import Bilingual

_STORIES = {
    "header": Bilingual("Header", "页眉"),
    "footer": Bilingual("Footer", "页脚"),
    "footnotes": Bilingual("Footnotes", "脚注"),
    "endnotes": Bilingual("Endnotes", "尾注"),
    "textbox": Bilingual("Text box", "文本框"),
}
_SEGMENTS = {
    "p": Bilingual("paragraph {}", "第 {} 段"),
    "t": Bilingual("table {}", "表格 {}"),
    "r": Bilingual("row {}", "第 {} 行"),
    "c": Bilingual("column {}", "第 {} 列"),
}


def describe_place(path: str) -> Bilingual:
    """Return the address of a paragraph or table in words; what is unknown in it is kept as it is."""
    prefix, _, rest = path.rpartition("/")
    words = [_story_words(prefix)] if prefix else []
    for segment in rest.split("."):
        kind, digits = segment[:1], segment[1:]
        pattern = _SEGMENTS.get(kind)
        if kind == "n":
            words.append(Bilingual(f"note {digits}", f"注释 {digits}"))
        elif pattern is None or not digits.isdecimal():
            words.append(Bilingual(segment, segment))
        else:
            words.append(pattern.format(int(digits) + 1))
    english = ", ".join(word.en for word in words)
    return Bilingual(english[:1].upper() + english[1:], "，".join(word.zh for word in words))


def _story_words(prefix: str) -> Bilingual:
    match = re.fullmatch(r"([a-z]+)([0-9]*)(.*)", prefix)
    story = _STORIES.get(match[1]) if match else None
    if match is None or story is None:
        return Bilingual(prefix, prefix)
    # Text boxes are counted from 0, headers and footers carry the number of their part.
    number = str(int(match[2]) + 1) if match[1] == "textbox" and match[2] else match[2]
    suffix = f" {number}" if number else ""
    return Bilingual(f"{story.en}{suffix}", f"{story.zh}{suffix}")
