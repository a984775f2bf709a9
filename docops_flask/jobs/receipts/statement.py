"""The in-toto Statement of a receipt: which files a run made, of what, and what it came to.

docs/receipts.md describes the members. Sources: in-toto Attestation Framework, Statement v1
(https://in-toto.io/Statement/v1); RFC 8785 (canonical JSON); RFC 3339 (times).
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any, NamedTuple

from docops_flask import __version__
from docops_flask.engine.errors import ExitCode
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.run_result import Counts, Made

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
# The name of our predicate; there is nothing at this address.
PREDICATE_TYPE = "urn:docops:receipt:v1"
_SALT_BYTES = 32


class Inputs(NamedTuple):
    """The hashes of what a run was given, as hexadecimal digits.

    ``salted_sha256`` is that of the salt's bytes followed by the task's. Without the salt two receipts would
    show that their tasks are the same, and hashes of likely tasks could be computed once for all receipts.
    """

    template_sha256: str
    salt: str
    salted_sha256: str


def inputs_of(template_sha256: str, task: bytes, salt: bytes | None = None) -> Inputs:
    """Return the hashes of a run's inputs; ``task`` is the file as it was received.

    Without ``salt`` a new one of 32 random bytes is made.
    """
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    return Inputs(template_sha256, salt.hex(), salted_sha256(salt, task))


def salted_sha256(salt: bytes, task: bytes) -> str:
    """Return the SHA-256 of ``salt`` followed by ``task``, as hexadecimal digits."""
    return hashlib.sha256(salt + task).hexdigest()


class Outcome(NamedTuple):
    """What a receipt says of a run beside its inputs.

    ``made`` has the hashes of the files and the verdict of the proof, ``effective`` the options as in
    api_result.json. ``request_id`` is ``None`` for a run in the shell.
    """

    made: Made
    counts: Counts
    exit_code: ExitCode
    policy: Policy
    effective: dict[str, str]
    commit: str
    request_id: str | None


def statement_of(inputs: Inputs, outcome: Outcome, signed_at: datetime | None = None) -> bytes:
    """Return the Statement about a run as canonical JSON; ``signed_at`` is the time in UTC, now if absent."""
    signed_at = datetime.now(UTC) if signed_at is None else signed_at
    made, counts = outcome.made, outcome.counts
    return _canonical(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": name, "digest": {"sha256": made.sha256[name]}} for name in made.sha256],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "template": {"sha256": inputs.template_sha256},
                "task": {"salt": inputs.salt, "salted_sha256": inputs.salted_sha256},
                "policy": {"name": outcome.policy.name, "sha256": outcome.policy.sha256},
                "effective": outcome.effective,
                "engine": {"version": __version__, "commit": outcome.commit},
                "verdicts": {
                    "proof": {"verdict": made.verdict, "exactness": made.exactness},
                    "exit_code": int(outcome.exit_code),
                    "format": counts.format,
                    "left": counts.left,
                    "missing": counts.missing,
                },
                "request_id": outcome.request_id,
                "signed_at": signed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        }
    )


def _canonical(document: dict[str, Any]) -> bytes:
    # All keys are ASCII, and all values texts, whole numbers below 2^53 and null: for these, RFC 8785 asks
    # for sorted keys, no white space and no escapes beyond those of JSON.
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
