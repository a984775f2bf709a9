"""The template of the library that a form names in place of sending one."""

from collections.abc import Callable
from dataclasses import replace

from docops_flask.engine.errors import ArgumentConflict
from docops_flask.intake.library.entry import TEMPLATE_NAME
from docops_flask.intake.library.library import Library
from docops_flask.jobs.errors import storage_errors
from docops_flask.web.upload.form import Upload
from docops_flask.web.upload.received import TEMPLATE, ReceivedFile


def with_named_template(upload: Upload, library: Library, enter: Callable[[str], None]) -> Upload:
    """Return ``upload`` with the template of ``library`` that its field names, if it names one.

    ``enter`` is given the stage before. Raises ``ArgumentConflict``, ``InvalidArgument``,
    ``TemplateStopped`` and ``InsufficientStorage``.
    """
    name = upload.fields.get(TEMPLATE_NAME, "").strip()
    if not name:
        return upload
    enter("validate_form")
    if TEMPLATE in upload.files:
        raise ArgumentConflict(
            f"{TEMPLATE_NAME} cannot be combined with {TEMPLATE}: send one or the other.",
            conflicting_fields=[TEMPLATE, TEMPLATE_NAME],
        )
    template = library.find(name)
    with storage_errors():
        content = upload.contents.add_whole(f"{TEMPLATE}.docx", library.content(template))
    file = ReceivedFile(content, f"{template.name}.docx", template.size, template.template_sha256)
    return replace(upload, files={TEMPLATE: file, **upload.files}, template=template)
