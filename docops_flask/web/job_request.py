"""From an upload to a job."""

from collections.abc import Callable

from docops_flask.engine.job import Job, JobKind
from docops_flask.web.job_inputs import build_job
from docops_flask.web.services import Services
from docops_flask.web.uploads import Upload


def make_job(
    kind: JobKind, upload: Upload, services: Services, enter: Callable[[str], None] = lambda _stage: None
) -> Job:
    """Return the job that ``upload`` asks for; ``enter`` is told what is validated (``build_job``).

    Raises ``ArgumentConflict``, ``InvalidArgument`` and ``InvalidJson``.
    """
    task_json = upload.files["task"].content.read()
    return build_job(
        kind,
        upload.fields,
        task_json,
        services.skills,
        services.policies,
        limits=services.settings.limits(),
        enter=enter,
    )


def make_inspection(services: Services) -> Job:
    """Return the job that looks at a template alone."""
    return Job(kind=JobKind.INSPECT, skills=tuple(services.skills), limits=services.settings.limits())


def make_verification(services: Services) -> Job:
    """Return the job that proves again what an earlier one made."""
    return Job(kind=JobKind.VERIFY, skills=(), limits=services.settings.limits())
