"""A text in the two languages of the product."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same words in English and Chinese; ``zh`` is empty where they need no translation."""

    en: str
    zh: str = ""

    def format(self, *values: object) -> "Bilingual":
        """Return both with their ``{}`` filled."""
        return Bilingual(self.en.format(*values), self.zh.format(*values))
