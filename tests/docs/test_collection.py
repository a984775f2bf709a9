"""The collection for Postman and Bruno has every address of the OpenAPI document, each with its form."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import ROOT
from tests.docs.every_address import every_address
from tests.web.openapi_document import Documented
from tools.make_collection import COLLECTION, collection, main

DOCUMENT = every_address()
MADE: dict[str, Any] = json.loads(COLLECTION.read_text("utf-8"))
METHODS = ("get", "post", "delete")


def requests(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for folder in made["item"]:
        for item in folder["item"]:
            yield item["request"]


def path_of(request: dict[str, Any]) -> str:
    return "/" + "/".join(re.sub(r"^:(.*)", r"{\1}", step) for step in request["url"]["path"])


def test_it_is_up_to_date() -> None:
    assert collection(DOCUMENT, "http://127.0.0.1:8000") == MADE, "run make collection"


def test_it_has_every_address_for_clients() -> None:
    told = {(path_of(each), each["method"].lower()) for each in requests(MADE)}
    served = {
        (path, method)
        for path, operations in DOCUMENT["paths"].items()
        for method in operations
        if method in METHODS and not path.startswith("/web") and path != "/metrics"
    }
    assert told == served


@pytest.mark.parametrize("request_of", list(requests(MADE)), ids=path_of)
def test_each_field_and_parameter_exists(request_of: dict[str, Any]) -> None:
    documented = Documented(DOCUMENT)
    operation = DOCUMENT["paths"][path_of(request_of)][request_of["method"].lower()]
    parameters = [documented.resolve(each) for each in operation.get("parameters", ())]
    url = request_of["url"]
    told = [("header", each["key"]) for each in request_of["header"] if each["key"] != "Content-Type"]
    told += [("query", each["key"]) for each in url.get("query", ())]
    told += [("path", each["key"]) for each in url.get("variable", ())]
    assert sorted(told) == sorted((each["in"], each["name"]) for each in parameters)

    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        message = content["application/json"]
        sent_message = json.loads(request_of["body"]["raw"])
        jsonschema.validate(sent_message, documented.resolve(message["schema"]))
        return
    fields = {each["key"]: each for each in request_of.get("body", {}).get("formdata", ())}
    form = documented.resolve(content["multipart/form-data"]["schema"]) if content else {"properties": {}}
    assert list(fields) == list(form["properties"])
    for name in form.get("required", ()):
        assert not fields[name]["disabled"]
    sent = [each["src"] for each in fields.values() if each["type"] == "file" and not each["disabled"]]
    for file in [path for src in sent for path in (src if isinstance(src, list) else [src])]:
        assert file.startswith("out.") or (ROOT / file).is_file(), file


def test_the_command_reads_a_document_and_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(DOCUMENT), "utf-8")
    out = tmp_path / "made" / "collection.json"
    assert main(["--openapi", str(document), "--base-url", "https://docops.example", "--out", str(out)]) == 0
    made = json.loads(out.read_text("utf-8"))
    assert made["item"] == MADE["item"]
    assert made["variable"][0] == {"key": "base_url", "value": "https://docops.example"}

    document.write_text("{", "utf-8")
    assert main(["--openapi", str(document), "--out", str(out)]) == 1
    assert capsys.readouterr().err.startswith("make_collection: ")


def test_make_collection_reads_the_document_of_a_server_with_every_address() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "tests.docs.every_address"], cwd=ROOT, check=True, capture_output=True
    )
    assert json.loads(printed.stdout) == DOCUMENT
