"""The service with renderers that do what a task's ``meeting_title`` says, where that names a target."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from docops_flask.app import create_app
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.jobs.renderer import Renderer
from docops_flask.web.services import EXTENSION
from tests.jobs import disk_targets, targets


def misbehave(job: Job, template: Path, folder: Path) -> dict[str, Any]:
    """Do what the task names, or the job."""
    name = (job.payload or {}).get("meeting_title")
    found = [getattr(module, str(name), None) for module in (targets, disk_targets)]
    target = next(filter(callable, found), None)
    return run_job(job, template, folder) if target is None else target(job, template, folder)


def make_app() -> Any:
    """Return the app; its renderers have all the limits of real ones."""
    app = create_app()
    services = app.extensions[EXTENSION]
    settings = services.settings
    renderer = Renderer(
        settings.mp_start, settings.request_timeout_seconds, settings.process_limits(), task=misbehave
    )
    app.extensions[EXTENSION] = replace(services, renderer=renderer)
    return app
