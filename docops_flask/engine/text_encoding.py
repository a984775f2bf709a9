"""Decodes JSON files; one that is not UTF-8 is refused with the name of its encoding.

Sources: Unicode 15, 23.8 (byte order mark); GB 18030-2022, which GBK is part of.
"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import InvalidJson

# What is said of a text in the encoding that goes into its "{}".
OTHER_ENCODING = Bilingual(
    "the text is in {}, and JSON has to be in UTF-8; save the file again with the encoding UTF-8.",
    "文件的编码是 {}，而 JSON 必须使用 UTF-8：请重新保存文件，编码选择 UTF-8。",
)
_MARKS = (
    (BOM_UTF32_LE, "UTF-32"),
    (BOM_UTF32_BE, "UTF-32"),
    (BOM_UTF16_LE, "UTF-16"),
    (BOM_UTF16_BE, "UTF-16"),
)
# Where the zero bytes of ASCII characters stand in UTF-32 and UTF-16, either byte order.
_ZEROS = (
    (b"\0\0\0", slice(0, 3), "UTF-32"),
    (b"\0\0\0", slice(1, 4), "UTF-32"),
    (b"\0", slice(0, 1), "UTF-16"),
    (b"\0", slice(1, 2), "UTF-16"),
)


def decoded_json(content: bytes, part: str) -> str:
    """Return the text of the JSON file ``content``, which came as ``part``; a byte order mark is left out.

    Raises ``InvalidJson`` where it is not UTF-8 (RFC 8259, 8.1); the message names the encoding if it shows.
    """
    # JSON begins with an ASCII character, which shows UTF-16 and UTF-32 without a mark too.
    position = 0
    if b"\0" not in content[:4]:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            position = error.start
    name = _encoding_of(content)
    if name is None:
        raise InvalidJson(f"{part}: not UTF-8 text (byte {position}).", field=part)
    raise InvalidJson(f"{part}: {OTHER_ENCODING.en.format(name)}", field=part, encoding=name)


def _encoding_of(content: bytes) -> str | None:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    for zeros, place, name in _ZEROS:
        if content[place] == zeros and content[:4].strip(b"\0"):
            return name
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return "GBK/GB18030"
