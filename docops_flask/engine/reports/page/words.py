"""The texts of the report page in English and Chinese: rules, advice, values, addresses, sources.

An address such as ``t0.r1.c2.p0`` becomes table 1, row 2, column 3, paragraph 1 (contract section 2).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from docops_flask.engine.bilingual import Bilingual


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule's title and advice; ``unit`` follows its numbers."""

    title: Bilingual
    advice: Bilingual
    unit: str = ""


STYLE_ADVICE = Bilingual(
    "Change it where it comes from: in the named style, or on the paragraph itself when it says direct.",
    "请在其来源处修改：样式中的设置改样式，直接设置的改该段落本身。",
)
UNSTATED_ADVICE = Bilingual(
    "State it in the style; Word's own default or the theme decides now.",
    "请在样式中明确规定；目前由 Word 默认值或主题决定。",
)
PAGE_ADVICE = Bilingual(
    "Change it in Word under Layout, Page Setup, for this section.",
    "请在 Word 的“布局”—“页面设置”中修改本节的设置。",
)
TEXT_ADVICE = Bilingual(
    "Correct the wording; text is never changed automatically.", "请修改文字；系统从不自动改动文字内容。"
)

# By the code of the issue. Rules for roles and pages are found by their key in the policy instead.
BY_CODE: Mapping[str, RuleWords] = {
    "TABLE_FORBIDDEN": RuleWords(
        Bilingual("Table", "表格"),
        Bilingual(
            "Write its contents as paragraphs, or set forbid_tables to false in the policy.",
            "请将内容改写为段落，或在规范中将 forbid_tables 设为 false。",
        ),
    ),
    "NUMPR_PRESENT": RuleWords(
        Bilingual("Automatic numbering", "自动编号"),
        Bilingual(
            "Type the number as text, or set forbid_numpr to false in the policy.",
            "请手工输入编号，或在规范中将 forbid_numpr 设为 false。",
        ),
    ),
    "LINE_SPACING_MISMATCH": RuleWords(Bilingual("Line spacing", "行距"), STYLE_ADVICE),
    "FIRST_LINE_INDENT_MISMATCH": RuleWords(
        Bilingual("First-line indent", "首行缩进"), STYLE_ADVICE, "twips"
    ),
    "LEADING_WHITESPACE": RuleWords(
        Bilingual("Leading whitespace", "段首空白"),
        Bilingual(
            "Delete the blanks and use the first-line indent instead.",
            "请删除段首空白，改用首行缩进。",
        ),
    ),
    "RUN_FONT_MISMATCH": RuleWords(Bilingual("Font", "字体"), STYLE_ADVICE),
    "RUN_SIZE_MISMATCH": RuleWords(Bilingual("Font size", "字号"), STYLE_ADVICE, "pt"),
}
# By the rule's own name, the last word of its key in a policy (``roles.title.size_pt``, ``page.margin_top``).
BY_RULE: Mapping[str, RuleWords] = {
    "font_latin": RuleWords(Bilingual("Font", "字体"), STYLE_ADVICE),
    "font_east_asia": RuleWords(Bilingual("Font", "字体"), STYLE_ADVICE),
    "size_pt": RuleWords(Bilingual("Font size", "字号"), STYLE_ADVICE, "pt"),
    "bold": RuleWords(Bilingual("Bold", "加粗"), STYLE_ADVICE),
    "color": RuleWords(Bilingual("Colour", "颜色"), STYLE_ADVICE),
    "alignment": RuleWords(Bilingual("Alignment", "对齐方式"), STYLE_ADVICE),
    "first_line_indent": RuleWords(Bilingual("First-line indent", "首行缩进"), STYLE_ADVICE),
    "left_indent": RuleWords(Bilingual("Left indent", "左缩进"), STYLE_ADVICE),
    "right_indent": RuleWords(Bilingual("Right indent", "右缩进"), STYLE_ADVICE),
    "line_spacing": RuleWords(Bilingual("Line spacing", "行距"), STYLE_ADVICE),
    "space_before": RuleWords(Bilingual("Space before", "段前间距"), STYLE_ADVICE),
    "space_after": RuleWords(Bilingual("Space after", "段后间距"), STYLE_ADVICE),
    "page_break_before": RuleWords(Bilingual("New page", "另起一页"), STYLE_ADVICE),
    "width": RuleWords(Bilingual("Page width", "纸张宽度"), PAGE_ADVICE),
    "height": RuleWords(Bilingual("Page height", "纸张高度"), PAGE_ADVICE),
    "margin_top": RuleWords(Bilingual("Top margin", "上边距（天头）"), PAGE_ADVICE),
    "margin_bottom": RuleWords(Bilingual("Bottom margin", "下边距"), PAGE_ADVICE),
    "margin_left": RuleWords(Bilingual("Left margin", "左边距（订口）"), PAGE_ADVICE),
    "margin_right": RuleWords(Bilingual("Right margin", "右边距"), PAGE_ADVICE),
    "lines": RuleWords(
        Bilingual("Lines on the page", "每页行数"),
        Bilingual(
            "Lower the line pitch: the picture of the page below names the largest that fits.",
            "请减小行距；下方版面示意图给出可用的最大行距。",
        ),
    ),
    "characters": RuleWords(
        Bilingual("Characters in the line", "每行字数"),
        Bilingual(
            "Set a character grid: the picture of the page below names the largest spacing that fits.",
            "请设置文档网格的字符间距；下方版面示意图给出可用的最大值。",
        ),
    ),
    "document_number_form": RuleWords(
        Bilingual("Form of the document number", "发文字号的写法"), TEXT_ADVICE
    ),
    "recipient_colon": RuleWords(Bilingual("Colon after the recipient", "主送机关后的冒号"), TEXT_ADVICE),
    "attachment_note_end": RuleWords(Bilingual("End of the attachment note", "附件说明的结尾"), TEXT_ADVICE),
    "heading_number_form": RuleWords(
        Bilingual("Form of the level's number", "结构层次序数的写法"), TEXT_ADVICE
    ),
    "date_form": RuleWords(Bilingual("Form of the date", "成文日期的写法"), TEXT_ADVICE),
    "issue_date_form": RuleWords(Bilingual("Form of the date of issue", "印发日期的写法"), TEXT_ADVICE),
    "signature_date_lines": RuleWords(
        Bilingual("Signature and date in one paragraph", "署名与成文日期在同一段"), TEXT_ADVICE
    ),
    "page_number_form": RuleWords(Bilingual("Form of the page number", "页码的写法"), TEXT_ADVICE),
}
SLOTS: Mapping[str, Bilingual] = {
    "latin": Bilingual("Latin", "西文"),
    "east_asia": Bilingual("East Asian", "中文"),
}
NOT_STATED = Bilingual("not stated", "未规定")
_PHRASES = {
    "no table": "无表格",
    "table": "表格",
    "no numbering": "无编号",
    "no leading whitespace": "段首无空白",
    "space": "空格",
    "tab": "制表符",
    "ideographic space": "全角空格",
    "left": "左对齐",
    "right": "右对齐",
    "center": "居中",
    "justify": "两端对齐",
    "distribute": "分散对齐",
    "center or distribute": "居中或分散对齐",
    "black": "黑色",
    "red": "红色",
    "auto": "自动",
    "bold": "加粗",
    "not bold": "不加粗",
    "yes": "是",
    "no": "否",
}
_OR_ALIKE = " or the like"
_CHARACTERS = " characters"


def rule_words(code: str, rule_key: str | None, message: str) -> RuleWords:
    """Return the words for an issue; an unknown one gets its own code and message."""
    known = BY_RULE.get((rule_key or "").rpartition(".")[2]) or BY_CODE.get(code)
    return known or RuleWords(Bilingual(code, code), Bilingual(message))


def value_words(value: object, unit: str) -> Bilingual:
    """Return an expected or actual value of an issue in words."""
    if value is None:
        return NOT_STATED
    if isinstance(value, bool):
        value = "yes" if value else "no"
    text = f"{value} {unit}".rstrip() if isinstance(value, int | float) else str(value)
    return Bilingual(text, _chinese(text))


def _chinese(text: str) -> str:
    if text.endswith(_OR_ALIKE):
        return f"{text.removesuffix(_OR_ALIKE)}或同类字体"
    if text.endswith(_CHARACTERS):
        return f"{text.removesuffix(_CHARACTERS)} 字符"
    return _PHRASES.get(text, "")


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
    """Return the address of a paragraph or table in words; unknown segments are kept unchanged."""
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


# The pieces of a ``source`` and their Chinese translation.
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
    """Return a ``source`` of the report in both languages, ``None`` for none; names are not translated."""
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
