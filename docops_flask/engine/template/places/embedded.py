"""Finds placeholders in files inside the package that are not filled: embedded documents, imported content.

Such a file may be a ZIP (.docx, .xlsx …), an OLE file, HTML, RTF, MHTML or text, in several encodings. Its
markup is not understood; markup inside a name is skipped.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from docops_flask.engine.template.grammar import closed_names, undeclared_names
from docops_flask.engine.template.nested_files import Budget, files_in
from docops_flask.engine.template.places.foreign_text import text_of

# The brackets as a file may write them: UTF-8, GB 18030, character references, RTF, quoted-printable.
_FORMS = (
    (rb"\xe3\x80\x90", rb"\xe3\x80\x91"),
    (rb"\xa1\xbe", rb"\xa1\xbf"),
    (rb"&#12304;", rb"&#12305;"),
    (rb"&#[xX]3010;", rb"&#[xX]3011;"),
    (rb"\\u12304 ?(?:\?|\\'[0-9a-fA-F]{2})?", rb"\\u12305"),
    (rb"\\'[aA]1\\'[bB][eE]", rb"\\'[aA]1\\'[bB][fF]"),
    (rb"=E3=80=90", rb"=E3=80=91"),
    (rb"=A1=BE", rb"=A1=BF"),
)
# Tags, words and braces of RTF, soft line breaks. Bounded, and without backtracking.
_MARKUP = rb"<[^<>]{0,400}+>|\\(?!u1230[45])[a-z]{1,20}+-?+[0-9]{0,6}+ ?+|[{}]|=?+\r?+\n"
_BETWEEN = rb"((?:[A-Z0-9_]|" + _MARKUP + rb"){1,300}+)"
_WIDE = (
    rb"\x10\x30((?:[A-Z0-9_]\0){1,100}+)\x11\x30",
    rb"\x30\x10((?:\0[A-Z0-9_]){1,100}+)\x30\x11",
)

_XML = (".xml", ".rels")


class Embedded(NamedTuple):
    """A placeholder in an embedded file: the file inside that ("" for itself), its first byte, its text.

    ``start`` is ``None`` where only the text that the file stands for has it.
    """

    member: str
    start: int | None
    text: str


def find_embedded(content: bytes, budget: Budget, undeclared: dict[str, None]) -> Iterator[Embedded]:
    """Yield the placeholders in ``content``, the bytes of a file inside the package.

    Bracketed words in it that no document type declares are added to ``undeclared``.
    """
    for file in files_in(content, budget):
        told: Counter[str] = Counter()
        for start, found in _names_in(file.content):
            told[f"【{found}】"] += 1
            yield Embedded(file.name, start, f"【{found}】")
        text = text_of(file.content)
        undeclared.update(dict.fromkeys(undeclared_names(text)))
        if not file.name.lower().endswith(_XML):
            # Other parts of XML are searched with their elements (``unaccounted``).
            more = Counter(text[start:end] for start, end in closed_names(text)) - told
            yield from (Embedded(file.name, None, each) for each in more.elements())


def _names_in(content: bytes) -> Iterator[tuple[int, str]]:
    found: dict[int, str] = {}
    for opening, closing in _FORMS:
        if re.search(opening, content) is None:
            continue
        for match in re.finditer(opening + _BETWEEN + closing, content):
            found[match.start()] = re.sub(_MARKUP, b"", match[1]).decode("ascii", "replace")
    for pattern in _WIDE:
        for match in re.finditer(pattern, content):
            found[match.start()] = match[1].replace(b"\0", b"").decode()
    for start, name in sorted(found.items()):
        if re.search("[A-Z]", name):
            yield start, name
