"""Values that make targets of hyperlinks: refused by the renderer, because only the template tells."""

import pytest
from flask.testing import FlaskClient

from tests.engine.template.places.packages import package, relationship
from tests.web.forms import form, members, task


def _form(value: str) -> dict[str, object]:
    link = relationship(1, "hyperlink", "【MEETING_LOCATION】", external=True)
    return form(package(relationships=link), task({"meeting_location": value}))


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
def test_a_value_that_leads_elsewhere_is_refused_by_its_key(client: FlaskClient, path: str) -> None:
    response = client.post(path, data=_form("javascript:alert(1)"))
    assert (response.status_code, response.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")
    detail = response.get_json()["detail"]
    assert detail["field"] == "task"
    assert [error["path"] for error in detail["errors"]] == ["$.payload.meeting_location"]
    assert "javascript" not in response.get_data(as_text=True)


def test_a_web_address_is_filled(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=_form("https://example.org/"))
    assert response.headers["X-Docops-Exit-Code"] == "0"
    assert b"target of a hyperlink" in members(response.data)["out.replace_log.json"]
