"""Reads the tags of template language 2: what a bracketed text means (docs/templates.md, chapter *Tags*)."""

import re
from functools import lru_cache

from docops_flask.engine.template.formats.table import (
    AFTER,
    BEFORE,
    CODE_WORDS,
    ENGLISH,
    OPTIONAL,
    SEPARATOR,
    Format,
    code_format,
    rule_of,
)
from docops_flask.engine.template.names import is_name
from docops_flask.engine.template.tag_kinds import (
    ACCEPTED,
    BLANK,
    CHECKS,
    COPIES,
    DECLARED_TYPES,
    DECLARES,
    DOCUMENTS,
    EXTENTS,
    ITEMS,
    MAX_FORMATS,
    MAX_TAG,
    MOST_MILLIMETRES,
    NUMBERINGS,
    OPERATORS,
    PICTURES,
    REMARKS,
    RESERVED,
    ROOTS,
    SIGNS,
    STARTS,
    UPS,
    WORDS,
    BadTag,
    Declared,
    Path,
    Size,
    Tag,
    TagKind,
)

# A literal that begins so, without quotes, is half of an operator of another language: ==, =>.
_SIGNS_OF_ORDER = "=＝≠≥≤<＜>＞"
_OPERATOR = re.compile("[!！<＜>＞]?[=＝]|[<＜][>＞]|[≠≥≤<＜>＞]")
_END_OF_PATH = re.compile(r"[\s:：|｜=＝≠!！<＜>＞≥≤]")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:[x×X]\s*([0-9]+(?:\.[0-9]+)?)\s*)?mm\Z")
_BAR = re.compile("[|｜]")
_COLON = re.compile("[:：]")
_LISTED = re.compile("[、，,;；]")


@lru_cache(maxsize=1024)
def read_tag(inner: str) -> Tag | BadTag | None:
    """Return what the text between 【 and 】 means; ``None`` is text, or a name spelled wrong.

    A name of another script comes back as a field: whether it is one depends on what is declared.
    """
    if len(inner) > MAX_TAG:
        return None
    text = inner.strip(BLANK)
    if text.startswith(REMARKS):
        return Tag(TagKind.REMARK)
    if not text:
        return None
    tag = _sign_tag(text) or _word_tag(text) or _field(text)
    return _with_end_of_separator(tag, inner[len(inner.rstrip(BLANK)) :]) if isinstance(tag, Tag) else tag


def _with_end_of_separator(tag: Tag, blanks: str) -> Tag:
    """Return ``tag`` with the blanks behind it in the text of its last format, where blanks count there."""
    last = tag.formats[-1] if tag.formats and blanks else None
    if last is None or last.name not in (SEPARATOR, BEFORE, AFTER) or last.argument is None:
        return tag
    return tag._replace(formats=(*tag.formats[:-1], last._replace(argument=last.argument + blanks)))


def _sign_tag(text: str) -> Tag | BadTag | None:
    sign = text[0].translate(SIGNS)
    rest = text[1:].lstrip(BLANK)
    if sign == "#" and (not rest or rest[0].translate(SIGNS) == "|"):
        return _with_formats(TagKind.NUMBER, rest)
    if sign == ".":
        return _with_formats(TagKind.ITEM, rest) if not rest or rest[0].translate(SIGNS) == "|" else None
    if sign == "=":
        return _explicit_field(rest)
    tag: Tag | None = None
    kind = STARTS.get(sign)
    if sign == "/":
        kind, tag = TagKind.END, _end(rest)
    elif sign == "@":
        kind, tag = TagKind.PICTURE, _picture(rest)
    elif sign == "+":
        # What begins with a name is told if it cannot be read; other text with a plus sign is text.
        return _document(rest) or (BadTag(ACCEPTED[TagKind.DOCUMENT]) if text[1:2].isalpha() else None)
    elif sign == "□":
        return _check(rest)
    elif kind is TagKind.EACH:
        tag = _each(rest)
    elif kind is not None:
        tag = _condition(kind, rest)
    if tag is None and kind is not None and sign in "#/^@" and text[1:2].isalpha():
        return BadTag(ACCEPTED[kind])
    return tag


def _word_tag(text: str) -> Tag | BadTag | None:
    plain = text.translate(SIGNS)
    if plain in WORDS:
        return Tag(WORDS[plain])
    head = re.match(r"[^\s:：|｜.．]+", text)
    if head is None:
        return None
    word, rest = head[0], text[head.end() :]
    behind = rest[:1].translate(SIGNS)
    if word in ITEMS and behind in ("", "|"):
        return _with_formats(TagKind.ITEM, rest)
    if word in DECLARES and behind == ":":
        return _declaration(rest[1:]) or _bad_declaration(rest[1:])
    if plain.partition("|")[0].endswith(".#"):
        return _outer_number(text)
    if not rest or not (behind == ":" or rest[0].isspace()):
        return None
    rest = rest[1:].lstrip(BLANK)
    if word in PICTURES:
        return _picture(rest)
    if word in CHECKS:
        return _check(rest)
    if word in DOCUMENTS:
        return _document(rest)
    if word in ("完", "END"):
        return _end(rest)
    kind = STARTS.get(word)
    if kind is TagKind.EACH:
        return _each(rest)
    return None if kind is None else _condition(kind, rest)


def _outer_number(text: str) -> Tag | None:
    path, bar, formats = _parted(text)
    words = path.translate(SIGNS).strip(BLANK).split(".")
    if words[-1] != "#" or not all(word in UPS for word in words[:-1]):
        return None
    tag = _with_formats(TagKind.NUMBER, bar + formats)
    return None if tag is None else tag._replace(path=Path((), len(words) - 1))


def _parted(text: str) -> tuple[str, str, str]:
    """Return ``text`` before its first bar, the bar, and what stands behind it."""
    match = _BAR.search(text)
    if match is None:
        return text, "", ""
    return text[: match.start()], "|", text[match.end() :]


def read_path(text: str) -> Path | None:
    """Return the path that ``text`` is, or ``None``."""
    names = text.replace("．", ".").split(".")
    up = 0
    while up < len(names) - 1 and names[up] in UPS:
        up += 1
    is_root = not up and len(names) > 1 and names[0] in ROOTS
    names = names[up + is_root :]
    if names[0] in RESERVED and not (len(names) > 1 and names[0] in ITEMS):
        return None
    return Path(tuple(names), up, is_root) if names and all(map(is_name, names)) else None


def _leading_path(text: str) -> tuple[Path | None, str]:
    """Return the path at the beginning of ``text`` and what stands behind it."""
    match = _END_OF_PATH.search(text)
    end = len(text) if match is None else match.start()
    return read_path(text[:end]), text[end:]


def _each(rest: str) -> Tag | None:
    before, _bar, option = _parted(rest)
    if _bar and option.strip(BLANK) != OPTIONAL:
        return None
    path, words = _leading_path(before)
    if path is None:
        return None
    tag = Tag(TagKind.EACH, path, is_optional=bool(_bar))
    for word in _words(words):
        if word in EXTENTS and tag.extent is None and tag.numbering is None:
            tag = tag._replace(extent=EXTENTS[word])
        elif word in NUMBERINGS and tag.numbering is None:
            tag = tag._replace(numbering=NUMBERINGS[word])
        else:
            return None
    return tag


def _words(text: str) -> list[str]:
    return re.split(r"[\s:：]+", text.strip(BLANK + ":：")) if text.strip(BLANK + ":：") else []


def _condition(kind: TagKind, rest: str) -> Tag | None:
    first, *others = _words(rest) or [""]
    if first in COPIES:
        if not others:
            return Tag(kind, copy=COPIES[first])
        if len(others) == 1 and others[0] in EXTENTS:
            return Tag(kind, copy=COPIES[first], extent=EXTENTS[others[0]])
        return None
    path, behind = _leading_path(rest)
    if path is None:
        return None
    tag = Tag(kind, path)
    compared = behind.lstrip(BLANK)
    operator = _OPERATOR.match(compared)
    if operator is None:
        before, bar, option = _parted(behind)
        words = _words(before)
        if (bar and option.strip(BLANK) != OPTIONAL) or len(words) > 1:
            return None
        if words and words[0] not in EXTENTS:
            return None
        return tag._replace(is_optional=bool(bar), extent=EXTENTS[words[0]] if words else None)
    return _compared(tag, OPERATORS[operator[0].translate(SIGNS)], compared[operator.end() :])


def _compared(tag: Tag, operator: str, text: str) -> Tag | None:
    """Return ``tag`` with the literals in ``text``, an extent behind the last, and 可空.

    Quotes around a literal keep a word at its end from being an extent.
    """
    literals = [literal.strip(BLANK) for literal in _BAR.split(text)]
    if len(literals) > 1 and literals[-1] == OPTIONAL:
        tag = tag._replace(is_optional=True)
        del literals[-1]
    before_extent = re.match(r"(.*\S)\s+(\S+)\Z", literals[-1])
    if before_extent is not None and before_extent[2] in EXTENTS:
        tag = tag._replace(extent=EXTENTS[before_extent[2]])
        literals[-1] = before_extent[1]
    if not all(literals) or any(literal[0] in _SIGNS_OF_ORDER for literal in literals):
        return None
    return tag._replace(operator=operator, literals=tuple(map(_unquoted, literals)))


def _unquoted(literal: str) -> str:
    return literal[1:-1] if len(literal) > 1 and literal[0] in "“\"‘'" and literal[-1] in "”\"’'" else literal


def _end(rest: str) -> Tag | None:
    if not rest:
        return Tag(TagKind.END)
    path = read_path(rest.strip(BLANK))
    return None if path is None else Tag(TagKind.END, path)


def _picture(rest: str) -> Tag | None:
    before, bar, option = _parted(rest)
    path, behind = _leading_path(before)
    # With a format that draws a code it is a field with a size.
    code = _with_formats(TagKind.FIELD, bar + option) if any(each in option for each in CODE_WORDS) else None
    is_code = code is not None and code_format(code.formats) is not None
    if path is None or (bar and not is_code and option.strip(BLANK) != OPTIONAL):
        return None
    written = behind.strip(BLANK + ":：")
    if code is not None and is_code:
        drawn = code._replace(path=path, is_explicit=True)
    else:
        drawn = Tag(TagKind.PICTURE, path, is_optional=bool(bar))
    if not written:
        return drawn
    size = _SIZE.match(written)
    if size is None:
        return None
    width, height = float(size[1]), None if size[2] is None else float(size[2])
    if not width or height == 0 or max(width, height or 0) > MOST_MILLIMETRES:
        return None
    return drawn._replace(size=Size(width, height))


def _document(rest: str) -> Tag | None:
    before, bar, option = _parted(rest)
    path = read_path(before.strip(BLANK))
    if path is None or (bar and option.strip(BLANK) != OPTIONAL):
        return None
    return Tag(TagKind.DOCUMENT, path, is_optional=bool(bar))


def _check(rest: str) -> Tag | None:
    condition = _condition(TagKind.CHECK, rest)
    if condition is None or condition.copy is not None or condition.extent is not None:
        return None
    return condition


def _declaration(rest: str) -> Tag | None:
    declared = []
    for each in _LISTED.split(rest):
        name, _blank, named = " ".join(each.split()).partition(" ")
        path, of_type = read_path(name), named.strip(BLANK) or "文本"
        if path is None or of_type not in DECLARED_TYPES:
            return None
        declared.append(Declared(path, DECLARED_TYPES[of_type]))
    return Tag(TagKind.DECLARE, declared=tuple(declared))


def _bad_declaration(rest: str) -> BadTag | None:
    """Return what is told of a declaration that cannot be read; one that begins with no name is text."""
    first = (_LISTED.split(rest)[0].split() or [""])[0]
    return None if read_path(first) is None else BadTag(ACCEPTED[TagKind.DECLARE])


def _explicit_field(rest: str) -> Tag | None:
    tag = _field(rest.strip(BLANK))
    return None if tag is None else tag._replace(is_explicit=True)


def _field(text: str) -> Tag | None:
    before, bar, formats = _parted(text)
    name = before.strip(BLANK)
    path = read_path(name)
    if path is None:
        return None
    tag = _with_formats(TagKind.FIELD, bar + formats)
    if tag is None:
        return None
    is_known = bool(tag.formats) and all(rule_of(each) for each in tag.formats)
    return tag._replace(path=path, is_explicit=is_known)


def _with_formats(kind: TagKind, behind: str) -> Tag | None:
    """Return a tag with the formats in ``behind``, which is empty or begins with a bar."""
    if not behind:
        return Tag(kind)
    formats = []
    for written in _BAR.split(behind)[1:]:
        name, *argument = _COLON.split(written.lstrip(BLANK), maxsplit=1)
        name = name.rstrip(BLANK)
        formats.append(Format(ENGLISH.get(name, name), argument[0] if argument else None))
    if len(formats) > MAX_FORMATS or not all(each.name for each in formats):
        return None
    is_optional = any(each == Format(OPTIONAL) for each in formats)
    return Tag(kind, formats=tuple(formats), is_optional=is_optional)
