"""A worker's standby as its app has wired it: the next renderer is started once no job needs the core."""

import os
from collections.abc import Callable

import pytest
from flask import Flask

from docops_flask.web.services import EXTENSION
from tests.jobs.observing import eventually


def test_a_used_renderer_is_replaced_when_no_other_job_of_the_worker_runs(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    service = make_app(workers=2, standby=1).extensions[EXTENSION]
    standby = service.renderer.standby
    standby.open()
    try:
        assert eventually(standby.pids)
        with service.slots.take():
            standby.take().end(0.0)
            standby.job_ended()
            assert not eventually(standby.pids, 1.5)
        standby.job_ended()
        assert eventually(standby.pids)
    finally:
        standby.close()
