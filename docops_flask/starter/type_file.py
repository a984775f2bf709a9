"""Writes the file of a document type (docs/skills.md) from the fields of a template, for an operator to edit.

TOML 1.0, https://toml.io; a JSON string without control characters is a basic string of TOML.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.reports.type_fields import TypeField
from docops_flask.engine.template.payload_schema import ValueKind

# A name that is free for a template whose file has no name in small Latin letters.
DEFAULT_NAME = "document_type"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CAPITALS = re.compile(r"[A-Z][A-Z0-9_]*")
_HAN = re.compile("[\u3400-\u9fff]")
# What is no part of one line of text (XML 1.0, 2.2, and line ends).
_NOT_ONE_LINE = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
_LISTS = (ValueKind.LIST, ValueKind.TEXTS, ValueKind.ITEMS)
_HEAD = """\
# Made by docops new-type from {file}. Correct title, labels, descriptions and examples, then put the
# file into the folder DOCOPS_SKILLS_DIR (docs/skills.md). The template says what each value has to be.
# 由 docops new-type 根据 {file} 生成。请修改名称、标签、说明和示例，再放入 DOCOPS_SKILLS_DIR 所指的文件夹。
"""
_UNDECLARED = """\
# Nothing in the template declares these names, so they are text unless a document type lists them; delete
# the fields of what is to stay text.
# 以下名称在模板中没有声明，文种未列出时只是普通文字；若本来就是文字，请删除相应各项。
# {names}
"""
_DESCRIPTIONS = {
    ValueKind.GIVEN: Bilingual(
        "Any value; without one the part that depends on it is left out.", "任意值；不给则省去相应部分。"
    ),
    ValueKind.BOOL: Bilingual("true or false.", "true（是）或 false（否）。"),
    ValueKind.CHOICE: Bilingual("Compared with {0}.", "与 {0} 比较。"),
    ValueKind.TEXT: Bilingual("The text for 【{1}】.", "填入【{1}】处的文字。"),
    ValueKind.NUMBER: Bilingual("A number such as 1234.5.", "数字，如 1234.5。"),
    ValueKind.DATE: Bilingual("A date such as 2026-05-06.", "日期，如 2026-05-06。"),
    ValueKind.TEXTS: Bilingual("A list of texts.", "一组文字。"),
    ValueKind.ITEMS: Bilingual("A list; its items are counted.", "列表；按项计数。"),
    ValueKind.LIST: Bilingual("A list; each item is an object with {2}.", "列表；每项是含有 {2} 的对象。"),
    ValueKind.OBJECT: Bilingual("An object with {2}.", "含有 {2} 的对象。"),
    ValueKind.RICH: Bilingual(
        "Text with **bold**, *italic*, [links](https://…) and lists.",
        "可含 **加粗**、*倾斜*、[链接](https://…) 和列表的文字。",
    ),
    ValueKind.DOCUMENT: Bilingual(
        'A Word document sent along: {{"file": name}}.', '随任务发送的 Word 文档：{{"file": 文件名}}。'
    ),
    ValueKind.IMAGE: Bilingual('A picture: {{"png": base64}}.', '图片：{{"png": base64}}。'),
}
_NO_MEMBERS = Bilingual(
    "A list; the template repeats a part for each item.", "列表；模板中的一部分随每项重复。"
)


def name_of_type(stem: str) -> str:
    """Return the name of a document type for a template whose file is called ``stem``."""
    name = re.sub("[^a-z0-9]+", "_", stem.lower()).strip("_")
    return name if _NAME.fullmatch(name) else DEFAULT_NAME


def type_file(name: str, stem: str, fields: Sequence[TypeField]) -> bytes:
    """Return the TOML file of the document type ``name``; ``stem`` is its title.

    It has at least one of ``fields``; its template language is 2.
    """
    title = _text(stem) or name
    taken = {field.name for field in fields}
    undeclared = ", ".join(f"【{field.name}】" for field in fields if field.is_undeclared)
    head = _HEAD.format(file=f"{title}.docx")
    pieces = [
        head + _UNDECLARED.format(names=undeclared) if undeclared else head,
        f"name = {_string(name)}\n"
        "grammar = 2\n"
        f"title = {_bilingual(Bilingual(title, title))}\n"
        f"description = {_bilingual(Bilingual(f'Made from {title}.docx.', f'根据{title}.docx生成。'))}\n",
        *(_field(field, taken) for field in fields),
    ]
    return "\n".join(pieces).encode()


def _field(field: TypeField, taken: Iterable[str]) -> str:
    return "".join(_lines(field, taken))


def _lines(field: TypeField, taken: Iterable[str]) -> Iterator[str]:
    key = _key(field.name, taken)
    yield f"[[fields]]\nkey = {_string(key)}\n"
    if key == field.name and _NAME.fullmatch(key):
        # Without it the placeholder would be the key in capitals.
        yield f"placeholder = {_string(field.name)}\n"
    if field.kind in _LISTS:
        yield 'type = "list"\n'
    if field.is_required:
        yield "required = true\n"
    yield f"label = {_bilingual(_label(field))}\n"
    yield f"description = {_bilingual(_description(field))}\n"
    sample = field.sample
    examples = [_example(item) for item in sample] if field.kind in _LISTS else _example(sample)
    written = f"[{', '.join(map(_string, examples))}]" if isinstance(examples, list) else _string(examples)
    yield f"example = {written}\n"


def _key(name: str, taken: Iterable[str]) -> str:
    """Return the payload key of a name: of capitals the small letters, as built-in types have it."""
    key = name.lower()
    return key if _CAPITALS.fullmatch(name) and key not in taken else name


def _label(field: TypeField) -> Bilingual:
    """Return the label in both languages, as far as the template has words for it."""
    name = field.name
    words = name.replace("_", " ").capitalize() if name.isascii() else name
    label = _text(field.label or "")
    if not label:
        return Bilingual(words, words)
    if _HAN.search(label):
        return Bilingual(words if name.isascii() else label, label)
    return Bilingual(label, label if name.isascii() else name)


def _description(field: TypeField) -> Bilingual:
    text = _DESCRIPTIONS[field.kind]
    if field.kind is ValueKind.LIST and not field.members:
        text = _NO_MEMBERS
    return Bilingual(
        text.en.format(", ".join(field.literals), field.name, ", ".join(field.members)),
        text.zh.format("、".join(field.literals), field.name, "、".join(field.members)),
    )


def _example(sample: Any) -> str:
    if isinstance(sample, str):
        return _text(sample)
    if isinstance(sample, int | float | Decimal) and not isinstance(sample, bool):
        return str(sample)
    return json.dumps(sample, ensure_ascii=False)


def _text(text: str) -> str:
    """Return ``text`` as one line."""
    return " ".join(_NOT_ONE_LINE.sub(" ", text).split())


def _bilingual(text: Bilingual) -> str:
    return f"{{ en = {_string(text.en)}, zh = {_string(text.zh)} }}"


def _string(text: str) -> str:
    return json.dumps(_text(text), ensure_ascii=False)
