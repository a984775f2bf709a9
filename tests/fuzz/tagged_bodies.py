"""Templates with random tags of language 2 in random places, and payloads that fit them more or less."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.engine.inline_markup import equation, field, mr, ruby, simple
from tests.engine.native.test_native_proof import BOX, LIST, TEXT
from tests.engine.native.word_fields import complex_field, merge_field
from tests.engine.native.word_fields import simple as word_simple
from tests.factories import docx, p, r, tbl, tc, textbox, tr
from tests.fuzz.chance import Chance
from tests.pictures import in_base64, jpeg, placeholder_picture, png

_PNG = {"png": in_base64(png(3, 2))}
_LISTS, _TEXTS = ("A", "B", "项目"), ("N", "M", "甲方", "全文.N", "上级.N")
_NAMES = (*_LISTS, *_TEXTS, "数", "日", "X", "图", "是", "A.N", "上级.N", "UP.B", "全文.N", "DOC.A", "未知")
_EXTENTS = ("", "", "", "", " 段", " 行", " 表", " 列", " 内", " P", ":ROW", " TABLE", " CONTENT", " 行 续号",
    " 重号", " 行 行")  # fmt: skip
_FORMATS = (
    "", "", "", "", "", "", "", "", "|缺省:d", "|可空", "|换行", "|段", "|可空|换行", "|无", "|a|b|c|d|e",
    "|日期",
)  # fmt: skip
_CONDITIONS = (
    "", "", "", "=1", "≠a", " > 5", "<=3|4", "=甲|乙 行", '="x 行"', "=是", "|可空", "=", " 段", "=2|可空",
    "!=",
)  # fmt: skip
_SOLID = (
    "<w:r><w:br w:type='page'/></w:r>", "<w:r><w:tab/></w:r>", "<w:proofErr w:type='spellStart'/>",
    "<w:bookmarkStart w:id='1' w:name='b'/>", "<w:bookmarkEnd w:id='1'/>", "<w:commentRangeStart w:id='1'/>",
    "<w:commentRangeEnd w:id='1'/>", "<w:r><w:commentReference w:id='1'/></w:r>",
    "<w:r><w:footnoteReference w:id='1'/></w:r>", "<w:r><w:sym w:font='Wingdings' w:char='F0FE'/></w:r>",
    "<w:del w:id='7'><w:r><w:delText>【N】</w:delText></w:r></w:del>",
)  # fmt: skip
# Fields of Word that are tags, or none.
_NATIVE = (
    merge_field("N"), merge_field("甲方", "\\* Upper"), word_simple("MERGEFIELD M", r("«M»")),
    merge_field("TableStart:A"), merge_field("TableEnd:A"), merge_field("日", "\\@ yyyy-MM-dd"),
    merge_field("N", "\\z"), complex_field(" IF ", merge_field("N")), BOX, LIST, TEXT,
)  # fmt: skip
_WRAPPERS = (
    ("<w:hyperlink w:anchor='b'>", "</w:hyperlink>"),
    ("<w:ins w:id='8'>", "</w:ins>"),
    ("<w:sdt><w:sdtPr><w:id w:val='5'/></w:sdtPr><w:sdtContent>", "</w:sdtContent></w:sdt>"),
    ("<w:smartTag>", "</w:smartTag>"),
    ("<w:fldSimple w:instr='PAGE'>", "</w:fldSimple>"),
    ("<w:r><w:fldChar w:fldCharType='begin'/></w:r>", "<w:r><w:fldChar w:fldCharType='end'/></w:r>"),
)
_PROPERTIES = (
    "", "", "", "", "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>", "<w:pageBreakBefore/>",
    "<w:sectPr><w:cols/></w:sectPr>", "<w:jc w:val='center'/>",
)  # fmt: skip
_CELLS = ("", "", "", "<w:gridSpan w:val='2'/>", "<w:vMerge w:val='restart'/>", "<w:vMerge/>")
_NUMBERING = (
    "<w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:start w:val='1'/></w:lvl></w:abstractNum>"
    "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
)
# Characters that tags are made of, look like such, or stand in them unseen.
_ODD = (
    "#?^!/@=|:.,;<>＃？＾！／＠＝｜：．；《》【】〔〕NAa1一Ａ□ \t\"'&"
    "\u200b\u200f\u00ad\u3000\u202e\ufeff\u0301\U00020000"
)
_FULL_WIDTH = str.maketrans("#?^!/@=|:.", "＃？＾！／＠＝｜：．")


def any_template(chance: Chance) -> bytes:
    """A template with tags in its body and, now and then, in a header, a footnote or a comment."""
    stories: dict[str, str] = {}
    for stem, make in _STORIES.items():
        if chance.randrange(4) == 0:
            stories[stem] = make(chance)
    return docx(_content(chance, 2), stories=stories)


# The first two are put into rows of tables too, where they may have what they need.
_NEWER = (
    "【合并】【N】", "【MERGE】", "【合并】", "【A|计数】", "【B|合计:.】", "【项目|合计:数|可空】",
    "【全文.A|COUNT|大写】", "【N|二维码】", "【@数 20mm|条码】", "【M|QRCODE:H|可空】", "【.|二维码】",
    "【#|CODE128】", "【A|SUM:N|#,##0.00】", "【甲方|二维码|大写】", "【X|二维码:Z】",
)  # fmt: skip
_OLDER = re.compile("【(?:N|M|甲方|数|X|[.]|#)】")
_ROW = re.compile("(<w:tc>(?:<w:tcPr>.*?</w:tcPr>)?<w:p>)(.*?)(</w:p>)", re.DOTALL)


def with_newer_tags(chance: Chance, template: bytes) -> bytes:
    """Return ``template`` with counts, sums, codes and 合并 in place of some of its fields."""

    def newer(match: re.Match[str]) -> str:
        return match[0] if chance.randrange(3) else chance.choice(_NEWER)

    def merged(match: re.Match[str]) -> str:
        if chance.randrange(2):
            return match[0]
        return f"{match[1]}{match[2]}{r(chance.choice(_NEWER[:2]))}{match[3]}"

    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    content = _OLDER.sub(newer, members["word/document.xml"].decode())
    members["word/document.xml"] = _ROW.sub(merged, content).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return made.getvalue()


def _note(kind: str) -> Callable[[Chance], str]:
    return lambda chance: f'<w:{kind} w:id="1">{_content(chance, 1)}</w:{kind}>'


_STORIES: Mapping[str, Callable[[Chance], str]] = {
    "header1": lambda chance: _content(chance, 1),
    "footnotes": _note("footnote"),
    "comments": _note("comment"),
    "numbering": lambda _: _NUMBERING,
}


def any_payload(chance: Chance) -> dict[str, Any]:
    """A payload for these templates; now and then a value is of a kind that does not fit."""
    return {name: value for name in _LEAVES if (value := _value(chance, name, 2)) is not _ABSENT}


_ABSENT = object()
_LEAVES = (*_LISTS, "N", "M", "甲方", "数", "日", "X", "图", "是")


def _value(chance: Chance, name: str, depth: int) -> Any:
    choice = chance.randrange(64)
    if choice < 8:
        return _ABSENT
    if choice == 8:
        return chance.choice(
            (None, "", " ", 0, True, [], {}, [[]], "【N】【#A】", "a\nb", Decimal("1e3"), "x" * 300)
        )
    if name in _LISTS:
        if not depth:
            return [chance.choice(("u", "v\nw", 3)) for _ in range(chance.randrange(3))]
        return [_item(chance, depth - 1) for _ in range(chance.randrange(3))]
    if name in _TEXTS:
        return chance.choice(("1", "two", "a\nb", "", "<&>\"'", "长 文"))
    given: dict[str, tuple[Any, ...]] = {
        "数": (Decimal("12.50"), 3, "7"),
        "日": ("2026-05-06",),
        "是": (True, False),
    }
    given |= {"图": (_PNG, {"jpeg": in_base64(jpeg()), "alt": "【N】"}), "X": (1, "甲", "5", "2026-01-02")}
    return chance.choice(given[name])


def _item(chance: Chance, depth: int) -> Any:
    names = ("N", "B", "图", "X", "数")
    return {name: value for name in names if (value := _value(chance, name, depth)) is not _ABSENT}


def _content(chance: Chance, depth: int) -> str:
    """What a story, a cell or a control holds; it ends with a paragraph."""
    pieces = [_piece(chance, depth) for _ in range(1 + chance.randrange(2))]
    return "".join(pieces) + (p("end") if chance.randrange(2) else _paragraph(chance, depth))


def _piece(chance: Chance, depth: int) -> str:
    form = chance.randrange(8 if depth else 2)
    if form < 2:
        return _paragraph(chance, depth)
    if form == 2:
        return _block(chance, lambda: _content(chance, depth - 1), p)
    if form < 5:
        return _table(chance, depth - 1)
    if form == 5:
        alias = chance.choice(("", "<w:tag w:val='【□是】'/>", "<w:alias w:val='【N】'/>"))
        inner = _content(chance, depth - 1)
        return f"<w:sdt><w:sdtPr>{alias}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
    if form == 6:
        return p(r(_text(chance)), textbox(_content(chance, depth - 1)))
    fallback = [_content(chance, depth - 1)] if chance.randrange(2) else None
    return p(textbox(_content(chance, depth - 1), fallback=fallback), r(_text(chance)))


def _table(chance: Chance, depth: int) -> str:
    rows = [_row(chance, depth) for _ in range(1 + chance.randrange(2))]
    if chance.randrange(2):
        rows.append(_block(chance, lambda: _row(chance, depth), lambda tag: tr(tc(tag), tc(""))))
    return tbl(*rows)


def _row(chance: Chance, depth: int) -> str:
    if chance.randrange(3) == 0:
        start, end = _pair(chance)
        return tr(tc(p(r(start + _text(chance)))), tc(_content(chance, depth)), tc(p(r(_text(chance) + end))))
    cells = [_cell(chance, depth) for _ in range(1 + chance.randrange(3))]
    return tr(*cells)


def _cell(chance: Chance, depth: int) -> str:
    return tc(_content(chance, depth), properties=chance.choice(_CELLS))


def _block(chance: Chance, inner: Callable[[], str], around: Callable[[str], str]) -> str:
    """A block whose tags stand in pieces of their own."""
    start, end = _pair(chance)
    divided = ""
    if chance.randrange(3) == 0:
        divided = around(chance.choice(("【否则】", "【间隔】", "【ELSE】"))) + inner()
    return around(start) + inner() + divided + around(end)


def _paragraph(chance: Chance, depth: int) -> str:
    content: list[str] = []
    for _ in range(1 + chance.randrange(2)):
        form = chance.randrange(12)
        if form < 7:
            content.append(_runs(chance, _text(chance)))
        elif form == 7:
            before, behind = chance.choice(_WRAPPERS)
            content.append(before + _runs(chance, _text(chance)) + behind)
        elif form == 8:
            content.append(chance.choice((*_SOLID, *_NATIVE)))
        elif form == 9:
            content.append(
                placeholder_picture(chance.choice(("【@图】", "【@图|可空】", "【@N】", "x【@图】")))
            )
        else:
            content.append(chance.choice(_INSIDE)(_text(chance)))
    return p(*content, properties=chance.choice(_PROPERTIES))


_INSIDE: Sequence[Callable[[str], str]] = (
    lambda text: field(f' QUOTE "{text}"', result=r(text)),
    lambda text: simple(f" QUOTE {text}"),
    lambda text: ruby(r(text), r("x")),
    lambda text: equation(mr(text)),
)


def _runs(chance: Chance, text: str) -> str:
    """Runs that part ``text`` anywhere."""
    runs = []
    while text:
        end = 1 + chance.randrange(len(text)) if chance.randrange(2) else len(text)
        runs.append(r(text[:end], chance.choice(("", "", "<w:b/>"))))
        text = text[end:]
    return "".join(runs)


def _text(chance: Chance) -> str:
    """Text with tags; control characters, which XML cannot hold, are not among it."""
    pieces: list[str] = []
    for _ in range(chance.randrange(3)):
        form = chance.randrange(8)
        if form == 0:
            pieces.append(chance.choice(("x", " ", "a: ", "【注意】", "【", "】", "【　】")))
        elif form < 5:
            pieces.append(_tag(chance))
        elif form < 7:
            start, end = _pair(chance)
            pieces += (start, _tag(chance), chance.choice(("", "y", "【间隔】,", "【否则】z")), end)
        else:
            pieces.append(_changed(chance, _tag(chance)))
    return "".join(pieces)


def _pair(chance: Chance) -> tuple[str, str]:
    """The tags of a block; one of eight pairs does not fit."""
    name, end = chance.choice(_NAMES), chance.choice(_NAMES)
    if chance.randrange(4):
        name = _of_kind(chance, _LISTS)
    start = _start(chance, name)
    ends = (f"/{name}", f"/{name}", "/", f"完 {name}", f"END:{name}", "/", f"／{name}", f"/{end}")
    return start, f"【{chance.choice(ends)}】"


def _start(chance: Chance, name: str) -> str:
    form = chance.randrange(8)
    if form < 4 and (name in _LISTS or form == 0):
        sign = chance.choice(("#", "#", "循环 ", "EACH:"))
        return f"【{sign}{name}{chance.choice(_EXTENTS)}{chance.choice(('', '', '', '|可空'))}】"
    if form == 4:
        copy = chance.choice(("首项", "末项", "FIRST", "LAST"))
        return f"【{chance.choice('?^')}{copy}{chance.choice(_EXTENTS)}】"
    sign = chance.choice(("?", "^", "!", "如有 ", "IF:", "UNLESS "))
    return f"【{sign}{name}{chance.choice(_CONDITIONS)}{chance.choice(('', '', ' 行', ' 段'))}】"


def _tag(chance: Chance) -> str:
    name = chance.choice(_NAMES)
    form = chance.randrange(12)
    if form < 4:
        return f"【{chance.choice(('', '', '='))}{_of_kind(chance, _TEXTS)}{chance.choice(_FORMATS)}】"
    if form == 4:
        return chance.choice(
            ("【#】", "【.】", "【#|圈码】", "【.|日期】", "【上级.#】", "【本项】", "【上级.上级.#|字母】")
        )
    if form == 5:
        sizes = ("", " 40mm", " 4x3mm", "|可空", " 0mm", " 40")
        return f"【{chance.choice(('@', '图片 '))}图{chance.choice(sizes)}】"
    if form == 6:
        return chance.choice(("【□是】", "【□X=甲】", f"【□{name}{chance.choice(_CONDITIONS)}】"))
    if form == 7:
        return chance.choice(("【--r】", "【字段：甲方、日 日期】", "【字段:A 列表,N 无】", "【——【N】"))
    if form == 8 and chance.randrange(8) == 0:
        return _start(chance, name)
    if form == 9 and chance.randrange(4) == 0:
        return chance.choice((f"【/{name}】", "【/】", "【完】", "【否则】", "【间隔】", "【合并】"))
    return chance.choice(
        (f"【{_of_kind(chance, _TEXTS)}】", "【数|大写】", "【日|日期】", "【数|#,##0.00】", "【#】", "【.】")
    )


def _of_kind(chance: Chance, names: Sequence[str]) -> str:
    """One of ``names``, or now and then any name."""
    return chance.choice(names if chance.randrange(16) else _NAMES)


def _changed(chance: Chance, tag: str) -> str:
    """A tag with full-width signs, or with characters put in, left out or exchanged."""
    if chance.randrange(3) == 0:
        return tag.translate(_FULL_WIDTH)
    for _ in range(1 + chance.randrange(3)):
        at, odd = chance.randrange(len(tag) + 1), chance.choice(_ODD)
        tag = tag[:at] + chance.choice((odd, odd, "")) + tag[at + chance.randrange(2) :]
    return tag
