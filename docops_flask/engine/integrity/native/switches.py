r"""The tag that a merge field is, by its instruction: name and switches (ECMA-376 part 1, 17.16.5.35)."""

import re

_WORDS = re.compile(r'\\([^\s"\\])|"((?:\\.|[^"\\])*)(?:"|\\?$)|([^\s"\\]+)')
_FORMATS = {
    "upper": "大写字母",
    "lower": "小写字母",
    "firstcap": "句首大写",
    "caps": "词首大写",
    "alphabetic": "字母",
    "circlenum": "圈码",
}
_LOOKS = ("mergeformat", "charformat", "mergeformatinet")


def merge_field_tag(code: str) -> tuple[str, str] | None:
    """Return the name in an instruction and its tag in brackets; ``None`` where it is no merge field."""
    words: list[str] = []
    switches: list[list[str]] = []
    awaited = False
    for switch, quoted, word in _WORDS.findall(code):
        if switch:
            switches.append([switch.lower(), ""])
            awaited = switch not in "mvMV"
        elif awaited:
            switches[-1][1] = word or re.sub(r"\\(.)", r"\1", quoted)
            awaited = False
        else:
            words.append(word or re.sub(r"\\(.)", r"\1", quoted))
    if len(words) != 2 or words[0].upper() != "MERGEFIELD":
        return None
    given = words[1]
    for word, sign in (("tablestart:", "#"), ("tableend:", "/")):
        if given.lower().startswith(word):
            return given, f"【{sign}{named(given[len(word) :])}】"
    name, formats = named(given), _formats(switches)
    sign = "" if name.isascii() else "="
    return None if formats is None else (given, f"【{sign}{'|'.join([name, *formats])}】")


def of_number(picture: str) -> list[str]:
    """Return the formats that a picture of a number is: a % at its end is a text behind the number."""
    number = picture[:-1].rstrip()
    if not number or "%" in number or not picture.endswith("%"):
        return [picture]
    return [number, f"后:{picture[len(number) :]}"]


def named(given: str) -> str:
    """Return the name of the field that a mark called ``given`` is."""
    return re.sub(r"[^\w.]", "_", given.strip())


def _formats(switches: list[list[str]]) -> list[str] | None:
    pictures: list[str] = []
    for switch, value in switches:
        if switch == "@":
            pictures.append(re.sub("'([^A-Za-z']*)'", r"\1", value))
        elif switch == "#":
            pictures += of_number(value)
    texts = [
        _FORMATS.get(value.lower(), "?")
        for switch, value in switches
        if switch == "*" and value.lower() not in _LOOKS
    ]
    sides = {"b": "前:", "f": "后:"}
    around = [sides[switch] + value for switch, value in switches if switch in sides]
    known = {"#", "@", "*", "b", "f", "m"}
    if any("\n" in each for each in (*pictures, *around)):
        return None
    if "?" in texts or any(switch not in known for switch, _ in switches):
        return None
    return [*pictures, *texts, *around]
