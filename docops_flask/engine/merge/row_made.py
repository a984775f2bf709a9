"""What a receipt says of a row of a merge, as its renderer tells the server."""

import hashlib
from typing import Literal, NamedTuple

from docops_flask.engine.errors import ExitCode
from docops_flask.engine.integrity.verdict import Exactness, Verdict


class RowMade(NamedTuple):
    """The hashes of a row's files and its task, the verdict of its proof, and what its checks came to.

    ``task_sha256`` is the hash of the row's salt (``salt_of_row``) followed by its task.
    """

    row: int
    exit_code: ExitCode
    left: int
    missing: int
    format: Literal["passed", "failed", "skipped"]
    sha256: str
    pdf_sha256: str | None
    verdict: Verdict
    exactness: Exactness
    task_sha256: str


def salt_of_row(salt: str, number: int) -> bytes:
    """Return the salt of a row's task: 32 bytes that follow from the merge's own ``salt`` (hexadecimal)."""
    return hashlib.sha256(bytes.fromhex(salt) + b" %d" % number).digest()
