"""What a paragraph's style and outline level say about its role."""

from collections.abc import Mapping
from typing import Protocol

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.policy.policy import HEADINGS
from docops_flask.engine.roles.found_role import FoundRole


class Line(Protocol):
    """A paragraph with text, as far as its role depends on it."""

    @property
    def place(self) -> ParagraphPlace:
        """Its place in the document."""

    @property
    def values(self) -> ParagraphValues:
        """Its effective values."""

    @property
    def text(self) -> str:
        """Its text."""


# Tables of contents, captions, headers and footers have none of the roles.
NO_ROLE = ""
# Word writes the English names of its built-in styles whatever its language; WPS writes Chinese ones.
_STYLES: Mapping[str, str] = {
    "title": "title",
    "标题": "title",
    **{f"heading {level}": role for level, role in enumerate(HEADINGS, 1)},
    **{f"标题 {level}": role for level, role in enumerate(HEADINGS, 1)},
    **{f"标题{level}": role for level, role in enumerate(HEADINGS, 1)},
    "salutation": "recipient",
    "称呼": "recipient",
    "signature": "signature",
    "签名": "signature",
    "date": "date",
    "日期": "date",
    **dict.fromkeys(("toc heading", "table of figures", "caption", "题注", "header", "footer"), NO_ROLE),
    **{f"{name} {level}": NO_ROLE for name in ("toc", "目录") for level in range(1, 10)},
}


class StyleRoles:
    """Roles by style, each style examined once; ``styles`` are the policy's own names (case folded)."""

    def __init__(self, cascade: Cascade, styles: Mapping[str, str]) -> None:
        self._sheet = cascade.styles
        self._names = {**_STYLES, **styles}
        self._by_style: dict[str, FoundRole | None] = {}

    def role(self, values: ParagraphValues) -> FoundRole | None:
        """Return the role by style, else by outline level (17.3.1.20); ``None`` where neither shows it.

        ``NO_ROLE`` for a style whose paragraphs have no role.
        """
        style_id = self._sheet.applied_id(values.style_id, "paragraph")
        found = self._sheet.inherited(style_id, self._by_style, self._of_style)
        return found if found is not None else _of_outline(values)

    def _of_style(self, style_id: str) -> FoundRole | None:
        # Old files have aliases after a comma: "heading 1,H1".
        name = self._sheet.name(style_id).partition(",")[0]
        role = self._names.get(name.strip().casefold())
        return None if role is None else FoundRole(role, "style", f"style {self._sheet.shown_name(style_id)}")


def _of_outline(values: ParagraphValues) -> FoundRole | None:
    level = values.outline_level.value
    if level is None or not 0 <= level < len(HEADINGS):
        return None
    return FoundRole(HEADINGS[level], "outline", f"outline level {level + 1}")
