"""The form of a preview: that of a run, and which pages are wanted."""

from collections.abc import Callable

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import FIELD_ORDER, given_fields
from docops_flask.engine.picture_order import FIELDS, picture_order
from docops_flask.intake.assets import asset_limit
from docops_flask.intake.files import task_part, template_part
from docops_flask.intake.job import preview_of
from docops_flask.intake.library.entry import TEMPLATE_NAME
from docops_flask.settings.settings import Settings
from docops_flask.web.request import ApiRequest
from docops_flask.web.services import Services
from docops_flask.web.upload.contents import JobFolder
from docops_flask.web.upload.form import Upload, make_job, receive


def receive_preview(request: ApiRequest, folder: JobFolder, settings: Settings) -> Upload:
    """Return what ``receive_job`` does, with the form fields of a preview beside those of a run."""
    files = [template_part(settings), task_part(settings)]
    return receive(request, folder, files, (*FIELD_ORDER, TEMPLATE_NAME, *FIELDS), asset_limit(settings))


def make_preview(
    upload: Upload, services: Services, enter: Callable[[str], None] = lambda _stage: None
) -> Job:
    """Return the job that makes pictures of what ``upload`` asks for; raises as ``make_job`` does."""
    enter("validate_form")
    order = picture_order(given_fields(upload.fields))
    support = services.pdf
    if not support.available:
        raise InvalidArgument(
            f"This server makes no PDFs and so no previews; use /v1/run or /v1/precheck. {support.reason}",
            field="pdf",
            allowed=["false"],
        )
    job = make_job(JobKind.PREVIEW, upload, services, enter)
    enter("validate_form")
    return services.pdf_renderers.with_office(preview_of(job, order))
