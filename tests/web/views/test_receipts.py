"""Receipts over HTTP: a run is given one, ``/v1/verify`` checks it, ``/v1/keys`` has the public key."""

import dataclasses
import hashlib
import io
import json
import zipfile
from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.app import create_app
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.jobs.renderer import Renderer
from docops_flask.settings.settings import Settings, SettingsError
from docops_flask.web.services import EXTENSION
from tests.conftest import ROOT
from tests.engine.integrity.finished_job import rewritten
from tests.factories import docx, p
from tests.jobs.limits import LIMITS
from tests.receipts import KeyFiles, make_keys, verified_by_others
from tests.web.conftest import LogLines
from tests.web.forms import TEMPLATE, form, members, part, raw, task, task_part, template_part

RECEIPT = "out.receipt.json"
FILES = {
    "template": "t.docx",
    "document": "out.docx",
    "replace_log": "out.replace_log.json",
    "format_report": "out.format_report.json",
    "receipt": RECEIPT,
    "task": "task.json",
}


@pytest.fixture
def keys(tmp_path: Path) -> KeyFiles:
    return make_keys(tmp_path)


@pytest.fixture
def signing(make_client: Callable[..., FlaskClient], keys: KeyFiles) -> FlaskClient:
    """The client of a server that signs."""
    return make_client(signing_key_file=keys.private, mp_start="spawn")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def parts_of(run: Mapping[str, bytes], template: bytes = TEMPLATE, **more: bytes) -> dict[str, bytes]:
    """What ``/v1/verify`` is to be sent about a run."""
    return {"template": template, **{name: run[file] for name, file in FILES.items() if file in run}, **more}


def verify(client: FlaskClient, parts: Mapping[str, bytes]) -> TestResponse:
    data = {name: (io.BytesIO(content), FILES[name]) for name, content in parts.items()}
    return client.post("/v1/verify", data=data)


def test_a_run_is_given_a_receipt_that_another_implementation_verifies(
    signing: FlaskClient, keys: KeyFiles
) -> None:
    task_json = task({"meeting_title": "周例会"})
    answer = signing.post("/v1/run", data=form(TEMPLATE, task_json))
    run = members(answer.data)
    assert list(run)[-2:] == [RECEIPT, "api_result.json"]
    statement = verified_by_others(run[RECEIPT], keys.public.read_bytes())
    assert statement["subject"] == [{"name": "out.docx", "digest": {"sha256": sha256(run["out.docx"])}}]
    predicate = statement["predicate"]
    result = json.loads(run["api_result.json"])
    salt = bytes.fromhex(predicate["task"]["salt"])
    policy = (ROOT / "docops_flask/intake/catalogue/built_in/policies/default.yaml").read_bytes()
    assert predicate["template"] == {"sha256": sha256(TEMPLATE)}
    assert predicate["task"]["salted_sha256"] == sha256(salt + task_json)
    assert predicate["policy"] == {"name": "default", "sha256": sha256(policy)}
    assert predicate["effective"] == result["effective"]
    assert predicate["engine"] == result["build"]
    assert predicate["request_id"] == answer.headers["X-Docops-Request-Id"] == result["request_id"]
    assert predicate["verdicts"] == {
        "proof": {name: json.loads(run["out.integrity.json"])[name] for name in ("verdict", "exactness")},
        "exit_code": int(answer.headers["X-Docops-Exit-Code"]),
        "format": answer.headers["X-Docops-Format"],
        "left": int(answer.headers["X-Docops-Left"]),
        "missing": int(answer.headers["X-Docops-Missing"]),
    }


def test_the_verdicts_are_those_of_the_run(signing: FlaskClient, keys: KeyFiles) -> None:
    policy = "version: 2\nforbid_tables: true\n"
    answer = signing.post("/v1/run", data=form(TEMPLATE, task({}), policy_yaml=policy, format_mode="off"))
    predicate = verified_by_others(members(answer.data)[RECEIPT], keys.public.read_bytes())["predicate"]
    verdicts = predicate["verdicts"]
    assert (verdicts["exit_code"], verdicts["format"], verdicts["left"], verdicts["missing"]) == (
        2,
        "skipped",
        1,
        1,
    )
    assert predicate["policy"] == {"name": None, "sha256": sha256(policy.encode())}


def test_a_receipt_does_not_hold_the_task(signing: FlaskClient) -> None:
    run = members(signing.post("/v1/run", data=form(TEMPLATE, task({"meeting_title": "秘密会议"}))).data)
    payload = b64decode(json.loads(run[RECEIPT])["payload"]).decode()
    assert "秘密" not in payload
    assert sha256(task({"meeting_title": "秘密会议"})) not in payload


def test_without_a_key_nothing_is_signed(client: FlaskClient) -> None:
    assert RECEIPT not in members(client.post("/v1/run", data=form()).data)
    answer = client.get("/v1/keys")
    assert (answer.status_code, answer.get_json()["error_code"]) == (404, "NOT_FOUND")
    document = client.get("/v1/openapi.json").get_json()
    assert "/v1/keys" not in document["paths"]
    assert "receipt" not in document["components"]["schemas"]["VerificationForm"]["properties"]


def test_the_document_of_a_server_that_signs_says_so(signing: FlaskClient) -> None:
    document = signing.get("/v1/openapi.json").get_json()
    assert "/v1/keys" in document["paths"]
    assert "receipt" in document["components"]["schemas"]["VerificationForm"]["properties"]


def test_the_public_key_is_answered(signing: FlaskClient, keys: KeyFiles) -> None:
    (key,) = signing.get("/v1/keys").get_json()["keys"]
    assert key["pem"] == keys.public.read_text()
    run = members(signing.post("/v1/run", data=form()).data)
    assert json.loads(run[RECEIPT])["signatures"][0]["keyid"] == key["keyid"] == key["jwk"]["kid"]


def test_the_public_key_is_behind_the_password_as_meta_is(
    make_client: Callable[..., FlaskClient], keys: KeyFiles
) -> None:
    settings: dict[str, Any] = {"signing_key_file": keys.private, "mp_start": "spawn"}
    closed = make_client(**settings, web_basic_auth=("anna", "secret"))
    assert closed.get("/v1/keys").status_code == 401
    assert closed.get("/v1/keys", auth=("anna", "secret")).status_code == 200
    assert make_client(**settings, enable_meta=False).get("/v1/keys").status_code == 404


def test_the_receipt_of_a_run_is_checked(signing: FlaskClient) -> None:
    run = members(signing.post("/v1/run", data=form()).data)
    body = verify(signing, parts_of(run, task=task())).get_json()
    assert body["verdict"] == "intact"
    assert body["receipt"] == {
        "signature": "valid",
        "subjects": "match",
        "template": "match",
        "task": "match",
    }
    without_task = verify(signing, parts_of(run)).get_json()
    assert without_task["receipt"] == {"signature": "valid", "subjects": "match", "template": "match"}
    parts = parts_of(run)
    del parts["receipt"]
    assert "receipt" not in verify(signing, parts).get_json()


def test_a_changed_document_is_another_one(signing: FlaskClient) -> None:
    run = members(signing.post("/v1/run", data=form()).data)
    content = members(run["out.docx"])["word/document.xml"]
    changed = rewritten(run["out.docx"], {"word/document.xml": content.replace("例".encode(), "年".encode())})
    body = verify(signing, parts_of({**run, "out.docx": changed})).get_json()
    assert (body["verdict"], body["receipt"]["subjects"]) == ("violated", "differ")
    # Saved again with the same content: the proof holds, and the file is another one all the same.
    again = rewritten(run["out.docx"], {"word/document.xml": content.replace(b"><w:body", b" ><w:body")})
    assert again != run["out.docx"]
    body = verify(signing, parts_of({**run, "out.docx": again})).get_json()
    assert (body["verdict"], body["receipt"]["subjects"]) == ("intact", "differ")


def test_the_receipt_of_another_run_is_not_this_ones(signing: FlaskClient) -> None:
    this = members(signing.post("/v1/run", data=form()).data)
    other_task = task({"meeting_title": "年会"})
    other = members(signing.post("/v1/run", data=form(TEMPLATE, other_task)).data)
    body = verify(signing, parts_of({**this, RECEIPT: other[RECEIPT]}, task=task())).get_json()
    assert body["verdict"] == "intact"
    assert body["receipt"] == {
        "signature": "valid",
        "subjects": "differ",
        "template": "match",
        "task": "differ",
    }


def test_the_same_task_in_other_bytes_is_another_file(signing: FlaskClient) -> None:
    run = members(signing.post("/v1/run", data=form()).data)
    body = verify(signing, parts_of(run, task=task() + b"\n")).get_json()
    assert (body["verdict"], body["receipt"]["task"]) == ("intact", "differ")


def test_a_receipt_of_another_key_is_not_signed_here(
    make_client: Callable[..., FlaskClient], signing: FlaskClient, tmp_path: Path
) -> None:
    run = members(signing.post("/v1/run", data=form()).data)
    other = make_client(signing_key_file=make_keys(tmp_path, "other").private, mp_start="spawn")
    body = verify(other, parts_of(run)).get_json()
    assert (body["verdict"], body["receipt"]["signature"], body["receipt"]["subjects"]) == (
        "intact",
        "invalid",
        "match",
    )


def test_a_server_without_a_key_says_how_a_receipt_is_checked(
    client: FlaskClient, signing: FlaskClient
) -> None:
    run = members(signing.post("/v1/run", data=form()).data)
    answer = verify(client, parts_of(run))
    body = answer.get_json()
    assert (answer.status_code, body["error_code"], body["detail"]["field"]) == (
        400,
        "INVALID_ARGUMENT",
        "receipt",
    )
    assert "DOCOPS_SIGNING_KEY_FILE" in body["message"]
    assert "docops verify --receipt" in body["message"]


@pytest.mark.parametrize(
    ("receipt", "code"),
    [
        (b"", "INVALID_JSON"),
        (b"{}", "INVALID_ARGUMENT"),
        (b"[" * 50_000, "INVALID_ARGUMENT"),
        (b" " * 70_000, "INVALID_ARGUMENT"),
    ],
    ids=["empty", "no member", "deep", "large"],
)
def test_a_file_that_is_no_receipt_is_a_400(
    signing: FlaskClient, log: LogLines, receipt: bytes, code: str
) -> None:
    run = members(signing.post("/v1/run", data=form()).data)
    answer = verify(signing, parts_of(run, receipt=receipt))
    body = answer.get_json()
    assert (answer.status_code, body["error_code"], body["detail"]["field"]) == (400, code, "receipt")
    assert log.lines[-1]["failure_stage"] == "validate_form"


def say_nothing(job: Job, template: str, folder: str) -> dict[str, Any]:
    """A renderer that does not say what it made."""
    result = run_job(job, template, folder)
    del result["made"]
    return result


def lie_of_the_hash(job: Job, template: str, folder: str) -> dict[str, Any]:
    """A renderer whose hash is no hash."""
    result = run_job(job, template, folder)
    result["made"]["sha256"]["out.docx"] = "x"
    return result


def name_another_file(job: Job, template: str, folder: str) -> dict[str, Any]:
    """A renderer that wants a signature for a file of its own."""
    result = run_job(job, template, folder)
    result["made"]["sha256"]["contract.docx"] = "0" * 64
    return result


@pytest.mark.parametrize("lie", [say_nothing, lie_of_the_hash, name_another_file])
def test_nothing_is_signed_for_a_renderer_that_says_something_else(
    make_app: Callable[..., Flask], keys: KeyFiles, lie: Callable[..., dict[str, Any]]
) -> None:
    app = make_app(signing_key_file=keys.private, mp_start="spawn")
    renderer = Renderer("spawn", timeout_seconds=60, limits=LIMITS, task=lie)
    app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION], renderer=renderer)
    answer = app.test_client().post("/v1/run", data=form())
    assert (answer.status_code, answer.get_json()["error_code"]) == (500, "RENDERER_CRASHED")


def change_the_uploads(job: Job, template: str, folder: str) -> dict[str, Any]:
    """A renderer that leaves another template and another task in its folder."""
    result = run_job(job, template, folder)
    for name in ("template.docx", "task.json"):
        (Path(folder) / name).write_bytes(b"another")
    return result


def test_a_renderer_cannot_change_what_was_received(make_app: Callable[..., Flask], keys: KeyFiles) -> None:
    app = make_app(signing_key_file=keys.private, mp_start="spawn")
    renderer = Renderer("spawn", timeout_seconds=60, limits=LIMITS, task=change_the_uploads)
    app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION], renderer=renderer)
    run = members(app.test_client().post("/v1/run", data=form()).data)
    predicate = verified_by_others(run[RECEIPT], keys.public.read_bytes())["predicate"]
    assert predicate["template"] == {"sha256": sha256(TEMPLATE)}
    salt = bytes.fromhex(predicate["task"]["salt"])
    assert predicate["task"]["salted_sha256"] == sha256(salt + task())


def test_a_large_template_is_hashed_as_it_was_sent(signing: FlaskClient, keys: KeyFiles) -> None:
    # More than is kept in memory: the upload is a file of the job's folder then.
    template = docx(p("【MEETING_TITLE】") + p("long " * 700_000), compression=zipfile.ZIP_STORED)
    assert len(template) > 3_000_000
    answer = signing.post("/v1/run", **raw(template_part(template), task_part()))
    run = members(answer.data)
    predicate = verified_by_others(run[RECEIPT], keys.public.read_bytes())["predicate"]
    assert predicate["template"] == {"sha256": sha256(template)}
    parts = [part(name, content, FILES[name]) for name, content in parts_of(run, template).items()]
    body = signing.post("/v1/verify", **raw(*parts)).get_json()
    assert body["receipt"] == {"signature": "valid", "subjects": "match", "template": "match"}


def test_a_server_with_a_key_it_cannot_use_does_not_start(keys: KeyFiles) -> None:
    keys.private.chmod(0o444)
    with pytest.raises(SettingsError, match=r"^DOCOPS_SIGNING_KEY_FILE: other users may read"):
        create_app(Settings(signing_key_file=keys.private))
