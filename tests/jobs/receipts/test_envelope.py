"""Receipts as bytes: what ours are to another implementation, and what is made of hostile ones."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.exceptions import VerificationError

from docops_flask import __version__
from docops_flask.engine.errors import DocopsError, ExitCode
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.run_result import Counts, Made
from docops_flask.jobs.receipts.envelope import MAX_BYTES, ReceiptCheck, check_receipt, sealed
from docops_flask.jobs.receipts.keys import Signer, read_public_key, read_signer
from docops_flask.jobs.receipts.statement import Outcome, inputs_of, statement_of
from tests.receipts import KeyFiles, keyid_of, make_keys, verified_by_others

DOCUMENT, TEMPLATE, PDF = (hashlib.sha256(name).hexdigest() for name in (b"document", b"template", b"pdf"))
TASK = '{"payload": {"甲方": "青岚局"}}'.encode()
SALT = bytes(range(32))
SIGNED_AT = datetime(2026, 11, 29, 17, 5, 9, 999, UTC)
OUTCOME = Outcome(
    made=Made("intact", "bytes", {"out.docx": DOCUMENT, "out.pdf": PDF}),
    counts=Counts(left=2, missing=1, format="failed"),
    exit_code=ExitCode.FORMAT_CHECK_FAILED,
    policy=Policy(name="机关", sha256="ab" * 32),
    effective={"preset": "strict", "language": "zh"},
    commit="abc123",
    request_id="6a0f0d6c1d5c4c0f8f5f3f5b0a9d8e7c",
)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFiles:
    return make_keys(tmp_path)


@pytest.fixture
def signer(keys: KeyFiles) -> Signer:
    return read_signer(keys.private)


def statement() -> bytes:
    return statement_of(inputs_of(TEMPLATE, TASK, SALT), OUTCOME, SIGNED_AT)


@pytest.fixture
def receipt(signer: Signer) -> bytes:
    return sealed(statement(), signer)


def check(content: bytes, signer: Signer, **other: Any) -> ReceiptCheck:
    given = {"document_sha256": DOCUMENT, "template_sha256": TEMPLATE, "task": TASK, **other}
    return check_receipt(content, signer.public, **given)


def test_the_statement_has_these_bytes() -> None:
    task = hashlib.sha256(SALT + TASK).hexdigest()
    assert statement().decode() == (
        '{"_type":"https://in-toto.io/Statement/v1","predicate":{'
        '"effective":{"language":"zh","preset":"strict"},'
        f'"engine":{{"commit":"abc123","version":"{__version__}"}},'
        f'"policy":{{"name":"机关","sha256":"{"ab" * 32}"}},'
        '"request_id":"6a0f0d6c1d5c4c0f8f5f3f5b0a9d8e7c","signed_at":"2026-11-29T17:05:09Z",'
        f'"task":{{"salt":"{SALT.hex()}","salted_sha256":"{task}"}},'
        f'"template":{{"sha256":"{TEMPLATE}"}},'
        '"verdicts":{"exit_code":4,"format":"failed","left":2,"missing":1,'
        '"proof":{"exactness":"bytes","verdict":"intact"}}},'
        '"predicateType":"urn:docops:receipt:v1",'
        f'"subject":[{{"digest":{{"sha256":"{DOCUMENT}"}},"name":"out.docx"}},'
        f'{{"digest":{{"sha256":"{PDF}"}},"name":"out.pdf"}}]}}'
    )


def test_the_same_statement_and_key_make_the_same_receipt(signer: Signer, receipt: bytes) -> None:
    assert sealed(statement(), signer) == receipt


def test_two_receipts_of_one_task_do_not_show_that_it_is_the_same() -> None:
    first, second = inputs_of(TEMPLATE, TASK), inputs_of(TEMPLATE, TASK)
    assert first.salt != second.salt
    assert first.salted_sha256 != second.salted_sha256
    assert len(bytes.fromhex(first.salt)) == 32


def test_the_time_is_that_of_signing_in_utc() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    predicate = json.loads(statement_of(inputs_of(TEMPLATE, TASK), OUTCOME))["predicate"]
    signed_at = datetime.strptime(predicate["signed_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert before <= signed_at <= datetime.now(UTC)


def test_another_implementation_verifies_it(keys: KeyFiles, receipt: bytes) -> None:
    told = verified_by_others(receipt, keys.public.read_bytes())
    assert told == json.loads(statement())
    (signature,) = json.loads(receipt)["signatures"]
    assert signature["keyid"] == keyid_of(keys.public.read_bytes())


def test_another_implementation_refuses_it_for_another_key(tmp_path: Path, receipt: bytes) -> None:
    with pytest.raises(VerificationError):
        verified_by_others(receipt, make_keys(tmp_path, "other").public.read_bytes())


def test_a_receipt_of_these_files_matches(signer: Signer, receipt: bytes) -> None:
    found = check(receipt, signer)
    assert found.as_dict() == {
        "signature": "valid",
        "subjects": "match",
        "template": "match",
        "task": "match",
    }
    assert found.holds
    assert check(receipt, signer, task=None).as_dict() == {
        "signature": "valid",
        "subjects": "match",
        "template": "match",
    }


@pytest.mark.parametrize("subject", [DOCUMENT, PDF])
def test_a_file_is_told_by_its_hash_alone(signer: Signer, receipt: bytes, subject: str) -> None:
    assert check(receipt, signer, document_sha256=subject).subjects == "match"


@pytest.mark.parametrize(
    ("other", "differing"),
    [
        ({"document_sha256": "0" * 64}, "subjects"),
        ({"template_sha256": DOCUMENT}, "template"),
        ({"task": TASK + b"\n"}, "task"),
    ],
)
def test_another_file_differs(signer: Signer, receipt: bytes, other: dict[str, Any], differing: str) -> None:
    found = check(receipt, signer, **other)
    assert [name for name, value in found.as_dict().items() if value == "differ"] == [differing]
    assert found.signature == "valid"
    assert not found.holds


def changed(receipt: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The receipt with another Statement under the same signature."""
    envelope = json.loads(receipt)
    content = json.loads(base64.b64decode(envelope["payload"]))
    change(content)
    envelope["payload"] = base64.b64encode(json.dumps(content).encode()).decode()
    return json.dumps(envelope).encode()


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a verdict": lambda each: each["predicate"]["verdicts"].update(exit_code=0),
    "the time": lambda each: each["predicate"].update(signed_at="2027-01-01T00:00:00Z"),
    "the spelling alone": lambda each: None,
    "a further member": lambda each: each.update(more=1),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_statement_is_not_signed(
    signer: Signer, keys: KeyFiles, receipt: bytes, change: Callable[[dict[str, Any]], object]
) -> None:
    other = changed(receipt, change)
    assert check(other, signer).signature == "invalid"
    assert not check(other, signer).holds
    with pytest.raises(VerificationError):
        verified_by_others(other, keys.public.read_bytes())


def test_a_forged_subject_matches_and_is_not_signed(signer: Signer, receipt: bytes) -> None:
    forged = changed(receipt, lambda each: each["subject"][0]["digest"].update(sha256="0" * 64))
    found = check(forged, signer, document_sha256="0" * 64)
    assert (found.signature, found.subjects, found.holds) == ("invalid", "match", False)


def test_another_key_did_not_sign_it(tmp_path: Path, receipt: bytes) -> None:
    other = read_signer(make_keys(tmp_path, "other").private)
    assert check(receipt, other).signature == "invalid"


def test_key_ids_prove_nothing_and_one_good_signature_is_enough(signer: Signer, receipt: bytes) -> None:
    envelope = json.loads(receipt)
    (good,) = envelope["signatures"]
    stranger = {"keyid": good["keyid"], "sig": base64.b64encode(bytes(64)).decode()}
    envelope["signatures"] = [stranger]
    assert check(json.dumps(envelope).encode(), signer).signature == "invalid"
    envelope["signatures"] = [stranger, {"keyid": "another", "sig": good["sig"]}]
    assert check(json.dumps(envelope).encode(), signer).signature == "valid"
    envelope["signatures"] = [{"sig": good["sig"]}]
    assert check(json.dumps(envelope).encode(), signer).signature == "valid"


def test_the_other_alphabet_of_base64_is_read(signer: Signer, receipt: bytes) -> None:
    envelope = json.loads(receipt)
    for holder, name in ((envelope, "payload"), (envelope["signatures"][0], "sig")):
        holder[name] = holder[name].replace("+", "-").replace("/", "_")
    assert check(json.dumps(envelope).encode(), signer).signature == "valid"


def with_payload(content: bytes) -> Callable[[dict[str, Any]], object]:
    return lambda envelope: envelope.update(payload=base64.b64encode(content).decode())


def with_statement(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    def apply(envelope: dict[str, Any]) -> None:
        content = json.loads(base64.b64decode(envelope["payload"]))
        change(content)
        with_payload(json.dumps(content).encode())(envelope)

    return apply


HOSTILE: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no payload": (lambda each: each.pop("payload"), "$.payload"),
    "a payload that is a number": (lambda each: each.update(payload=1), "$.payload"),
    "a payload that is no base64": (lambda each: each.update(payload="é" * 8), "$.payload"),
    "base64 that is cut off": (lambda each: each.update(payload="abcde"), "$.payload"),
    "another type of payload": (lambda each: each.update(payloadType="text/plain"), "$.payloadType"),
    "no signatures": (lambda each: each.update(signatures=[]), "$.signatures"),
    "signatures as an object": (lambda each: each.update(signatures={}), "$.signatures"),
    "many signatures": (lambda each: each.update(signatures=each["signatures"] * 17), "$.signatures"),
    "a signature that is text": (lambda each: each.update(signatures=["x"]), "$.signatures[0]"),
    "a signature without sig": (lambda each: each.update(signatures=[{}]), "$.signatures[0].sig"),
    "a sig that is no base64": (lambda each: each.update(signatures=[{"sig": "*"}]), "$.signatures[0].sig"),
    "a deep payload": (with_payload(b"[" * 40_000), "$.payload"),
    "a list as payload": (with_payload(b"[]"), "$.payload"),
    "another statement": (with_statement(lambda each: each.update(_type="x")), "$.payload._type"),
    "another predicate": (
        with_statement(lambda each: each.update(predicateType="https://slsa.dev/provenance/v1")),
        "$.payload.predicateType",
    ),
    "no subject": (with_statement(lambda each: each.update(subject=[])), "$.payload.subject"),
    "many subjects": (
        with_statement(lambda each: each.update(subject=each["subject"] * 9)),
        "$.payload.subject",
    ),
    "a subject without a hash": (
        with_statement(lambda each: each["subject"][1].update(digest={"sha1": "x"})),
        "$.payload.subject[1].digest.sha256",
    ),
    "a hash in capitals": (
        with_statement(lambda each: each["subject"][0]["digest"].update(sha256=DOCUMENT.upper())),
        "$.payload.subject[0].digest.sha256",
    ),
    "no predicate": (with_statement(lambda each: each.pop("predicate")), "$.payload.predicate"),
    "no template": (
        with_statement(lambda each: each["predicate"].pop("template")),
        "$.payload.predicate.template",
    ),
    "a short salt": (
        with_statement(lambda each: each["predicate"]["task"].update(salt="00" * 15)),
        "$.payload.predicate.task.salt",
    ),
    "half a byte of salt": (
        with_statement(lambda each: each["predicate"]["task"].update(salt="0" * 33)),
        "$.payload.predicate.task.salt",
    ),
}


@pytest.mark.parametrize(("change", "path"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_receipt_is_refused_with_its_place(
    signer: Signer, receipt: bytes, change: Callable[[dict[str, Any]], object], path: str
) -> None:
    envelope = json.loads(receipt)
    change(envelope)
    with pytest.raises(DocopsError) as caught:
        check(json.dumps(envelope).encode(), signer)
    assert (caught.value.code, caught.value.status) == ("INVALID_ARGUMENT", 400)
    assert (caught.value.detail["field"], caught.value.detail["path"]) == ("receipt", path)
    assert caught.value.message.startswith(f"receipt: {path} ")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "INVALID_JSON"),
        (b"\xff", "INVALID_JSON"),
        (b"{", "INVALID_JSON"),
        (b'{"payload": "", "payload": ""}', "INVALID_JSON"),
        (b"[" * 60_000, "INVALID_ARGUMENT"),
        (b"9" * 60_000, "INVALID_JSON"),
        (b"null", "INVALID_ARGUMENT"),
        (b" " * (MAX_BYTES + 1), "INVALID_ARGUMENT"),
    ],
    ids=["empty", "not UTF-8", "cut off", "a key twice", "deep", "a long number", "null", "large"],
)
def test_a_file_that_is_no_receipt_at_all_is_refused(signer: Signer, content: bytes, code: str) -> None:
    with pytest.raises(DocopsError) as caught:
        check(content, signer)
    assert (caught.value.code, caught.value.detail["field"]) == (code, "receipt")


def test_a_payload_is_refused_as_its_file_would_be(signer: Signer, receipt: bytes) -> None:
    for content in (b"\xff", b"{", b'{"a": 1, "a": 1}'):
        envelope = json.loads(receipt)
        with_payload(content)(envelope)
        with pytest.raises(DocopsError) as caught:
            check(json.dumps(envelope).encode(), signer)
        assert (caught.value.code, caught.value.detail["field"]) == ("INVALID_JSON", "receipt")


def test_a_public_key_alone_checks(keys: KeyFiles, receipt: bytes) -> None:
    public = read_public_key(keys.public.read_bytes())
    found = check_receipt(receipt, public, document_sha256=DOCUMENT, template_sha256=TEMPLATE, task=TASK)
    assert found.holds
