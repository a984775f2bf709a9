"""A sample exists for any skill: from samples/, or from the server's description."""

import json
from contextlib import AbstractContextManager

import pytest

from tests.conftest import ROOT
from tests.tools.fake_service import archive, fake_service
from tools.lib.client import Client, FilePart
from tools.lib.samples import NoSample, sample_for

META = {
    "task_payload_schemas": {
        "memo": {"fields": {"title": {"example": "标题"}, "to": {"example": ["a", "b"]}}},
        "a b/c": {"fields": {}},
    }
}
PAGES = {
    "/v1/meta": json.dumps(META).encode(),
    "/v1/skills/memo/template.docx": b"PK memo",
    "/v1/skills/a%20b%2Fc/template.docx": b"PK abc",
}


def served(pages: dict[str, bytes]) -> AbstractContextManager[str]:
    return fake_service(lambda: (200, archive()), pages)


@pytest.mark.parametrize("skill", ["meeting_notice", "training_notice", "inspection_record"])
def test_a_skill_with_a_sample_needs_no_server(skill: str) -> None:
    sample = sample_for(skill, Client("http://127.0.0.1:9"))
    assert sample.files() == {
        "template": FilePart(f"{skill}.docx", (ROOT / "samples" / f"{skill}.docx").read_bytes()),
        "task": FilePart(f"{skill}.task.json", (ROOT / "samples" / f"{skill}.task.json").read_bytes()),
    }
    assert json.loads(sample.task.content)["task_type"] == skill


def test_any_other_skill_is_its_starter_template_filled_with_its_examples() -> None:
    with served(PAGES) as base_url:
        sample = sample_for("memo", Client(base_url))
    assert sample.template == FilePart("memo.docx", b"PK memo")
    assert json.loads(sample.task.content) == {
        "task_type": "memo",
        "payload": {"title": "标题", "to": ["a", "b"]},
    }


def test_a_name_is_quoted_in_the_address() -> None:
    with served(PAGES) as base_url:
        assert sample_for("a b/c", Client(base_url)).template.content == b"PK abc"


NO_SAMPLES = [
    ("letter", PAGES, "the server has no skill 'letter'; it has: a b/c, memo"),
    ("../samples/meeting_notice", PAGES, "the server has no skill '../samples/meeting_notice'"),
    ("memo", {}, "/v1/meta answered 404; a skill without a file in samples/ needs it"),
    ("memo", {"/v1/meta": PAGES["/v1/meta"]}, "/v1/skills/memo/template.docx answered 404"),
    ("memo", {"/v1/meta": b"<html>"}, "/v1/meta does not answer as DocOps does"),
    ("memo", {"/v1/meta": b"[]"}, "/v1/meta does not answer as DocOps does"),
]


@pytest.mark.parametrize(("skill", "pages", "problem"), NO_SAMPLES)
def test_the_error_says_why_there_is_no_sample(skill: str, pages: dict[str, bytes], problem: str) -> None:
    with served(pages) as base_url, pytest.raises(NoSample) as refused:
        sample_for(skill, Client(base_url))
    assert problem in str(refused.value)
