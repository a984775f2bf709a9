"""Files sent by mistake over HTTP: refused by what they are, as every part and under every name."""

import io

import pytest
from flask.testing import FlaskClient

from docops_flask.engine.opc.other_kinds import sentence_of
from tests.engine.mistaken_files import ALL, BY_BYTES, DOCX
from tests.web.conftest import LogLines
from tests.web.forms import form


def file_part(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


REPORTS = {"replace_log": b'{"entries": []}', "format_report": b'{"summary": {"fix_changes": []}}'}


@pytest.mark.parametrize("name", ALL)
def test_a_template_is_refused_by_what_it_is(client: FlaskClient, log: LogLines, name: str) -> None:
    content, found = ALL[name]
    answer = client.post("/v1/run", data=form(template=content))
    error = answer.get_json()
    assert answer.status_code in (400, 415)
    assert error["detail"]["found"] == found
    sentence = sentence_of(error["detail"])
    assert sentence is not None
    assert error["message"] == f"template: {sentence.en}"
    # What the bytes tell takes no slot and no renderer.
    assert log.lines[-1]["failure_stage"] == ("receive" if name in BY_BYTES else "render")


# A document with macros is compared as any other.
@pytest.mark.parametrize("name", [name for name in ALL if name != "a .docx with macros"])
def test_a_document_to_verify_is_refused_by_what_it_is(client: FlaskClient, name: str) -> None:
    content, found = ALL[name]
    parts = {
        "template": file_part(DOCX, "template.docx"),
        "document": file_part(content, "out.docx"),
        **{key: file_part(value, f"{key}.json") for key, value in REPORTS.items()},
    }
    answer = client.post("/v1/verify", data=parts)
    error = answer.get_json()
    assert answer.status_code in (400, 415)
    assert (error["detail"]["found"], error["detail"]["field"]) == (found, "document")
    assert error["message"].startswith("document: this ")


@pytest.mark.parametrize("name", BY_BYTES)
@pytest.mark.parametrize("ending", [".bin", ".docx", "", ".pdf"])
def test_the_bytes_come_before_the_name(client: FlaskClient, name: str, ending: str) -> None:
    content, found = BY_BYTES[name]
    answer = client.post("/v1/inspect", data={"template": file_part(content, f"notice{ending}")})
    assert (answer.status_code, answer.get_json()["detail"]["found"]) == (415, found)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("x.dotx", "dotx"),
        ("X.DOTX", "dotx"),
        ("x.docm", "docm"),
        ("x.dotm", "docm"),
        ("x.xlsx", "xlsx"),
        ("x.odt", "odt"),
        ("x.zip", None),
        ("x.doc", None),
        ("x", None),
    ],
)
def test_an_archive_by_another_name_is_what_its_name_says(
    client: FlaskClient, name: str, found: str | None
) -> None:
    answer = client.post("/v1/inspect", data={"template": file_part(DOCX, name)})
    error = answer.get_json()
    assert answer.status_code == 415
    assert error["detail"].get("found") == found
    if found is None:
        assert error["detail"]["allowed"] == [".docx"]
