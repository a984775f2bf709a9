"""Receipts in the shell: signed by ``docops run``, checked by ``docops verify`` with a public key alone."""

import hashlib
import json
import os
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from docops_flask.cli.main import main
from tests.factories import docx, p
from tests.receipts import KeyFiles, make_keys, verified_by_others
from tests.web.forms import task

TEMPLATE = docx(p("会议：【MEETING_TITLE】"))
RECEIPT = Path("out/out.receipt.json")
VERIFY = ["verify", "t.docx", "out/out.docx"]


@pytest.fixture(autouse=True)
def _inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DOCOPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("t.docx").write_bytes(TEMPLATE)
    Path("t.json").write_bytes(task())


@pytest.fixture
def keys(tmp_path: Path) -> KeyFiles:
    return make_keys(tmp_path)


def run(*options: str) -> int:
    return main(["run", "t.docx", "t.json", "--out-dir", "out", *options])


def signed(keys: KeyFiles) -> int:
    return run("--signing-key", str(keys.private))


def failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The error of a command that fails, as --json prints it."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 1
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def sha256(file: str) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def test_a_run_with_a_key_writes_a_receipt_that_another_implementation_verifies(
    keys: KeyFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    code = signed(keys)
    assert RECEIPT.name in capsys.readouterr().out
    statement = verified_by_others(RECEIPT.read_bytes(), keys.public.read_bytes())
    assert statement["subject"] == [{"name": "out.docx", "digest": {"sha256": sha256("out/out.docx")}}]
    predicate = statement["predicate"]
    salt = bytes.fromhex(predicate["task"]["salt"])
    assert predicate["template"] == {"sha256": sha256("t.docx")}
    assert predicate["task"]["salted_sha256"] == hashlib.sha256(salt + task()).hexdigest()
    assert predicate["verdicts"]["exit_code"] == code
    assert predicate["request_id"] is None


def test_the_key_of_the_settings_signs_too(keys: KeyFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCOPS_SIGNING_KEY_FILE", str(keys.private))
    run()
    assert verified_by_others(RECEIPT.read_bytes(), keys.public.read_bytes())
    # Without --key its public key checks.
    assert main([*VERIFY, "--receipt", str(RECEIPT)]) == 0


def test_the_option_comes_before_the_settings(
    keys: KeyFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCOPS_SIGNING_KEY_FILE", str(make_keys(tmp_path, "other").private))
    signed(keys)
    assert verified_by_others(RECEIPT.read_bytes(), keys.public.read_bytes())


def test_without_a_key_there_is_no_receipt_and_an_old_one_goes(keys: KeyFiles) -> None:
    signed(keys)
    assert RECEIPT.exists()
    run("--force")
    assert not RECEIPT.exists()


def test_an_existing_receipt_is_not_overwritten(keys: KeyFiles, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir()
    RECEIPT.write_text("old")
    told = failure(capsys, "run", "t.docx", "t.json", "--out-dir", "out", "--signing-key", str(keys.private))
    assert told["detail"]["existing"] == [RECEIPT.name]
    assert RECEIPT.read_text() == "old"


def test_a_receipt_is_verified_with_the_public_key(
    keys: KeyFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    signed(keys)
    capsys.readouterr()
    arguments = [*VERIFY, "--task", "t.json", "--receipt", str(RECEIPT), "--key", str(keys.public)]
    assert main(arguments) == 0
    assert "Receipt valid: signed with this key, about this document and template and task." in (
        capsys.readouterr().out
    )
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["receipt"] == {
        "signature": "valid",
        "subjects": "match",
        "template": "match",
        "task": "match",
    }


def test_another_key_or_a_changed_receipt_ends_with_1(
    keys: KeyFiles, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signed(keys)
    other = make_keys(tmp_path, "other")
    assert main([*VERIFY, "--receipt", str(RECEIPT), "--key", str(other.public)]) == 1
    assert "Receipt invalid" in capsys.readouterr().out
    envelope = json.loads(RECEIPT.read_bytes())
    sig = bytearray(b64decode(envelope["signatures"][0]["sig"]))
    envelope["signatures"][0]["sig"] = (
        "A" + envelope["signatures"][0]["sig"][1:]
        if sig[0] >> 2
        else ("B" + envelope["signatures"][0]["sig"][1:])
    )
    Path("changed.json").write_text(json.dumps(envelope))
    assert main([*VERIFY, "--receipt", "changed.json", "--key", str(keys.public)]) == 1
    out = capsys.readouterr().out
    assert "Intact" in out
    assert "Receipt invalid" in out


def test_the_receipt_of_another_run_ends_with_1(keys: KeyFiles, capsys: pytest.CaptureFixture[str]) -> None:
    signed(keys)
    old = RECEIPT.rename("old.json")
    Path("t.json").write_bytes(task({"meeting_title": "年会"}))
    run("--force")
    capsys.readouterr()
    assert main([*VERIFY, "--task", "t.json", "--receipt", str(old), "--key", str(keys.public)]) == 1
    out = capsys.readouterr().out
    assert "Receipt of another run: signed with this key, but not about this document and task." in out


@pytest.mark.parametrize(
    ("arguments", "field", "message"),
    [
        (["--key", "key.pub.pem"], "key", "--key: goes with --receipt alone"),
        (["--receipt", str(RECEIPT)], "receipt", "--receipt: give the public key"),
        (["--receipt", str(RECEIPT), "--key", "key.pem"], "key", "this is a private key"),
        (["--receipt", str(RECEIPT), "--key", "t.docx"], "key", "no public key of Ed25519"),
        (["--receipt", "t.json", "--key", "key.pub.pem"], "receipt", "t.json: receipt: $.payloadType"),
        (["--receipt", "absent.json", "--key", "key.pub.pem"], "receipt", "cannot be read"),
    ],
)
def test_what_cannot_be_checked_is_an_error_that_says_why(
    keys: KeyFiles,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    field: str,
    message: str,
) -> None:
    signed(keys)
    told = failure(capsys, *VERIFY, *arguments)
    assert (told["error_code"], told["detail"]["field"]) == ("INVALID_ARGUMENT", field)
    assert message in told["message"]


def test_a_key_that_cannot_be_used_is_an_error_before_anything_is_written(
    keys: KeyFiles, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.private.chmod(0o444)
    arguments = ["run", "t.docx", "t.json", "--out-dir", "out"]
    told = failure(capsys, *arguments, "--signing-key", str(keys.private))
    assert told["message"].startswith("--signing-key: other users may read")
    monkeypatch.setenv("DOCOPS_SIGNING_KEY_FILE", str(keys.private))
    told = failure(capsys, *arguments)
    assert told["message"].startswith("DOCOPS_SIGNING_KEY_FILE: other users may read")
    assert not Path("out").exists()
