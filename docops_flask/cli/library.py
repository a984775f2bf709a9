"""``docops templates``: checks a folder of templates as the server does at its start."""

import os
from pathlib import Path
from typing import Any

from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.intake.catalogue.catalogue import CatalogueError
from docops_flask.intake.catalogue.office import office_of
from docops_flask.intake.library.entry import SETTING, LibraryTemplate
from docops_flask.intake.library.library import Checked, make_copy
from docops_flask.jobs.workspace import Workspaces
from docops_flask.settings.work_folder import work_folder

# The shell prints so many places of a template that cannot be filled.
_MOST_FINDINGS = 20


def check_library(folder: Path | None) -> Checked:
    """Check the templates in ``folder``, by default those of the server.

    Raises ``InvalidArgument`` for a folder that is not there, and ``SettingsError``.
    """
    office = office_of(os.environ)
    folder = folder or office.settings.templates_dir
    if folder is None:
        raise InvalidArgument(
            f"DIR: missing; give the folder of the templates, or set {SETTING}.", field="DIR"
        )
    workspaces = Workspaces(work_folder(os.environ))
    try:
        return make_copy(folder, office, workspaces, workspaces.create_lasting().path)
    except CatalogueError as error:
        raise InvalidArgument(f"DIR: {error}.", field="DIR") from None
    finally:
        workspaces.close()


def library_for_people(checked: Checked) -> str:
    """Return what ``docops templates`` prints."""
    lines: list[str] = []
    for template in checked.templates:
        lines.append(f"{template.name}: {template.title.both()}")
        lines.append(f"  ready        {_ready(template)}")
        found = [each for each in checked.findings if each.name == template.name]
        lines += [f"  look at      {each.place} {each.message}" for each in found[:_MOST_FINDINGS]]
    stopped = dict.fromkeys(fault.name for fault in checked.faults)
    for name in stopped:
        lines.append(f"{echo(name)}:")
        found = [each for each in checked.findings if each.name == name]
        lines += [
            f"  stopped      {each.reason}: {each.message}" for each in checked.faults if each.name == name
        ]
        lines += [f"  look at      {each.place} {each.message}" for each in found[:_MOST_FINDINGS]]
    counted = len(checked.templates)
    lines.append(f"{counted} {'template' if counted == 1 else 'templates'} ready, {len(stopped)} stopped.")
    return "\n".join(lines)


def _ready(template: LibraryTemplate) -> str:
    used = [template.document_type, template.policy, *(f"{k}={v}" for k, v in template.options.items())]
    return "  ".join([template.template_sha256, *(each for each in used if each)])


def library_as_data(checked: Checked) -> dict[str, Any]:
    """Return what ``docops templates --json`` prints."""
    return {
        "templates": [
            {
                **template.described(),
                "document_type": template.document_type,
                "policy": template.policy,
                "options": template.options,
                "name_pattern": template.name_pattern,
            }
            for template in checked.templates
        ],
        "faults": [fault._asdict() for fault in checked.faults],
        "findings": [finding._asdict() for finding in checked.findings],
    }
