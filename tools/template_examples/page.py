"""Reads the examples of a page: fenced blocks that stand one behind the other.

``template NAME`` begins an example and holds its template, ``json`` the task, ``result`` what the document
holds afterwards (``result exit N`` where the exit code is not 0), ``told`` what reports or the refusal say.
The lines of templates and results are paragraphs: see ``tools.template_examples.documents``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = DOCS / "images" / "templates"
PAGES = {"en": DOCS / "templates.md", "zh": DOCS / "templates.zh.md"}

_FENCED = re.compile(r"^```(template|json|result|told)(?: ([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"^\|([^\n]*)\|\n\|[-| ]+\|\n((?:\|[^\n]*\|\n)+)", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(slots=True)
class Example:
    """An example of a page in ``language``; ``result`` is ``None`` where the task is refused."""

    name: str
    language: str
    template: list[str]
    task: str = "{}"
    result: list[str] | None = None
    exit_code: int = 0
    told: list[str] | None = None

    @property
    def picture(self) -> Path:
        """The file of its picture."""
        return PICTURES / f"{self.name}.{self.language}.png"


def examples_of(language: str) -> list[Example]:
    """Return the examples of the page in ``language``, in their order."""
    found: list[Example] = []
    for match in _FENCED.finditer(PAGES[language].read_text(encoding="utf-8")):
        kind, words, content = match[1], match[2] or "", match[3]
        lines = content.removesuffix("\n").split("\n")
        if kind == "template":
            found.append(Example(words, language, lines))
        elif kind == "json":
            found[-1].task = content
        elif kind == "result":
            found[-1].result = lines
            found[-1].exit_code = int(words.removeprefix("exit ") or 0)
        else:
            found[-1].told = lines
    return found


def rows_of(language: str, *header: str) -> Iterator[list[str]]:
    """Yield the cells of the rows of each table that begins with the headers ``header``."""
    for match in _TABLE.finditer(PAGES[language].read_text(encoding="utf-8")):
        if tuple(_cells(match[1]))[: len(header)] == header:
            for row in match[2].strip().split("\n"):
                yield _cells(row.strip("|"))


def _cells(row: str) -> list[str]:
    """Return the cells of a row; text in code marks keeps its white space."""
    return [cell.strip().replace("\\|", "|").replace("`", "") for cell in _BAR.split(row)]
