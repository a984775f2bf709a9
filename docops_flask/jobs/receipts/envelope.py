"""Receipts as files: a DSSE envelope around a Statement, written, read and checked.

A receipt that is to be checked is untrusted: its size and its numbers of members are limited, and its
signature is checked over the bytes of the payload as they are, before anything in them is read.

Sources: DSSE 1.0 (https://github.com/secure-systems-lab/dsse, protocol.md and envelope.md).
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.integrity.json_members import member, value_as
from docops_flask.engine.integrity.verification import json_of
from docops_flask.jobs.receipts.keys import PublicKey, Signer
from docops_flask.jobs.receipts.statement import (
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    Inputs,
    salted_sha256,
)

RECEIPT = "out.receipt.json"
# The name of its part in a form, and of errors about it.
FIELD = "receipt"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
# A receipt has about two kilobytes.
MAX_BYTES = 64 * 1024
# Ours has one signature, and a subject for the document and one for the PDF.
_MOST_ITEMS = 16
# Ours has fifteen objects and lists.
_MOST_BRACKETS = 200
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"(?:[0-9a-f]{2}){16,64}")
_URL_SAFE = str.maketrans("-_", "+/")

Comparison = Literal["match", "differ"]


def sealed(payload: bytes, signer: Signer) -> bytes:
    """Return the file of a receipt: an envelope around the Statement ``payload``, signed."""
    signature = signer.sign(_signed_bytes(payload))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": signer.public.keyid, "sig": base64.b64encode(signature).decode()}],
    }
    return f"{json.dumps(envelope, indent=2)}\n".encode()


class ReceiptCheck(NamedTuple):
    """What came of checking a receipt against a key and files.

    The comparisons are with what the receipt says, whoever wrote it: they count only where the ``signature``
    is valid. ``task`` is ``None`` where no task was given.
    """

    signature: Literal["valid", "invalid"]
    subjects: Comparison
    template: Comparison
    task: Comparison | None

    @property
    def holds(self) -> bool:
        """Whether the receipt is signed and about the files that were given."""
        return self.signature == "valid" and "differ" not in self

    def as_dict(self) -> dict[str, str]:
        """Return the member ``receipt`` of the answer of ``/v1/verify``."""
        return {name: value for name, value in self._asdict().items() if value is not None}


def check_receipt(
    content: bytes, key: PublicKey, *, document_sha256: str, template_sha256: str, task: bytes | None
) -> ReceiptCheck:
    """Check the receipt ``content`` against ``key``, a document, a template and, where given, a task.

    Raises ``InvalidJson`` or ``InvalidArgument`` (``detail.field``, and ``detail.path`` where it is known)
    for a file that is no receipt.
    """
    if len(content) > MAX_BYTES:
        raise too_large()
    payload, signatures = _read_envelope(_object(content, "$"))
    signed = _signed_bytes(payload)
    is_valid = any(key.verifies(signature, signed) for signature in signatures)
    subjects, inputs = _read_statement(_object(payload, "$.payload"))
    compared = None
    if task is not None:
        compared = _compared(salted_sha256(bytes.fromhex(inputs.salt), task) == inputs.salted_sha256)
    return ReceiptCheck(
        signature="valid" if is_valid else "invalid",
        subjects=_compared(document_sha256 in subjects.values()),
        template=_compared(template_sha256 == inputs.template_sha256),
        task=compared,
    )


def too_large() -> InvalidArgument:
    """Return the error for a file that is larger than receipts are."""
    return InvalidArgument(f"{FIELD}: larger than {MAX_BYTES} bytes; send {RECEIPT} as it came.", field=FIELD)


def _object(content: bytes, path: str) -> dict[str, Any]:
    """Return the JSON object in ``content``, which the receipt has at ``path``."""
    # This limits the depth too, without a parser that has to be deep itself to find it out.
    if content.count(b"[") + content.count(b"{") > _MOST_BRACKETS:
        raise _fault(path, f"has more than {_MOST_BRACKETS} objects and lists")
    return value_as(dict, json_of(FIELD, content), FIELD, path)


def _compared(is_equal: bool) -> Comparison:
    return "match" if is_equal else "differ"


def _signed_bytes(payload: bytes) -> bytes:
    """Return what is signed: the pre-authentication encoding of the payload and its type."""
    return b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def _read_envelope(envelope: dict[str, Any]) -> tuple[bytes, list[bytes]]:
    """Return payload and signatures of an envelope; key ids are hints and are not looked at."""
    _same(envelope, "payloadType", PAYLOAD_TYPE, "$")
    payload = _base64(member(envelope, "payload", str, FIELD, "$"), "$.payload")
    given = _items(envelope, "signatures", "$")
    signatures = []
    for number, each in enumerate(given):
        path = f"$.signatures[{number}]"
        signature = member(value_as(dict, each, FIELD, path), "sig", str, FIELD, path)
        signatures.append(_base64(signature, f"{path}.sig"))
    return payload, signatures


def _read_statement(statement: dict[str, Any]) -> tuple[Mapping[str, str], Inputs]:
    """Return the hashes of the subjects by their names, and those of the inputs."""
    path = "$.payload"
    _same(statement, "_type", STATEMENT_TYPE, path)
    _same(statement, "predicateType", PREDICATE_TYPE, path)
    subjects = {}
    for number, each in enumerate(_items(statement, "subject", path)):
        place = f"{path}.subject[{number}]"
        name = member(value_as(dict, each, FIELD, place), "name", str, FIELD, place)
        digest = member(each, "digest", dict, FIELD, place)
        subjects[name] = _digits(digest, "sha256", _SHA256, f"{place}.digest")
    predicate = member(statement, "predicate", dict, FIELD, path)
    path = f"{path}.predicate"
    template = member(predicate, "template", dict, FIELD, path)
    task = member(predicate, "task", dict, FIELD, path)
    return subjects, Inputs(
        _digits(template, "sha256", _SHA256, f"{path}.template"),
        _digits(task, "salt", _SALT, f"{path}.task"),
        _digits(task, "salted_sha256", _SHA256, f"{path}.task"),
    )


def _same(holder: dict[str, Any], name: str, wanted: str, path: str) -> None:
    if member(holder, name, str, FIELD, path) != wanted:
        raise _fault(f"{path}.{name}", f"must be {wanted}")


def _items(holder: dict[str, Any], name: str, path: str) -> list[Any]:
    items = member(holder, name, list, FIELD, path)
    if not 1 <= len(items) <= _MOST_ITEMS:
        raise _fault(f"{path}.{name}", f"must have 1 to {_MOST_ITEMS} items")
    return items


def _digits(holder: dict[str, Any], name: str, form: re.Pattern[str], path: str) -> str:
    digits = member(holder, name, str, FIELD, path)
    if not form.fullmatch(digits):
        raise _fault(f"{path}.{name}", "must be hexadecimal digits of the right number")
    return digits


def _base64(text: str, path: str) -> bytes:
    """Return the bytes of base64 in either alphabet, as DSSE asks of readers."""
    try:
        return base64.b64decode(text.translate(_URL_SAFE), validate=True)
    except ValueError:
        raise _fault(path, "must be base64") from None


def _fault(path: str, problem: str) -> InvalidArgument:
    return InvalidArgument(f"{FIELD}: {path} {problem}; send {RECEIPT} as it came.", field=FIELD, path=path)
