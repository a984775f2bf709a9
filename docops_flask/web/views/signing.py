"""What jobs have to do with receipts: a run is given one, a verification checks one.

Template, document and task are hashed before the renderer begins: it may change the files in its folder.
The hashes of what a run made come from its renderer, which is the only process that has the document open.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from docops_flask.engine.artefacts import DOCUMENT
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.receipts.envelope import (
    FIELD,
    MAX_BYTES,
    ReceiptCheck,
    check_receipt,
    sealed,
    too_large,
)
from docops_flask.jobs.receipts.statement import Inputs, Outcome, inputs_of, statement_of
from docops_flask.web.services import Services
from docops_flask.web.upload.form import Upload
from docops_flask.web.views.results import RunResult

# The files that a receipt is about, in its order; the PDF is there where one was asked for.
_SUBJECTS = (DOCUMENT, "out.pdf")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Signing(NamedTuple):
    """What was read of the uploads: ``inputs`` of a run that gets a receipt, the ``check`` of a receipt."""

    inputs: Inputs | None = None
    check: ReceiptCheck | None = None


def signing_of(job: Job, upload: Upload, service: Services, enter: Callable[[str], None]) -> Signing:
    """Return what ``upload`` gives for a receipt; nothing where the server has no key.

    ``enter`` is called with the stage ``validate_form`` before a receipt is checked.

    Raises ``InvalidArgument`` and ``InvalidJson`` for a receipt that is none, or that cannot be checked here.
    """
    if job.kind is JobKind.RUN and service.signer is not None:
        contents = {name: file.content for name, file in upload.files.items()}
        return Signing(inputs=inputs_of(contents["template"].sha256(), contents["task"].read()))
    if job.kind is JobKind.VERIFY and FIELD in upload.files:
        enter("validate_form")
        return Signing(check=_check(upload, service))
    return Signing()


def _check(upload: Upload, service: Services) -> ReceiptCheck:
    if service.signer is None:
        raise InvalidArgument(
            f"{FIELD}: this server has no key to check it with; set DOCOPS_SIGNING_KEY_FILE, or use docops "
            "verify --receipt FILE --key PUBLIC_KEY.",
            field=FIELD,
        )
    if upload.files[FIELD].size > MAX_BYTES:
        raise too_large()
    contents = {name: file.content for name, file in upload.files.items()}
    return check_receipt(
        contents[FIELD].read(),
        service.signer.public,
        document_sha256=contents["document"].sha256(),
        template_sha256=contents["template"].sha256(),
        task=contents["task"].read() if "task" in contents else None,
    )


def receipt_of(
    signing: Signing, service: Services, job: Job, result: RunResult, request_id: str
) -> bytes | None:
    """Return the receipt of a run; ``None`` where the server has no key.

    Raises ``RendererCrashed`` where the renderer did not say what it made.
    """
    if signing.inputs is None or service.signer is None:
        return None
    made = result.made
    if made is None or DOCUMENT not in made.sha256 or not all(map(_is_subject, made.sha256.items())):
        raise RendererCrashed(inner="its result does not say what a receipt needs")
    subjects = {name: made.sha256[name] for name in _SUBJECTS if name in made.sha256}
    outcome = Outcome(
        made=made._replace(sha256=subjects),
        counts=result.counts,
        exit_code=result.exit_code,
        policy=job.policy,
        effective=job.effective(result.language),
        commit=service.settings.commit_sha,
        request_id=request_id,
    )
    return sealed(statement_of(signing.inputs, outcome), service.signer)


def _is_subject(named: tuple[str, str]) -> bool:
    name, digest = named
    return name in _SUBJECTS and _SHA256.fullmatch(digest) is not None
