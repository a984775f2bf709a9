"""The first page of a template of the library as a picture, made by a renderer in its cell."""

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.picture_order import PictureOrder
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from docops_flask.intake.library.entry import LibraryTemplate
from docops_flask.jobs.errors import storage_errors
from docops_flask.web.request import api_request
from docops_flask.web.services import services
from docops_flask.web.views.preview import open_picture
from docops_flask.web.views.results import image_result


def picture_of_template(template: LibraryTemplate) -> bytes:
    """Return a PNG of the first page of ``template``, as it is, 800 pixels wide.

    It takes a slot for PDFs. Raises what ``Slots.take`` and ``PdfRenderers.run`` raise, and
    ``TemplateStopped``; a picture that another request has made meanwhile is taken.
    """
    request, service = api_request(), services()
    service.lifecycle.refuse_when_stopping()
    job = Job(
        JobKind.FIRST_PAGE,
        skills=(),
        options=Options(pdf=True),
        limits=service.settings.limits(),
        pictures=PictureOrder(last=1),
    )
    job = service.pdf_renderers.with_office(job)
    request.enter("queue")
    with service.pdf_slots.take(request.caller):
        made = service.library.picture(template)
        if made is not None:
            return made
        content = service.library.content(template)
        with storage_errors():
            workspace = service.workspaces.create()
        try:
            with storage_errors():
                workspace.file(TEMPLATE_FILE).write_bytes(content)
            request.enter("render")
            rendered = service.pdf_renderers.run(job, workspace.path, request.caller)
            file, _ = open_picture(workspace, image_result(rendered.result))
            with storage_errors(), file:
                return file.read()
        finally:
            workspace.remove()
