"""``docops mcp``: serves the tools of agents over standard input and output until the input ends."""

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from docops_flask.cli.mcp_tools import ShellTools
from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.engine.files import STORAGE_ERRNOS
from docops_flask.intake.catalogue.office import office_of
from docops_flask.intake.library.prepare import open_library
from docops_flask.jobs.errors import InsufficientStorage
from docops_flask.jobs.workspace import Workspaces
from docops_flask.logs import events
from docops_flask.mcp.dispatcher import Dispatcher
from docops_flask.mcp.root import Root
from docops_flask.mcp.stdio import StdioServer, own_pipes
from docops_flask.mcp.tools import tools_for
from docops_flask.settings.work_folder import work_folder


def serve(folder: Path | None) -> None:
    """Serve until the client closes its end, or SIGTERM; files are read and written below ``folder``.

    Without one it is the current folder, but for /, where some clients start their servers.
    Raises ``InvalidArgument`` for a folder that is none, and ``SettingsError``.
    """
    signal.signal(signal.SIGTERM, _leave)
    office = office_of(os.environ)
    if folder is None and Path.cwd() == Path("/"):
        raise InvalidArgument("root: the current folder is /; name a folder with --root.", field="root")
    try:
        root = Root(folder or Path())
    except OSError as error:
        raise InvalidArgument(f"root: cannot be used ({error.strerror}).", field="root") from None
    pipes = own_pipes()
    # Its lines are about the library; standard output is for messages.
    events.ensure_configured()
    workspaces = Workspaces(work_folder(os.environ))
    try:
        library = open_library(office, workspaces, {})
        tools = ShellTools(root, office, library, workspaces)
        StdioServer(Dispatcher(tools_for("stdio"), tools.call, _known), pipes).serve()
    finally:
        workspaces.close()


def _leave(_signal: int, _frame: object) -> NoReturn:
    """End the process in order: what a call has put into its private folder is removed."""
    sys.exit(0)


def _known(error: Exception) -> DocopsError:
    """Return ``error`` as one that a tool answers with; of an unexpected one standard error has the trace."""
    if isinstance(error, DocopsError):
        return error
    if isinstance(error, OSError) and error.errno in STORAGE_ERRNOS:
        return InsufficientStorage(inner=os.strerror(error.errno))
    traceback.print_exception(error)
    return DocopsError("An error occurred in the server; its standard error has the details.")
