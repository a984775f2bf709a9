"""The table of formats: what each is called, what it takes, what it does."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from docops_flask.engine.template.formats import amounts, dates, numbers
from docops_flask.engine.template.formats.values import FormatError, Scalar, to_decimal, to_integer
from docops_flask.engine.template.names import is_name


class Format(NamedTuple):
    """A format as an author writes it: ``name`` before the colon, ``argument`` behind it, or ``None``."""

    name: str
    argument: str | None = None


class FormatRule(NamedTuple):
    """What a format takes and what it writes.

    ``takes`` is ``date``, ``number``, ``integer``, ``texts``, ``list``, ``text``, ``rich`` or ``any``.
    One with ``write=None`` says how a value is put into the document, what stands for one that is absent, or
    makes a number of a list (``formats.lists``).
    """

    takes: str
    write: Callable[[Scalar], str] | None = None
    has_argument: bool = False


def _of_integer(write: Callable[[int], str]) -> Callable[[Scalar], str]:
    def written(value: Scalar) -> str:
        number = to_integer(value)
        try:
            return write(number)
        except ValueError as error:
            raise FormatError(str(error)) from None

    return written


def _amount(value: Scalar) -> str:
    number = to_decimal(value)
    try:
        return amounts.amount_in_capitals(number)
    except ValueError as error:
        raise FormatError(str(error)) from None


def _code_text(written: Format, value: Scalar) -> str:
    """Return the text of a value if a code holds it. Raises ``FormatError``."""
    # Imported here: few templates have codes.
    from docops_flask.engine.template.codes.coding import check_text

    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        check_text(CODES[written.name], written.argument, text.removesuffix("\n"))
    except ValueError as error:
        raise FormatError(str(error)) from None
    return text


def _of_text(name: str) -> Callable[[Scalar], str]:
    def written(value: Scalar) -> str:
        # Imported here: few templates have such formats.
        from docops_flask.engine.template.formats import texts

        return texts.WRITERS[name](value)

    return written


DEFAULT, OPTIONAL, SEPARATOR, PARAGRAPHS, BREAKS = "缺省", "可空", "分隔", "段", "换行"
BEFORE, AFTER = "前", "后"
RICH = "富文本"
COUNT, SUM = "计数", "合计"
QR_CODE, CODE128 = "二维码", "条码"
# What draws a value as a code, as ``codes.coding`` has it.
CODES = {QR_CODE: "qr", CODE128: "code128"}
# The levels of error correction of a QR code, its argument.
LEVELS = ("L", "M", "Q", "H")
# What stands for the item itself, where the items that are added up are numbers.
_ITEM = (".", "．", "本项", "ITEM")
# English words for formats.
ENGLISH = {"COUNT": COUNT, "SUM": SUM, "QRCODE": QR_CODE, "CODE128": CODE128}
# The names of the formats that draw a code.
CODE_WORDS = (*CODES, *(word for word, name in ENGLISH.items() if name in CODES))
FORMATS = {
    "日期": FormatRule("date", dates.date),
    "日期大写": FormatRule("date", dates.date_in_chinese),
    "大写": FormatRule("number", _amount),
    "中文数": FormatRule("integer", _of_integer(amounts.numeral)),
    "中文大写": FormatRule("integer", _of_integer(amounts.capital_numeral)),
    "圈码": FormatRule("integer", _of_integer(amounts.circled)),
    "字母": FormatRule("integer", _of_integer(amounts.letters)),
    "大写字母": FormatRule("any", _of_text("upper")),
    "小写字母": FormatRule("any", _of_text("lower")),
    "句首大写": FormatRule("any", _of_text("first_capital")),
    "词首大写": FormatRule("any", _of_text("capitals")),
    BEFORE: FormatRule("any", _of_text("as_text"), has_argument=True),
    AFTER: FormatRule("any", _of_text("as_text"), has_argument=True),
    DEFAULT: FormatRule("any", has_argument=True),
    OPTIONAL: FormatRule("any"),
    SEPARATOR: FormatRule("texts", has_argument=True),
    PARAGRAPHS: FormatRule("any"),
    BREAKS: FormatRule("any"),
    RICH: FormatRule("rich"),
    "RICH": FormatRule("rich"),
    COUNT: FormatRule("list"),
    SUM: FormatRule("list", has_argument=True),
    QR_CODE: FormatRule("text", partial(_code_text, Format(QR_CODE))),
    CODE128: FormatRule("text", partial(_code_text, Format(CODE128))),
}


def rule_of(written: Format) -> FormatRule | None:
    """Return the rule of a format; ``None`` for one that is not known.

    A colon may belong to a pattern of a time: HH:mm.
    """
    pattern = as_written(written)
    if numbers.is_number_pattern(pattern):
        return FormatRule("number", lambda value: numbers.number_by_pattern(value, pattern))
    if dates.is_date_pattern(pattern):
        return FormatRule("date", lambda value: dates.date_by_pattern(value, pattern))
    rule = FORMATS.get(written.name)
    if written.name == QR_CODE and written.argument in LEVELS:
        return FormatRule("text", partial(_code_text, written))
    if rule is None or rule.has_argument != (written.argument is not None):
        return None
    if written.name == SUM:
        return None if summed_names(written.argument or "") is None else rule
    argument = written.argument
    if argument is None or written.name not in (BEFORE, AFTER) or rule.write is None:
        return rule
    write, before, after = rule.write, *((argument, "") if written.name == BEFORE else ("", argument))
    return rule._replace(write=lambda value: before + write(value) + after)


def is_rich(formats: Iterable[Format]) -> bool:
    """Say whether a field with ``formats`` takes text with marks (``template.rich``)."""
    return any(each.name in (RICH, "RICH") for each in formats)


def code_format(formats: Sequence[Format]) -> Format | None:
    """Return the format among ``formats`` that draws a code, ``None`` without one."""
    return next((each for each in formats if each.name in CODES), None)


def summed_names(argument: str) -> tuple[str, ...] | None:
    """Return the path of the number in an item that 合计 adds up; empty for the item itself.

    ``None`` for a text that is no path. Each name but the last is that of an object.
    """
    if argument.strip() in _ITEM:
        return ()
    names = tuple(argument.strip().replace("．", ".").split("."))
    return names if all(map(is_name, names)) else None


def as_written(written: Format) -> str:
    """Return a format as an author writes it."""
    return written.name if written.argument is None else f"{written.name}:{written.argument}"
