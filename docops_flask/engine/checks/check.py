"""What every check is: a rule, and for some of them its repair."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.subject import PolicySubject, TemplateSubject


class Check(ABC):
    """A rule of format. Its module's docstring tells what fails and what passes."""

    code: ClassVar[str]

    @abstractmethod
    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield where the document breaks the policy's rule."""

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield where filling changed what the template had; nothing for a rule of policies alone."""
        return iter(())


class FixableCheck(Check):
    """A check that can repair what it finds in touched paragraphs or runs that are safe to fix.

    ``edits_runs`` says which: runs come first, because indents in characters are measured by their sizes.
    """

    edits_runs: ClassVar[bool] = False

    @abstractmethod
    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Make the document keep the rule at ``issues``, all of them fixable; yield what is changed."""
