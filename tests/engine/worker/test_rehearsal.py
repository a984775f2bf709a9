"""The practice job of a fork server fills every field and leaves nothing behind."""

import gc
import importlib
import os

import pytest

from docops_flask.engine.options import PRESETS
from docops_flask.engine.worker import rehearsal
from docops_flask.engine.worker.rehearsal import rehearse


@pytest.mark.parametrize("preset", PRESETS)
def test_every_field_is_filled(preset: str) -> None:
    assert rehearse(preset).log.replaced_count == 4


def test_no_descriptor_stays_open() -> None:
    # Garbage of other tests may own descriptors.
    gc.collect()
    before = os.listdir("/proc/self/fd")
    rehearse("quick")
    assert os.listdir("/proc/self/fd") == before


def test_a_failed_practice_job_does_not_stop_the_fork_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(os, "memfd_create")
        importlib.reload(rehearsal)
    importlib.reload(rehearsal)
