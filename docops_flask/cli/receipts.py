"""Receipts in the shell: ``docops run`` signs, ``docops verify`` checks with a public key and no server."""

import hashlib
from pathlib import Path

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job
from docops_flask.engine.run_result import RunResult
from docops_flask.jobs.receipts.envelope import FIELD, MAX_BYTES, ReceiptCheck, check_receipt, sealed
from docops_flask.jobs.receipts.keys import (
    KeyFault,
    PublicKey,
    Signer,
    read_public_key,
    read_signer,
    signer_of,
)
from docops_flask.jobs.receipts.statement import Outcome, inputs_of, statement_of
from docops_flask.settings.settings import Settings

KEY, SIGNING_KEY = "key", "signing-key"


def chosen_signer(signing_key: Path | None, settings: Settings) -> Signer | None:
    """Return the signer with the key file given, else with that of the settings, else ``None``.

    Raises ``InvalidArgument`` for a file that cannot be used, ``SettingsError`` for that of the settings.
    """
    if signing_key is None:
        return signer_of(settings)
    try:
        return read_signer(signing_key)
    except KeyFault as fault:
        raise InvalidArgument(f"--{SIGNING_KEY}: {fault}.", field=SIGNING_KEY) from None


class Signing:
    """Makes the receipt of one run; the hashes of its inputs are taken when this is made."""

    def __init__(self, signer: Signer, template: Path, task: Path, settings: Settings) -> None:
        self._signer = signer
        self._settings = settings
        self._inputs = inputs_of(_sha256(template), task.read_bytes())

    def receipt(self, job: Job, result: RunResult) -> bytes:
        """Return the content of out.receipt.json for the ``result`` of ``job``."""
        if result.made is None:
            raise ValueError("the job was not asked for what a receipt says")
        outcome = Outcome(
            made=result.made,
            counts=result.counts(),
            exit_code=result.exit_code,
            policy=job.policy,
            effective=job.effective(result.language),
            commit=self._settings.commit_sha,
            request_id=None,
        )
        return sealed(statement_of(self._inputs, outcome), self._signer)


def checking_key(receipt: Path | None, key: Path | None, settings: Settings) -> PublicKey | None:
    """Return the public key to check ``receipt`` with: that in the file ``key``, else the settings' own.

    ``None`` where no receipt is to be checked. Raises ``InvalidArgument`` where one of the two is missing or
    the file holds no such key.
    """
    if receipt is None:
        if key is not None:
            raise InvalidArgument("--key: goes with --receipt alone; give the receipt too.", field=KEY)
        return None
    if key is None:
        signer = signer_of(settings)
        if signer is None:
            raise InvalidArgument(
                "--receipt: give the public key of the server that signed it with --key; GET /v1/keys "
                "answers it as pem.",
                field=FIELD,
            )
        return signer.public
    with key.open("rb") as file:
        content = file.read(MAX_BYTES)
    try:
        return read_public_key(content)
    except KeyFault as fault:
        raise InvalidArgument(f"--{KEY}: {fault}.", field=KEY) from None


def check_files(
    receipt: Path, key: PublicKey, template: Path, document: Path, task: Path | None
) -> ReceiptCheck:
    """Check the file ``receipt`` as ``/v1/verify`` does; raises as ``check_receipt``, and ``OSError``."""
    with receipt.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    return check_receipt(
        content,
        key,
        document_sha256=_sha256(document),
        template_sha256=_sha256(template),
        task=None if task is None else task.read_bytes(),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
