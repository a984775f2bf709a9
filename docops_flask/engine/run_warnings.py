"""Warnings of a run about the whole document, in its log and its format report (``warnings``)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import echo

# Why a file inside the template was not searched for placeholders.
ENCRYPTED, LARGE = "NOT_SEARCHED_ENCRYPTED", "NOT_SEARCHED_LARGE"
DEEP, UNREADABLE = "NOT_SEARCHED_DEEP", "NOT_SEARCHED_UNREADABLE"
# A value that is longer than its form field allows.
FIELD_LENGTH = "FORM_FIELD_LENGTH"
# Characters of a place, or of a name, in a message.
_MAX_SHOWN = 200

# By code; the first {} is the place of the warning, further ones are its details.
WARNINGS: Mapping[str, Bilingual] = {
    "SIGNATURE_VOID": Bilingual(
        "The template has a digital signature, which filling made void: Word reports it as invalid. "
        "drop_signature=true leaves it out; sign the finished document instead.",
        "模板带有数字签名，填写后签名已失效，Word 会提示签名无效。"
        "使用 drop_signature=true 可去除该签名；请对成品文档重新签名。",
    ),
    ENCRYPTED: Bilingual(
        "A file inside the template is protected with a password and was not searched for placeholders. "
        "Remove its password, or take the file out of the template: {}.",
        "模板内嵌的文件设有密码，未能检查其中是否有占位符。请取消其密码，或从模板中删除该文件：{}。",
    ),
    LARGE: Bilingual(
        "A file inside the template is too large and was not searched for placeholders. Look through it "
        "yourself, make it smaller, or take it out of the template: {}.",
        "模板内嵌的文件过大，未能检查其中是否有占位符。请自行核对、缩小该文件，或将其从模板中删除：{}。",
    ),
    DEEP: Bilingual(
        "A file inside the template lies inside too many other files and was not searched for placeholders. "
        "Look through it yourself, or take it out of the template: {}.",
        "模板内嵌的文件嵌套层数过多，未能检查其中是否有占位符。请自行核对，或将其从模板中删除：{}。",
    ),
    UNREADABLE: Bilingual(
        "A file inside the template is damaged or of a kind that cannot be read (a PDF, an archive, macros) "
        "and was not searched for placeholders. Look through it yourself, or take it out of the template: "
        "{}.",
        "模板内嵌的文件已损坏或属于无法读取的类型（PDF、压缩包、宏），未能检查其中是否有占位符。"
        "请自行核对，或将其从模板中删除：{}。",
    ),
    "SUBDOCUMENT_SECTIONS": Bilingual(
        "The document put in has sections of its own; their page sizes, margins, headers and footers did not "
        "come along. Its pages are as those of the template: {}.",
        "插入的文档含有自己的分节，其页面大小、页边距、页眉和页脚未一并带入。页面以模板为准：{}。",
    ),
    "SUBDOCUMENT_COMMENTS": Bilingual(
        "The document put in has comments, which did not come along. It begins here: {}.",
        "插入的文档含有批注，批注未一并带入。插入位置：{}。",
    ),
    "SUBDOCUMENT_LINKS": Bilingual(
        "The document put in has links that lead neither to the web nor to a mailbox; they became text. It "
        "begins here: {}.",
        "插入的文档含有既不指向网页也不指向邮箱的链接，已改为普通文字。插入位置：{}。",
    ),
    "SUBDOCUMENT_TAGS": Bilingual(
        "The document put in has placeholders, or words in brackets that look like some, which are not "
        "filled. Fill it first, and put the result in: {}.",
        "插入的文档含有占位符或类似的括号文字，这些内容不会被填写。请先填写该文档，再插入其成品：{}。",
    ),
    FIELD_LENGTH: Bilingual(
        "A value is longer than the text form field lets people type; it was filled in whole. Shorten it, or "
        "raise the maximum length in the properties of the field: {}: {} has {} characters of at most {}.",
        "填入的内容超过文字型窗体域的最大长度，已全部填入。请缩短内容，或在该域的属性中加大最大长度："
        "{}：{} 有 {} 个字符，最多 {} 个。",
    ),
    "RICH_NO_HEADING_STYLE": Bilingual(
        "A value has a heading, and the template has no style for headings of its level (heading 1 to 6), so "
        "it became a bold paragraph. Add the style to the template: {}.",
        "填入的内容含有标题，但模板中没有相应级别的标题样式（标题 1 至 6），已改为加粗段落。"
        "请在模板中添加该样式：{}。",
    ),
}


class RunWarning(NamedTuple):
    """A warning: its code, a key of ``WARNINGS``, its message, and the part or paragraph it is about.

    ``place`` is the name of the part, with a file inside it behind a slash, or the address of the paragraph.
    ``details`` are members of its JSON that only warnings with this code have, with their values.
    """

    code: str
    message: str
    place: str
    details: tuple[tuple[str, str | int], ...] = ()

    def in_both_languages(self) -> str:
        """Return the message in English and Chinese."""
        return _message(self.code, self.place, self.details).both()

    def as_dict(self) -> dict[str, str | int]:
        """Return its JSON."""
        return {"code": self.code, "message": self.message, "place": self.place, **dict(self.details)}


def warning_of(code: str, place: str, **details: str | int) -> RunWarning:
    """Return the warning with ``code``, a key of ``WARNINGS``, about ``place``.

    ``details`` are in the order of their {} there.
    """
    told = tuple(details.items())
    return RunWarning(code, _message(code, place, told).en, place, told)


def _message(code: str, place: str, details: Sequence[tuple[str, str | int]]) -> Bilingual:
    told = (each if isinstance(each, int) else echo(each, _MAX_SHOWN) for _, each in details)
    return WARNINGS[code].format(echo(place, _MAX_SHOWN), *told)
