"""Policies learnt from mutated documents: each is learnt and kept, or refused with the document's name."""

from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from docops_flask.engine.errors import DocopsError
from tests.engine.learning.learnt_policies import broken_rules, learnt_from, notice
from tests.factories import docx
from tests.fuzz.mutated_packages import mutated_packages
from tests.fuzz.profile import profile

GOOD = docx(notice())
REFUSALS = {(400, "INVALID_TEMPLATE"), (413, "TEMPLATE_LIMIT_EXCEEDED"), (415, "INVALID_MEDIA_TYPE")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


@profile(100)
@given(documents=st.lists(mutated_packages(), min_size=1, max_size=2))
def test_every_document_passes_what_is_learnt_or_is_named(folder: Path, documents: list[bytes]) -> None:
    named = {f"{number}.docx": content for number, content in enumerate([GOOD, *documents])}
    try:
        learnt = learnt_from(named, folder)
    except DocopsError as error:
        refusal = error
        event(f"refused: {refusal.code}")
        assert (refusal.status, refusal.code) in REFUSALS
        assert refusal.message.startswith(f"{refusal.detail['document']}: ")
        assert refusal.detail["document"] in named
        return
    event("learnt")
    assert [broken_rules(learnt.policy, folder / name) for name in named] == [set()] * len(named)
