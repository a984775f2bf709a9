"""The texts that the payload of a task gives to placeholders, and which of them a paragraph gets."""

import re
from collections.abc import Callable, Mapping

from docops_flask.engine.bilingual import Language
from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.job import Payload
from docops_flask.engine.skills.skill import Field, Skill

# Ideographs of Chinese, Japanese and Korean: the blocks of Unicode that are named so, and U+3007.
_IDEOGRAPH = "[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
SEPARATOR_OF_LISTS, CHINESE_SEPARATOR = ", ", "、"
DROPPED_NEWLINE = "one newline at the end of the value was dropped"


class Values(dict[str, str]):
    """The text for each placeholder name whose field is given.

    ``in_chinese`` holds what lists without a separator of their own are in paragraphs with an ideograph.
    ``shortened`` are the names whose value ended with a newline that was dropped. ``of_copies`` are the texts
    of paragraphs that are copies, one line each.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        in_chinese: Mapping[str, str] | None = None,
        shortened: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(texts)
        self.in_chinese = in_chinese or {}
        self.shortened = shortened
        self.of_copies: Mapping[ParagraphPlace, Mapping[str, str]] = {}
        self._chinese = {**texts, **self.in_chinese} if in_chinese else self

    def texts_in(self, place: ParagraphPlace) -> Mapping[str, str]:
        """Return the text by placeholder name in the paragraph ``place``."""
        if self.of_copies:
            of_copy = self.of_copies.get(place)
            if of_copy is not None:
                return of_copy
        if self.in_chinese and holds_ideograph(place.reading.text):
            return self._chinese
        return self

    def texts_outside(self, text: str, language: Callable[[], Language]) -> Mapping[str, str]:
        """Return the text by placeholder name at a place outside paragraphs whose whole text is ``text``.

        ``language``, of the document, decides where no letter stands beside the placeholders.
        """
        if not self.in_chinese:
            return self
        beside = re.sub("【[A-Z0-9_]*】", "", text)
        if re.search(_IDEOGRAPH, beside):
            return self._chinese
        return self._chinese if language() == "zh" and not any(map(str.isalpha, beside)) else self

    def longest(self, name: str) -> int:
        """Return the most bytes that the text of ``name`` takes in a paragraph."""
        texts = [self[name], self.in_chinese.get(name, "")]
        return max(len(text.encode()) for text in texts)

    def with_copies(self, of_copies: Mapping[ParagraphPlace, Mapping[str, str]]) -> "Values":
        """Return these values where the paragraphs ``of_copies`` get texts of their own."""
        values = Values(self, self.in_chinese, self.shortened)
        values.of_copies = of_copies
        return values


def holds_ideograph(text: str) -> bool:
    """Say whether a text has an ideograph of Chinese, Japanese or Korean."""
    return re.search(_IDEOGRAPH, text) is not None


def build_values(skill: Skill, payload: Payload) -> Values:
    r"""Return the text for each placeholder name whose field the payload gives.

    A field is not given if its key is absent, its value is ``null`` or, for a required field, only white
    space. An optional field with the value "" or [] becomes "". Line ends become ``\n``; one at the end of a
    value is dropped.
    """
    texts: dict[str, str] = {}
    in_chinese: dict[str, str] = {}
    shortened: list[str] = []
    for placeholder, field in skill.placeholders().items():
        given = payload.get(field.key)
        if given is None:
            continue
        text = _as_text(field, given, SEPARATOR_OF_LISTS)
        if field.required and not text.strip():
            continue
        texts[placeholder] = text.removesuffix("\n")
        if text.endswith("\n"):
            shortened.append(placeholder)
        if not isinstance(given, str) and field.separator is None and len(given) > 1:
            in_chinese[placeholder] = _as_text(field, given, CHINESE_SEPARATOR).removesuffix("\n")
    return Values(texts, in_chinese, frozenset(shortened))


def _as_text(field: Field, given: str | list[str], separator: str) -> str:
    if not isinstance(given, str):
        given = (separator if field.separator is None else field.separator).join(given)
    return given.replace("\r\n", "\n").replace("\r", "\n")
