"""A text in the two languages of the product."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Bilingual(NamedTuple):
    """The same text in English and in Chinese; ``zh`` is empty where the English needs no translation."""

    en: str
    zh: str = ""

    def text(self, language: str) -> str:
        """Return the text in ``language``, a ``Language``."""
        return (self.zh or self.en) if language == "zh" else self.en

    def format(self, *values: object) -> "Bilingual":
        """Return both texts with their ``{}`` filled, as ``str.format`` does it."""
        return Bilingual(self.en.format(*values), self.zh.format(*values))

    def both(self) -> str:
        """Return both texts in one line."""
        return f"{self.en} / {self.zh}" if self.zh else self.en
