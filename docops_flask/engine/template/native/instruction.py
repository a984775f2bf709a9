r"""The instruction of a Word field: type, arguments, switches (ECMA-376 part 1, 17.16.4 and 17.16.5.35)."""

import re
from typing import NamedTuple

from docops_flask.engine.template.formats.table import Format, rule_of
from docops_flask.engine.template.names import is_name
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tags import read_tag

# A switch with its letter, a text in quotes (the last may lack its closing quote), or a word.
_TOKEN = re.compile(r"\\(?P<switch>[^\s\"\\])|\"(?P<text>(?:[^\"\\]|\\.)*)(?:\"|\\?\Z)|(?P<word>[^\s\"\\]+)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# They say what the result looks like, and the result's look is kept.
_LOOKS = frozenset(("MERGEFORMAT", "CHARFORMAT", "MERGEFORMATINET"))
# What the general switch says of the text, and the format that does the same.
_OF_TEXT = {
    "UPPER": "大写字母",
    "LOWER": "小写字母",
    "FIRSTCAP": "句首大写",
    "CAPS": "词首大写",
    "ALPHABETIC": "字母",
    "CIRCLENUM": "圈码",
}
# Fields that only a mail merge gives a result.
MERGE_ONLY = frozenset((
    "NEXT", "NEXTIF", "SKIPIF", "MERGEREC", "MERGESEQ", "ADDRESSBLOCK", "GREETINGLINE",
))  # fmt: skip
_NAMED_DATE = re.compile(r"([MdHms])\1\1")
_PERCENT = re.compile(r"([^%]*[^%\s])(\s*%)")
# Signs in a picture of a date that stand for themselves.
_QUOTED = re.compile("'([^A-Za-z']*)'")
TABLE_START, TABLE_END = "TABLESTART:", "TABLEEND:"


class Instruction(NamedTuple):
    """An instruction taken apart: its type in capitals, arguments, and switches with what follows each."""

    type: str
    arguments: tuple[str, ...]
    switches: tuple[tuple[str, str | None], ...]


class NoTag(NamedTuple):
    """Why an instruction is no tag: a code and a reason."""

    code: str
    reason: str


def read_instruction(text: str) -> Instruction:
    """Return the instruction that ``text`` is; its type is ``""`` where it has none."""
    arguments: list[str] = []
    switches: list[tuple[str, str | None]] = []
    is_behind_switch = False
    for match in _TOKEN.finditer(text):
        if match["switch"] is not None:
            switches.append((match["switch"], None))
            # \m and \v stand alone (17.16.5.35).
            is_behind_switch = match["switch"].lower() not in "mv"
            continue
        value = match["word"] if match["text"] is None else _ESCAPED.sub(r"\1", match["text"])
        if is_behind_switch:
            switches[-1] = switches[-1][0], value
            is_behind_switch = False
        else:
            arguments.append(value)
    kind = arguments.pop(0).upper() if arguments else ""
    return Instruction(kind, tuple(arguments), tuple(switches))


def tag_of_merge_field(read: Instruction) -> str | NoTag:
    """Return the tag, with brackets, that a MERGEFIELD is; ``NoTag`` where there is none like it."""
    if len(read.arguments) != 1:
        return NoTag("UNSUPPORTED_FIELD", "a merge field has one name, in quotes where it has spaces")
    given = read.arguments[0]
    for prefix, sign in ((TABLE_START, "#"), (TABLE_END, "/")):
        if given.upper().startswith(prefix):
            name = field_name(given[len(prefix) :])
            return NoTag("UNSUPPORTED_FIELD", NO_NAME) if name is None else f"【{sign}{name}】"
    name = field_name(given)
    if name is None:
        return NoTag("UNSUPPORTED_FIELD", NO_NAME)
    formats = formats_of(read)
    if isinstance(formats, NoTag):
        return formats
    tag = "【" + ("" if name.isascii() else "=") + "|".join((name, *formats)) + "】"
    if not _is_tag_of(tag, name, formats):
        return NoTag("UNKNOWN_FORMAT", "its switches cannot work together")
    return tag


NO_NAME = (
    "its name cannot be that of a field: a letter or _, then letters, digits and _, at most 64 in all, and "
    "no word of the tags, such as ELSE or FIRST"
)


def field_name(given: str) -> str | None:
    """Return the name of a field that a mark of Word is called by; ``None`` where it has none.

    Spaces and signs become _, as Word names columns of a data source. A dot parts the names of a path.
    """
    name = re.sub(r"[^\w.]", "_", given.strip())
    if not all(map(is_name, name.split("."))):
        return None
    tag = read_tag(("" if name.isascii() else "=") + name)
    if not isinstance(tag, Tag) or tag.kind is not TagKind.FIELD or tag.path is None:
        return None
    return name if ".".join(tag.path.names) == name else None


def number_formats(picture: str) -> list[str]:
    """Return the formats that a numeric picture of Word is (17.16.4.2).

    A % behind the number is a sign to be shown: Word does not multiply by a hundred, as our format does.
    """
    percent = _PERCENT.fullmatch(picture)
    return [picture] if percent is None else [percent[1], f"后:{percent[2]}"]


def _is_tag_of(tag: str, name: str, formats: list[str]) -> bool:
    read = read_tag(tag[1:-1])
    return (
        isinstance(read, Tag)
        and read.kind is TagKind.FIELD
        and read.path is not None
        and ".".join(read.path.names) == name
        and len(read.formats) == len(formats)
    )


def formats_of(read: Instruction) -> list[str] | NoTag:
    """Return the formats that switches ask for, in the order in which they work."""
    patterns, words, around = [], [], []
    for switch, argument in read.switches:
        letter, value = switch.lower(), argument or ""
        if letter == "*":
            if value.upper() not in _LOOKS:
                words.append(_OF_TEXT.get(value.upper(), f"\\* {value}"))
        elif letter == "@":
            # Names of months and days, which a pattern of ours has none of, are three letters or more.
            is_known = _NAMED_DATE.search(value) is None
            patterns.append(_QUOTED.sub(r"\1", value) if is_known else f"\\@ {value}")
        elif letter == "#":
            patterns += number_formats(value)
        elif letter in "bf":
            around.append(f"{'前' if letter == 'b' else '后'}:{value}")
        elif letter != "m":
            return NoTag("UNKNOWN_FORMAT", f"the switch \\{switch} is not known")
    formats = [*patterns, *words, *around]
    for each in formats:
        name, colon, argument = each.partition(":")
        rule = rule_of(Format(name, argument if colon else None))
        if rule is None or any(sign in each for sign in "|｜【】\n"):
            return NoTag("UNKNOWN_FORMAT", f"it asks for a format that is not known: {each[:60]}")
    return formats
