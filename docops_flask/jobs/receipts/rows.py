"""Receipts of the rows of a merge: signed after the renderer has ended, as those of runs are.

The renderer alone reads the rows and has the documents open; it tells the hashes. The server knows the
template, the salts, the policy and the options.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from docops_flask.engine.artefacts import DOCUMENT, PDF
from docops_flask.engine.bilingual import Language
from docops_flask.engine.job import Job
from docops_flask.engine.merge.members import ROWS
from docops_flask.engine.merge.row_made import RowMade, salt_of_row
from docops_flask.engine.run_result import Counts, Made
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.receipts.envelope import RECEIPT, sealed
from docops_flask.jobs.receipts.keys import Signer
from docops_flask.jobs.receipts.statement import Inputs, Outcome, statement_of

_SHA256 = re.compile(r"[0-9a-f]{64}")


class RowSigning(NamedTuple):
    """What the receipts of a merge have in common; ``signed_at`` is now where it is ``None``."""

    signer: Signer
    job: Job
    template_sha256: str
    language: Language
    commit: str
    request_id: str | None
    signed_at: datetime | None = None

    def members(self, made: Iterable[RowMade]) -> dict[str, bytes]:
        """Return the receipts of rows by their names in the ZIP; raises ``RendererCrashed``."""
        return {f"{ROWS}{each.row}/{RECEIPT}": self.receipt(each) for each in made}

    def receipt(self, made: RowMade) -> bytes:
        """Return the receipt of a row; raises ``RendererCrashed`` for what is no hash."""
        files = {DOCUMENT: made.sha256} | ({} if made.pdf_sha256 is None else {PDF: made.pdf_sha256})
        if not all(map(_SHA256.fullmatch, (*files.values(), made.task_sha256))) or self.job.rows is None:
            raise RendererCrashed(inner="its result does not say what a receipt needs")
        salt = salt_of_row(self.job.rows.salt, made.row)
        outcome = Outcome(
            made=Made(made.verdict, made.exactness, files),
            counts=Counts(made.left, made.missing, made.format),
            exit_code=made.exit_code,
            policy=self.job.policy,
            effective=self.job.effective(self.language),
            commit=self.commit,
            request_id=self.request_id,
        )
        inputs = Inputs(self.template_sha256, salt.hex(), made.task_sha256)
        return sealed(statement_of(inputs, outcome, self.signed_at), self.signer)


def is_told_of(made: Iterable[RowMade], files: Iterable[tuple[int, str | None, str | None]]) -> bool:
    """Say whether ``made`` is about these ``files``: number, hashes of document and PDF of each row."""
    return [(each.row, each.sha256, each.pdf_sha256) for each in made] == list(files)
