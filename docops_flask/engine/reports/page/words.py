"""The words of the report page in one language, read from ``words.toml`` and ``style_names.toml``.

Names of styles, addresses such as ``t0.r1.c2.p0`` (contract section 2) and the places that specify a value
are told as people know them from Word.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.engine.bilingual import Bilingual, Language

_FOLDER = Path(__file__).parent
_INDEX = {"en": 0, "zh": 1}
_NUMBER = re.compile("[0-9]+")
_LINKED = re.compile(r"(.+?) (?:char|字符)", re.IGNORECASE)
_ACCENT = re.compile(r"(.+?) (?:- )?accent ([1-6])", re.IGNORECASE)


class RuleWords(NamedTuple):
    """A rule's title, the kind of its values, and the key of its own advice, ``None`` where it has none."""

    title: str
    kind: str
    advice: str | None


class Words:
    """The words in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._index = _INDEX[language]
        self._words = _read("words.toml")
        self._styles = _read("style_names.toml")

    def __call__(self, key: str, /, section: str = "text", **values: object) -> str:
        """Return the text ``key`` of a section, with its ``{}`` filled."""
        return self._of(self._words[section][key]).format(**values)

    def find(self, section: str, key: str) -> str | None:
        """Return the text ``key`` of a section, ``None`` where there is none."""
        pair = self._words[section].get(key)
        return None if pair is None else self._of(pair)

    def of(self, words: Bilingual) -> str:
        """Return a bilingual text in this language."""
        return words.text(self.language)

    def rule(self, code: str, rule_key: str | None) -> RuleWords | None:
        """Return the words for a rule by its key in a policy, or by the code of an issue without one."""
        rules: Mapping[str, Any] = self._words["rules"]
        rule = rules.get((rule_key or "").rpartition(".")[2]) or rules.get(self._words["codes"].get(code))
        return None if rule is None else RuleWords(self._of(rule["title"]), rule["kind"], rule.get("advice"))

    def size_name(self, points: str) -> str | None:
        """Return the Chinese name of a font size (``16``: 三号), ``None`` where it has none."""
        name: str | None = self._words["sizes"].get(points)
        return name

    def style(self, name: str) -> str:
        """Return a style's name as Word shows it in this language; names of an author's own stay."""
        # Old files have aliases after a comma: "heading 1,H1".
        own = name.partition(",")[0].strip()
        accent = _ACCENT.fullmatch(own)
        if accent is not None:
            return f"{self.style(accent[1])} {self._styles['accent'][self.language]} {accent[2]}"
        linked = _LINKED.fullmatch(own)
        if linked is not None:
            return f"{self.style(linked[1])} {self._styles['linked'][self.language]}"
        number = _NUMBER.search(own)
        known = _style_names()
        shown = known.get(own.casefold())
        if shown is None and number is not None:
            shown = known.get(_NUMBER.sub("#", own, count=1).casefold())
        return name if shown is None else shown[self._index].replace("#", number[0] if number else "#")

    def origin(self, origin: str) -> str:
        """Return the place that specifies a value, from ``origin`` of an issue."""
        kind, name = parted_origin(origin)
        if kind == "table_style":
            style, _, part = name.partition("\0")
            shown = self._styles["parts"].get(part)
            if shown is not None:
                return self("table_part", "origins", name=self.style(style), part=self._of(shown))
            return self(kind, "origins", name=self.style(style))
        return self(kind, "origins", name=self.style(name)) if self.find("origins", kind) else origin

    def place(self, path: str) -> str:
        """Return the address of a paragraph or table in words; unknown segments are kept unchanged."""
        prefix, _, rest = path.rpartition("/")
        words = [self._story(prefix)] if prefix else []
        words += [self._segment(segment) for segment in rest.split(".")]
        shown = self("separator").join(words)
        return shown[:1].upper() + shown[1:] if self.language == "en" else shown

    def _segment(self, segment: str) -> str:
        kind, digits = segment[:1], segment[1:]
        if not digits.isdecimal() or self.find("segments", kind) is None:
            return segment
        # Notes carry the number that their part gives them; all else is counted from 0.
        return self(kind, "segments", n=digits if kind == "n" else int(digits) + 1)

    def _story(self, prefix: str) -> str:
        match = re.fullmatch(r"([a-z]+)([0-9]*)(.*)", prefix)
        story = None if match is None else self.find("stories", match[1])
        if match is None or story is None:
            return prefix
        # Text boxes are counted from 0, headers and footers carry the number of their part.
        number = str(int(match[2]) + 1) if match[1] == "textbox" and match[2] else match[2]
        return f"{story} {number}" if number else story

    def _of(self, pair: list[str]) -> str:
        return pair[self._index]


def parted_origin(origin: str) -> tuple[str, str]:
    """Return the kind of an ``origin`` (a key of the section ``origins``) and the name of its style.

    A table style's name is followed by U+0000 and the part of the table (17.18.89), where it is one's.
    """
    for kind, start in (("table_style", "table style "), ("style", "style ")):
        if origin.startswith(start):
            name = origin.removeprefix(start)
            part = re.fullmatch(r"(.+) \(([a-zA-Z0-9]+)\)", name) if kind == "table_style" else None
            return kind, name if part is None else f"{part[1]}\0{part[2]}"
    return ("numbering", "") if origin.startswith("numbering") else (origin, "")


@lru_cache(maxsize=2)
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text("utf-8"))


@lru_cache(maxsize=1)
def _style_names() -> Mapping[str, list[str]]:
    """Return the shown names by the name in a file, in lower case.

    WPS writes the Chinese ones, so these are among them; an English name counts first.
    """
    names: dict[str, list[str]] = _read("style_names.toml")["styles"]
    chinese = {shown[1].casefold(): shown for shown in reversed(names.values())}
    return chinese | {name.casefold(): shown for name, shown in names.items()}
