"""The job a fork server does for practice works, whatever it is asked for, and leaves nothing behind."""

import gc
import importlib
import os

import pytest

from docops_flask.engine.options import PRESETS
from docops_flask.engine.worker import rehearsal
from docops_flask.engine.worker.rehearsal import rehearse


@pytest.mark.parametrize("preset", PRESETS)
def test_every_field_is_filled(preset):
    assert rehearse(preset).log.replaced_count == 4


def test_no_descriptor_stays_open():
    # Garbage of other tests may own descriptors.
    gc.collect()
    before = os.listdir("/proc/self/fd")
    rehearse("quick")
    assert os.listdir("/proc/self/fd") == before


def test_a_rehearsal_that_fails_keeps_no_fork_server_from_its_work(monkeypatch):
    with monkeypatch.context() as patch:
        patch.delattr(os, "memfd_create")
        importlib.reload(rehearsal)
    importlib.reload(rehearsal)
