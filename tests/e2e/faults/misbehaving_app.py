"""The service with renderers that call the target named by a task's ``meeting_title``, if there is one."""

from dataclasses import replace
from typing import Any

from docops_flask.app import create_app
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.jobs.renderer import Renderer
from docops_flask.web.services import EXTENSION
from tests.jobs import disk_targets, targets


def misbehave(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Do what the task names, or the job."""
    name = (job.payload or {}).get("meeting_title")
    found = [getattr(module, str(name), None) for module in (targets, disk_targets)]
    target: Any = next(filter(callable, found), None)
    if target is None:
        return run_job(job, template, folder)
    result: dict[str, Any] = target(job, template, folder)
    return result


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
