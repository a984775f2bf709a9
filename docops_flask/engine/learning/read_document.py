"""One of the documents that a policy is learnt from: what it suggests, and which rules it breaks."""

import os
from collections.abc import Mapping
from contextlib import closing
from typing import Any, NamedTuple

from docops_flask.engine.bilingual import Language
from docops_flask.engine.checks.observation import take_observation
from docops_flask.engine.checks.report import Deviation
from docops_flask.engine.checks.role_subjects import TextRuns
from docops_flask.engine.checks.suggested_policy import (
    issues_under,
    policy_deviations,
    runs_with_text,
    suggest_policy,
)
from docops_flask.engine.document.language import language_of
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.engine.files import FilePath
from docops_flask.engine.formatting.cascade_by_value import CascadeByValue
from docops_flask.engine.job import LearntFrom
from docops_flask.engine.learning.flat_rules import flat_rules
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.policy.policy import Policy


class DocumentStyle(NamedTuple):
    """What one document keeps throughout, by key, and the rules of a named policy that it breaks."""

    rules: Mapping[str, Any]
    deviations: tuple[Deviation, ...]
    language: Language


class Source:
    """One of the documents, opened anew for each look at it, so that no two are in memory."""

    def __init__(self, given: LearntFrom, folder: FilePath, limits: Limits) -> None:
        self.name = given.name
        self._file = os.path.join(folder, given.file)
        self._limits = limits

    def style(self, against: Policy | None) -> DocumentStyle:
        """Return what the document keeps; raises ``DocopsError`` subclasses that name it."""
        try:
            with closing(Package(self._file, self._limits)) as package:
                document = open_document(package, self._limits)
                cascade, texts = CascadeByValue(document.styles, document.related), TextRuns()
                # Any of them may be what a run fills.
                runs = runs_with_text(document)
                if not runs:
                    # What an empty document lacks, such as tables, would become a rule.
                    raise InvalidArgument("the document has no text to learn from; leave it out.")
                own = suggest_policy(document, runs, cascade, texts)
                broken: tuple[Deviation, ...] = ()
                if against is not None:
                    broken = policy_deviations(document, runs, against, own, cascade, texts)
                return DocumentStyle(flat_rules(own), broken, language_of(document))
        except DocopsError as error:
            raise self._named(error) from None

    def broken_rules(self, policy: Policy) -> set[str]:
        """Return the keys of the rules that the document breaks, warnings too; raises as ``style`` does."""
        try:
            with closing(Package(self._file, self._limits)) as package:
                document = open_document(package, self._limits)
                runs = runs_with_text(document)
                now = take_observation(runs, CascadeByValue(document.styles, document.related))
                found = issues_under(document, runs, now, policy)
                return {issue.rule_key for issue in found if issue.rule_key is not None}
        except DocopsError as error:
            raise self._named(error) from None

    def _named(self, error: DocopsError) -> DocopsError:
        """Return ``error``, which is about a template, as one about this document."""
        error.message = f"{self.name}: {error.message.removeprefix('template: ')}"
        error.detail = {**error.detail, "field": "document", "document": self.name}
        return error
