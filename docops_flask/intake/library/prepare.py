"""Makes the server's copy of the template library and logs what is wrong in it.

gunicorn's master runs ``main`` in a process of its own at the start and at each reload, so that it stays
small and all workers have the same library.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.worker.isolation import die_with_server
from docops_flask.intake.catalogue.catalogue import CatalogueError
from docops_flask.intake.catalogue.office import Office, office_of
from docops_flask.intake.library.entry import COPY_SUFFIX, COPY_VARIABLE, SETTING
from docops_flask.intake.library.library import (
    NO_LIBRARY,
    Checked,
    Library,
    make_copy,
    open_copy,
)
from docops_flask.jobs.workspace import Workspaces
from docops_flask.logs import events
from docops_flask.settings.settings import SettingsError
from docops_flask.settings.work_folder import work_folder

# So many places of one template are logged.
_MOST_FINDINGS = 20


def main() -> None:
    """Make the copy of ``DOCOPS_TEMPLATES_DIR`` in the folder that is the first argument.

    Standard input is a pipe that the master holds: this process ends with it. A copy that could not be made
    has no index, and a line on standard error says why.
    """
    die_with_server(0)
    events.ensure_configured()
    workspaces = Workspaces(work_folder(os.environ))
    try:
        prepare(office_of(os.environ), workspaces, Path(sys.argv[1]))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
    finally:
        workspaces.close()


def prepare(office: Office, workspaces: Workspaces, copy: Path) -> None:
    """Make the copy in the folder ``copy`` and log what is wrong; raises ``SettingsError``."""
    folder = office.settings.templates_dir
    if folder is None:
        raise SettingsError(f"{SETTING}: is not set; give the folder of the templates")
    try:
        checked = make_copy(folder, office, workspaces, copy)
    except CatalogueError as error:
        raise SettingsError(f"{SETTING}: {error}") from None
    except DocopsError as error:
        inner = f" ({error.inner})" if error.inner else ""
        raise SettingsError(f"{SETTING}: the templates cannot be checked: {error.message}{inner}") from None
    except OSError as error:
        raise SettingsError(
            f"{SETTING}: TMPDIR has no room for a copy of the templates ({error.strerror})"
        ) from None
    _log(checked)


def open_library(office: Office, workspaces: Workspaces, environ: Mapping[str, str]) -> Library:
    """Return the library of a server: from the copy that gunicorn's master made, else from one of its own.

    Raises ``SettingsError``.
    """
    if office.settings.templates_dir is None:
        return NO_LIBRARY
    made = environ.get(COPY_VARIABLE)
    copy = Path(made) if made else workspaces.create_lasting(COPY_SUFFIX).path
    if not made:
        prepare(office, workspaces, copy)
    try:
        return open_copy(copy)
    except CatalogueError as error:
        raise SettingsError(f"{SETTING}: {error}") from None


def _log(checked: Checked) -> None:
    for fault in checked.faults:
        events.log_event("template_stopped", template=fault.name, reason=fault.reason, fault=fault.message)
    logged: dict[str, int] = {}
    for finding in checked.findings:
        logged[finding.name] = logged.get(finding.name, 0) + 1
        if logged[finding.name] <= _MOST_FINDINGS:
            events.log_event(
                "template_problem", template=finding.name, code=finding.code, place=finding.place
            )
    stopped = {fault.name for fault in checked.faults}
    events.log_event("library", templates=len(checked.templates), stopped=len(stopped))
