"""``/v1/batches`` as its clients see it; each answer is compared with the OpenAPI document (conftest.py)."""

import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.settings.settings import SettingsError
from docops_flask.web.services import EXTENSION
from tests.factories import docx, p
from tests.web.forms import members

TEMPLATE = docx(p("【甲方】： 【金额|#,##0.00】"))
ROWS = "甲方,金额\n青岚市,1234.5\n远帆公司,soon\n".encode()


@pytest.fixture
def app(make_app: Callable[..., Flask], tmp_path: Path) -> Iterator[Flask]:
    """An app with a folder for batches, which works on them."""
    folder = tmp_path / "batches"
    folder.mkdir()
    made = make_app(batch_dir=folder, enable_cors=True)
    yield made
    made.extensions[EXTENSION].batches.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def begin(client: FlaskClient, rows: bytes = ROWS, key: str | None = None, **fields: Any) -> TestResponse:
    parts = {"template": (io.BytesIO(TEMPLATE), "合同.docx"), "rows": (io.BytesIO(rows), "rows.csv")}
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/v1/batches", data={**parts, **fields}, headers=headers)


def work(app: Flask, client: FlaskClient, path: str) -> dict[str, Any]:
    """Have the batch done and return its status."""
    runner = app.extensions[EXTENSION].batches.runner
    runner.open()
    deadline = time.monotonic() + 60
    while client.get(path).get_json()["exit_code"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    runner.close()
    found: dict[str, Any] = client.get(path).get_json()
    return found


def test_a_batch_from_its_beginning_to_its_end(app: Flask, client: FlaskClient) -> None:
    answer = begin(client, row_numbers="1-2", name="【甲方】")
    assert answer.status_code == 202
    path = answer.headers["Location"]
    assert answer.headers["Retry-After"] == "2"
    early = client.get(path)
    assert (early.get_json()["state"], early.headers["Retry-After"]) == ("planning", "2")
    unchanged = client.get(path, headers={"If-None-Match": early.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    refused = client.get(f"{path}/result.zip")
    assert (refused.status_code, refused.headers["Retry-After"]) == (409, "2")
    told = work(app, client, path)
    assert (told["state"], told["exit_code"], told["rows"]["failed"]) == ("completed", 1, 1)
    result = client.get(told["links"]["result"])
    assert result.headers["X-Docops-Exit-Code"] == "1"
    assert result.headers["X-Docops-Format"] == "passed"
    names = list(members(result.data))
    assert names == ["docs/青岚市.docx", "results.csv", "results.jsonl", "api_result.json"]
    some = client.get(told["links"]["result"], headers={"Range": "bytes=0-9"})
    assert (some.status_code, some.data) == (206, result.data[:10])
    beyond = client.get(told["links"]["result"], headers={"Range": "bytes=9999999-"})
    assert beyond.status_code == 416
    failed = client.get(f"{path}/rows?status=failed")
    assert [json.loads(line)["row"] for line in failed.data.splitlines()] == [2]
    assert len(client.get(f"{path}/rows").data.splitlines()) == 2
    assert client.head(told["links"]["result"]).headers["Content-Length"] == str(len(result.data))
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_actions_answer_with_the_status(client: FlaskClient) -> None:
    path = begin(client).headers["Location"]
    for action, state in (("cancel", "cancelled"), ("resume", "planning")):
        answer = client.post(f"{path}/{action}")
        assert (answer.status_code, answer.get_json()["state"]) == (202, state)


def test_a_key_makes_requests_the_same(client: FlaskClient) -> None:
    first = begin(client, key="a")
    assert begin(client, key="a").headers["Location"] == first.headers["Location"]
    assert begin(client, ROWS + b"x,1\n", key="a").get_json()["error_code"] == "IDEMPOTENCY_CONFLICT"
    assert begin(client, key="").status_code == 400


def test_readiness_tells_of_the_folder(
    make_app: Callable[..., Flask], client: FlaskClient, tmp_path: Path
) -> None:
    assert client.get("/readyz").get_json()["batches"] == "ready"
    begin(client)
    full = make_app(batch_dir=tmp_path / "batches", batch_max_store_bytes=1).test_client()
    assert full.get("/readyz").get_json()["batches"] == "full"
    assert begin(full).get_json()["error_code"] == "INSUFFICIENT_STORAGE"
    (tmp_path / "batches").rename(tmp_path / "elsewhere")
    gone = client.get("/readyz")
    assert (gone.status_code, gone.get_json()["batches"]) == (200, "unavailable")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/batches/" + "0" * 32, 404),
        ("/v1/batches/x", 404),
        ("/v1/batches/" + "0" * 32 + "/result.zip", 404),
        ("/v1/batches/%2e%2e", 404),
    ],
)
def test_other_addresses_have_nothing(client: FlaskClient, path: str, code: int) -> None:
    assert client.get(path).status_code == code


def test_unknown_values_are_refused(client: FlaskClient) -> None:
    path = begin(client).headers["Location"]
    assert client.get(f"{path}/rows?status=bad").get_json()["detail"]["field"] == "status"
    wrong: list[dict[str, Any]] = [
        {"webhook_url": "https://office.example"}, {"output": "docx"}, {"preset": "fast"},
    ]  # fmt: skip
    for fields in wrong:
        assert begin(client, **fields).status_code == 400


def test_links_begin_with_the_prefix_of_a_proxy(client: FlaskClient) -> None:
    parts = {"template": (io.BytesIO(TEMPLATE), "a.docx"), "rows": (io.BytesIO(ROWS), "rows.csv")}
    answer = client.post("/v1/batches", data=parts, environ_overrides={"SCRIPT_NAME": "/docops"})
    assert answer.headers["Location"].startswith("/docops/v1/batches/")


def test_a_folder_or_a_secret_that_cannot_be_used_ends_the_start(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("short")
    with pytest.raises(SettingsError, match="DOCOPS_WEBHOOK_SECRET_FILE: the file has to hold whsec_"):
        make_app(batch_dir=tmp_path, webhook_secret_file=secret, mp_start="spawn")
    with pytest.raises(SettingsError, match="DOCOPS_BATCH_DIR: the folder takes no files"):
        make_app(batch_dir=Path("/proc/self/fdinfo"))
    with pytest.raises(SettingsError, match="DOCOPS_WEBHOOK_SECRET_FILE: needed"):
        make_app(webhook_hosts=("https://office.example",))
