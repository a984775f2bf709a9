"""PAGE_BREAK_MISSING: a paragraph does not begin a page although its role asks for it, or the opposite."""

from collections.abc import Iterator
from typing import Literal

from docops_flask.engine.checks.check import Check, ParagraphSubject, PolicySubject
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.mismatch import Mismatch, paragraph_finding
from docops_flask.engine.document.document import ParagraphPlace

_WORDS = {True: "a new page", False: "no new page"}


class PageBreakMissing(Check):
    """A paragraph does not begin a page although its role asks for it, or the opposite.

    *Fails*: a paragraph whose role has ``page_break_before: true`` does not begin a page: it has no
    w:pageBreakBefore (ECMA-376 part 1, 17.3.1.23), no page break stands at its beginning or at the end of
    what comes before it, and no section begins with it. With ``false``: it has w:pageBreakBefore.

    *Passes*: any of these, or nothing before it in the body: with ``<w:br w:type="page"/>`` as the last thing
    before it a title begins a page. Not checked under baseline ``template``.

    *Fix*: none: it would move what follows.

    *Looks at*: the beginning of every paragraph whose role has the rule.
    """

    codes = ("PAGE_BREAK_MISSING",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph that does not begin as asked."""
        pages = PageBeginnings()
        for paragraph in subject.with_role_rules:
            look = paragraph.look
            rule = look.rules.of_paragraphs.page_break_before
            if rule is None:
                continue
            stated = look.values.page_break_before
            begins = bool(stated.value)
            if rule.value:
                begins = begins or pages.begins(paragraph)
            if begins is not rule.value:
                mismatch = Mismatch(
                    rule,
                    "The beginning",
                    expected=_WORDS[rule.value],
                    actual=_WORDS[begins],
                    found=stated,
                )
                yield Issue(paragraph_finding(mismatch, look, subject), paragraph.place.path)


class PageBeginnings:
    """Finds out which paragraphs begin a page; what comes before them is examined once."""

    def __init__(self) -> None:
        self._ended: dict[ParagraphPlace, bool] = {}

    def begins(self, paragraph: ParagraphSubject) -> bool:
        """Say whether a page begins with a paragraph by what stands before it or at its beginning."""
        place = paragraph.place
        return _breaks(place, first=True) or self._is_ended(place.part.sibling_before(place))

    def _is_ended(self, last: ParagraphPlace | Literal[False] | None) -> bool:
        """Say whether a page ends with ``last``, or with an earlier paragraph that no text follows."""
        path: list[ParagraphPlace] = []
        ended: bool | None = None
        while ended is None:
            if not isinstance(last, ParagraphPlace):
                # The first of a container begins it; another element says nothing.
                ended = last is None
                break
            ended = self._ended.get(last)
            if ended is None:
                path.append(last)
                ended = _ends_page(last)
                last = last.part.sibling_before(last)
        self._ended.update(dict.fromkeys(path, ended))
        return ended


def _ends_page(place: ParagraphPlace) -> bool | None:
    """Say whether a page ends with a paragraph; ``None``: it has no text, so what is before it decides."""
    element, w = place.element, place.part.w
    if element.find(f"{w.pPr}/{w.sectPr}") is not None or _breaks(place, first=False):
        return True
    return None if next(place.shape.content.iter(w.t), None) is None else False


def _breaks(place: ParagraphPlace, *, first: bool) -> bool:
    """Say whether a page break stands before the first text of a paragraph, or after the last."""
    found = False
    w, text = place.part.w, place.now
    for element in place.shape.content.iter(w.br, w.t):
        if element.tag == w.br:
            found = found or element.get(w.type) == "page"
        elif text.joined(text.shape.texts_in(element)):
            if first:
                return found
            found = False
    return found
