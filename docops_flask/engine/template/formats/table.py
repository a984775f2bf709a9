"""The table of formats: what each is called, what it takes, what it does."""

from collections.abc import Callable
from typing import NamedTuple

from docops_flask.engine.template.formats import amounts, dates, numbers
from docops_flask.engine.template.formats.values import FormatError, Scalar, to_decimal, to_integer


class Format(NamedTuple):
    """A format as an author writes it: ``name`` before the colon, ``argument`` behind it, or ``None``."""

    name: str
    argument: str | None = None


class FormatRule(NamedTuple):
    """What a format takes and what it writes.

    ``takes`` is ``date``, ``number``, ``integer``, ``texts``, ``list`` or ``any``. One with ``write=None``
    says how a value is put into the document, what stands for one that is absent, or makes a number of a
    list (``formats.lists``).
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


DEFAULT, OPTIONAL, SEPARATOR, PARAGRAPHS, BREAKS = "缺省", "可空", "分隔", "段", "换行"
COUNT, SUM = "计数", "合计"
# English words for formats.
ENGLISH = {"COUNT": COUNT, "SUM": SUM}
FORMATS = {
    "日期": FormatRule("date", dates.date),
    "日期大写": FormatRule("date", dates.date_in_chinese),
    "大写": FormatRule("number", _amount),
    "中文数": FormatRule("integer", _of_integer(amounts.numeral)),
    "中文大写": FormatRule("integer", _of_integer(amounts.capital_numeral)),
    "圈码": FormatRule("integer", _of_integer(amounts.circled)),
    "字母": FormatRule("integer", _of_integer(amounts.letters)),
    DEFAULT: FormatRule("any", has_argument=True),
    OPTIONAL: FormatRule("any"),
    SEPARATOR: FormatRule("texts", has_argument=True),
    PARAGRAPHS: FormatRule("any"),
    BREAKS: FormatRule("any"),
    COUNT: FormatRule("list"),
    SUM: FormatRule("list", has_argument=True),
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
    if rule is None or rule.has_argument != (written.argument is not None):
        return None
    return None if written.name == SUM and not _is_summable(written.argument or "") else rule


def _is_summable(argument: str) -> bool:
    # Imported here: it imports this module, and few templates have sums.
    from docops_flask.engine.template.formats.lists import summed_names

    return summed_names(argument) is not None


def as_written(written: Format) -> str:
    """Return a format as an author writes it."""
    return written.name if written.argument is None else f"{written.name}:{written.argument}"
