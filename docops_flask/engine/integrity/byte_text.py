"""A paragraph's text with the way back to its bytes, as the proof reads it.

Written apart from the reader of the code that fills (``engine.document.shape``).
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, NamedTuple

_REFERENCE = rb"&(?:#[xX]([0-9A-Fa-f]+)|#([0-9]+)|(\w+));"
_NAMED = {b"amp": "&", b"lt": "<", b"gt": ">", b"quot": '"', b"apos": "'"}


class Text(NamedTuple):
    """Characters of a w:t that stand together in the bytes.

    ``start`` is where they begin in the paragraph's text; their bytes are ``first``:``last`` of its content.
    ``tag_end`` is where the start tag of their w:t ends, ``node`` a number that its texts share. ``kept``
    says that it states xml:space="preserve", ``is_cdata`` that the bytes lie in a CDATA section.
    """

    start: int
    characters: str
    first: int
    last: int
    node: int
    tag_end: int
    run: int
    kept: bool
    is_cdata: bool = False

    @property
    def end(self) -> int:
        """Where they end in the paragraph's text."""
        return self.start + len(self.characters)


class ByteParagraph:
    """A paragraph as it was read: its content, its text, and the texts of its w:t that count.

    What lies between its tags begins at ``begin`` of ``content``. ``replayed`` is for the replay: what
    was replayed last, its edits, and the runs that these empty. ``form`` and ``parts`` tell how it is
    put together, where a reader knows that of many (``plain_reader``).
    """

    form: Any = None
    parts: Sequence[bytes] = ()
    __slots__ = ("_by_node", "_content", "_starts", "_text", "_texts", "begin", "replayed")

    def __init__(
        self, content: bytes, text: str | None, texts: Sequence[Text] | None, begin: int = 0
    ) -> None:
        self._content = content
        self.begin = begin
        self._text = text
        self._texts = texts
        self._starts: list[int] | None = None
        self._by_node: dict[int, list[Text]] | None = None
        self.replayed: tuple[Sequence[Any], Sequence[tuple[int, int, bytes]], Sequence[Any]] | None = None

    @property
    def content(self) -> bytes:
        """The bytes that it was read from."""
        return self._content

    @property
    def text(self) -> str:
        """Its characters."""
        if self._text is None:
            self._text = self._read_text()
        return self._text

    def _read_text(self) -> str:
        raise NotImplementedError

    @property
    def texts(self) -> Sequence[Text]:
        """The texts, in order."""
        if self._texts is None:
            self._texts = self._read_texts()
        return self._texts

    def _read_texts(self) -> Sequence[Text]:
        raise NotImplementedError

    def node_texts(self, text: Text) -> Sequence[Text]:
        """Return the texts of the w:t of ``text``."""
        if self._by_node is None:
            self._by_node = {}
            for each in self.texts:
                self._by_node.setdefault(each.node, []).append(each)
        return self._by_node[text.node]

    def spans_between(self, start: int, end: int) -> Sequence[Text]:
        """Return the texts that hold characters of ``text[start:end]``."""
        texts = self.texts
        if self._starts is None:
            self._starts = [text.start for text in texts]
        # The last text that begins at ``start`` or before is the first that can hold something of it.
        index = max(0, bisect_right(self._starts, start) - 1)
        found = []
        while index < len(texts) and texts[index].start < end:
            if texts[index].end > start:
                found.append(texts[index])
            index += 1
        return found

    def within(self, start: int, characters: str) -> "WithinText | None":
        """Return where ``characters``, which begin at ``start`` of the paragraph's text, lie in one w:t.

        ``None`` where they do not, or where that takes reading all texts.
        """
        return None


class WithinText(NamedTuple):
    """Characters in one w:t: their bytes are ``first``:``last``; ``run`` and ``kept`` are as in ``Text``."""

    first: int
    last: int
    run: int
    kept: bool


def plain_text(raw: bytes) -> str:
    """Return what character data stands for (XML 1.0, 2.11 and 4.1)."""
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = raw.decode() if b"&" not in raw else re.sub(_REFERENCE, _referenced, raw).decode()
    return text


def _referenced(match: re.Match[bytes]) -> bytes:
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED[name].encode()
    return chr(int(hexadecimal, 16) if hexadecimal is not None else int(decimal)).encode()


def bytes_at(raw: bytes, characters: str, places: Sequence[int], *, is_cdata: bool = False) -> list[int]:
    """Return where the characters number ``places`` of ``raw`` begin in its bytes.

    ``characters`` are what ``raw`` stands for, ``places`` ascend.
    """
    found: list[int] = []
    if b"\r" not in raw and (is_cdata or b"&" not in raw):
        at = done = 0
        for place in places:
            at += len(characters[done:place].encode())
            done = place
            found.append(at)
        return found
    units = rb"\r\n|[^\x80-\xbf][\x80-\xbf]*" if is_cdata else rb"&[^;]*;|\r\n|[^\x80-\xbf][\x80-\xbf]*"
    begins = [match.start() for match in re.finditer(units, raw)]
    begins.append(len(raw))
    return [begins[place] for place in places]
