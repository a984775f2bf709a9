"""What a tag of template language 2 is, and the words and signs that make one (docs/templates.md).

A tag is data: a sign or a word, a path of names, literals, formats. Nothing of it is ever run. Full-width
forms of the signs mean the same, since Chinese input methods write them; full-width letters do not.
"""

from enum import Enum
from typing import NamedTuple

from docops_flask.engine.template.formats.table import Format

# A longer text in brackets is text.
MAX_TAG = 256
MAX_FORMATS = 4
# Word's bound for a picture, 22 inches.
MOST_MILLIMETRES = 558.8
BLANK = " \t\n\u00a0\u3000"


class TagKind(Enum):
    """The kinds of tag."""

    EACH = "each"
    IF = "if"
    UNLESS = "unless"
    END = "end"
    ELSE = "else"
    BETWEEN = "between"
    FIELD = "field"
    PICTURE = "picture"
    DOCUMENT = "document"
    CHECK = "check"
    NUMBER = "number"
    ITEM = "item"
    REMARK = "remark"
    DECLARE = "declare"
    MERGE = "merge"


class Extent(Enum):
    """What an author says that a block covers."""

    PARAGRAPHS = "段"
    ROWS = "行"
    COLUMNS = "列"
    TABLE = "表"
    CONTENT = "内"


class Path(NamedTuple):
    """A path of names; ``up`` counts the scopes outwards, ``is_root`` says that it begins at the payload."""

    names: tuple[str, ...]
    up: int = 0
    is_root: bool = False

    def __str__(self) -> str:
        """Return the path as an author writes it."""
        return "上级." * self.up + ("全文." if self.is_root else "") + ".".join(self.names)


class Size(NamedTuple):
    """The size of a picture in millimetres; without ``height`` its ratio gives it."""

    width: float
    height: float | None = None


class Declared(NamedTuple):
    """A name that a declaration tag declares, with its type: one of ``DECLARED_TYPES``."""

    path: Path
    type: str


class Tag(NamedTuple):
    """A tag.

    ``operator`` is one of = ≠ > ≥ < ≤, with ``literals``; ``copy`` is "first" or "last" where a condition
    asks for the copy; ``numbering`` is "continue" or "restart"; ``is_optional`` stands for 可空.
    ``is_explicit`` says of a field that it is one whatever its name: it has = or a known format; ``size`` is
    that of a picture, or of a field that is drawn as a code.
    """

    kind: TagKind
    path: Path | None = None
    operator: str | None = None
    literals: tuple[str, ...] = ()
    copy: str | None = None
    extent: Extent | None = None
    numbering: str | None = None
    is_optional: bool = False
    formats: tuple[Format, ...] = ()
    size: Size | None = None
    declared: tuple[Declared, ...] = ()
    is_explicit: bool = False


class BadTag(NamedTuple):
    """A control sign before a name, or 字段 and a colon, with a rest that cannot be read.

    ``accepted`` says what can be.
    """

    accepted: str


DECLARED_TYPES = {
    "文本": "text", "TEXT": "text", "多行": "lines", "LINES": "lines", "数字": "number", "NUMBER": "number",
    "日期": "date", "DATE": "date", "是否": "bool", "BOOL": "bool", "图片": "image", "IMAGE": "image",
    "列表": "list", "LIST": "list", "富文本": "rich", "RICH": "rich",
}  # fmt: skip
EXTENTS = {
    "段": Extent.PARAGRAPHS, "P": Extent.PARAGRAPHS, "行": Extent.ROWS, "ROW": Extent.ROWS,
    "列": Extent.COLUMNS, "COLUMN": Extent.COLUMNS, "表": Extent.TABLE, "TABLE": Extent.TABLE,
    "内": Extent.CONTENT, "CONTENT": Extent.CONTENT,
}  # fmt: skip
NUMBERINGS = {"续号": "continue", "CONTINUE": "continue", "重号": "restart", "RESTART": "restart"}
STARTS = {
    "#": TagKind.EACH, "循环": TagKind.EACH, "EACH": TagKind.EACH, "?": TagKind.IF, "如有": TagKind.IF,
    "IF": TagKind.IF, "^": TagKind.UNLESS, "!": TagKind.UNLESS, "如无": TagKind.UNLESS,
    "UNLESS": TagKind.UNLESS,
}  # fmt: skip
WORDS = {
    "否则": TagKind.ELSE, "ELSE": TagKind.ELSE, "间隔": TagKind.BETWEEN, "BETWEEN": TagKind.BETWEEN,
    "完": TagKind.END, "END": TagKind.END, "合并": TagKind.MERGE, "MERGE": TagKind.MERGE,
}  # fmt: skip
PICTURES = ("@", "图片", "IMAGE")
CHECKS = ("□", "勾选", "CHECK")
DOCUMENTS = ("+", "插入", "INSERT")
COPIES = {"首项": "first", "FIRST": "first", "末项": "last", "LAST": "last"}
ITEMS = ("本项", "ITEM")
UPS, ROOTS = ("上级", "UP"), ("全文", "DOC")
OPERATORS = {
    "=": "=", "≠": "≠", "!=": "≠", "<>": "≠", ">": ">", "≥": "≥", ">=": "≥", "<": "<", "≤": "≤", "<=": "≤",
}  # fmt: skip
# Never fields.
RESERVED = frozenset(
    (
        "ELSE", "BETWEEN", "END", "ITEM", "MERGE", "UP", "DOC", "FIRST", "LAST",
        "否则", "间隔", "完", "本项", "合并", "上级", "全文", "首项", "末项",
    )
)  # fmt: skip
# Full-width signs and what they stand for; the bar parts formats and literals.
SIGNS = str.maketrans("＃？＾！／＠＝＋｜：，；．＞＜", "#?^!/@=+|:,;.><")
REMARKS = ("--", "——")
DECLARES = ("字段", "FIELDS")
ACCEPTED = {
    TagKind.EACH: "【#NAME】, with 段, 行, 表 or 内 behind a blank, then 续号 or 重号, then |可空",
    TagKind.UNLESS: "【^NAME】, with 段, 行, 表 or 内 behind a blank",
    TagKind.END: "【/NAME】 or 【/】",
    TagKind.PICTURE: "【@NAME】, with a size such as 40mm or 40x30mm, at most 558mm, behind a blank, then "
    "|可空, |二维码 or |条码",
    TagKind.DOCUMENT: "【+NAME】, with nothing behind it but |可空",
    TagKind.DECLARE: "【字段：NAME、NAME 日期】, with names parted by 、 and behind a blank one of the types "
    "文本, 多行, 数字, 日期, 是否, 图片, 列表 and 富文本",
}
