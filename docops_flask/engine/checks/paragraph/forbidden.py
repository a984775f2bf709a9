"""LEADING_WHITESPACE, NUMPR_PRESENT, TABLE_FORBIDDEN: spaces for an indent, automatic numbers, tables."""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check, PolicySubject
from docops_flask.engine.checks.issue import Finding, Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.formatting.effective import DIRECT

_NAMES = {" ": "space", "\t": "tab", "\u3000": "ideographic space", "\u00a0": "no-break space"}


class LeadingWhitespace(Check):
    """A paragraph begins with blanks instead of having an indent.

    *Fails*: ``trim_leading_spaces`` is true and the text of a paragraph begins with one of ``trim_chars`` (a
    w:tab counts as the tab character).

    *Passes*: any other first character, a paragraph without text, or ``trim_leading_spaces`` is false. Not
    checked under baseline ``template``.

    *Fix*: none, text is never changed.

    *Looks at*: every paragraph whose text begins with a character the policy wants trimmed.
    """

    codes = ("LEADING_WHITESPACE",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph that begins with whitespace."""
        if not subject.policy.trim_leading_spaces:
            return
        unwanted = subject.policy.trim_chars
        findings: dict[str, Finding] = {}
        for paragraph in subject.paragraphs:
            if paragraph.text.startswith(unwanted):
                first = paragraph.text[0]
                finding = findings.get(first) or findings.setdefault(first, self._finding(first))
                yield Issue(finding, paragraph.place.path)

    def _finding(self, first: str) -> Finding:
        name = _NAMES.get(first, f"U+{ord(first):04X}")
        return Finding(
            code=self.codes[0],
            severity="error",
            message=f"The paragraph begins with a character that the policy does not allow there ({name}). "
            "Delete it and use the paragraph's first-line indent instead.",
            expected="no leading whitespace",
            actual=name,
            rule_key="trim_leading_spaces",
        )


class NumprPresent(Check):
    """A paragraph is numbered by Word although the policy asks for numbers typed as text.

    *Fails*: ``forbid_numpr`` is true and a paragraph with text has a direct w:numPr whose w:numId is not 0;
    with ``numpr_direct_only`` false numbering through a style fails as well.

    *Passes*: no w:numPr, w:numId 0 (which takes a style's numbering away, ECMA-376 part 1, 17.9.18), or
    ``forbid_numpr`` is false. Not checked under baseline ``template``.

    *Fix*: none: without numbering the visible number would be lost.

    *Looks at*: every automatically numbered paragraph where the policy forbids them.
    """

    codes = ("NUMPR_PRESENT",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each numbered paragraph with text."""
        if not subject.policy.forbid_numpr:
            return iter(())
        return subject.issues_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        numbering = look.values.numbering
        if not look.values.is_numbered:
            return
        if subject.policy.numpr_direct_only and numbering.origin != DIRECT:
            return
        yield Finding(
            code=self.codes[0],
            severity="error",
            message=f"The paragraph is numbered automatically (from: {numbering.origin}), which the "
            "policy forbids. Type the number as text, or check against a policy that allows automatic "
            "numbers.",
            expected="no numbering",
            actual=f"numId {numbering.value}",
            origin=numbering.origin,
            source=subject.source_in_paragraph(numbering, look),
            rule_key="forbid_numpr",
        )


class TableForbidden(Check):
    """The document has a table although the policy forbids them.

    *Fails*: ``forbid_tables`` is true and the document has a table, in any story; each table, nested ones
    too, is one issue. The cells of tables are then not checked any further.

    *Passes*: no table, or ``forbid_tables`` is false. Not checked under baseline ``template``.

    *Fix*: none: a person has to decide what becomes of its contents.

    *Looks at*: every table where the policy forbids them.
    """

    codes = ("TABLE_FORBIDDEN",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each table; its ``paragraph_path`` is the table's address."""
        if not subject.policy.forbid_tables:
            return
        finding = Finding(
            code=self.codes[0],
            severity="error",
            message="The policy forbids tables, and here is one; its cells were not checked. "
            "Write its contents as paragraphs, or check against a policy that allows tables.",
            expected="no table",
            actual="table",
            rule_key="forbid_tables",
        )
        for table in subject.tables:
            yield Issue(finding, table.path)
