"""Makes from the settings what works on batches, in a server and in a worker alike."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from docops_flask import __version__
from docops_flask.batches.files import Files
from docops_flask.batches.folder_files import FolderFiles
from docops_flask.batches.leases import Leases
from docops_flask.batches.pieces import BatchRecorder, Pieces
from docops_flask.batches.store import Store
from docops_flask.batches.work import BatchWork, PdfWork
from docops_flask.engine.errors import DocopsError
from docops_flask.jobs.pauses import Pauses
from docops_flask.jobs.pdf_support import FoundOffice, PdfRenderers
from docops_flask.jobs.receipts.keys import Signer
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspaces
from docops_flask.settings.settings import Settings, SettingsError

if TYPE_CHECKING:
    from docops_flask.batches.queue import Queue

# Of renderers of batches (setpriority(2)): jobs of clients come first.
_NICENESS = 10
# A plan reads up to a hundred thousand rows, at that priority; its CPU time has the limit of a job.
_TIMES_FOR_A_PLAN = 10


class Parts(NamedTuple):
    """A store, the pieces of work on its batches, and the renderers that do them."""

    store: Store
    pieces: Pieces
    renderers: tuple[Renderer | PdfRenderers, ...]


class Makers(NamedTuple):
    """What documents need beside a renderer: LibreOffice as ``found``, the ``signer`` of receipts.

    ``may_make_pdf`` says that no job of a client makes a PDF, or wants to; ``pauses`` stop renderers while
    jobs of clients are at work.
    """

    found: Callable[[], FoundOffice]
    signer: Signer | None
    may_make_pdf: Callable[[], bool] = lambda: True
    pauses: Pauses | None = None


def make_parts(settings: Settings, workspaces: Workspaces, recorder: BatchRecorder, makers: Makers) -> Parts:
    """Return what works on batches; raises ``SettingsError`` where their place takes no files."""
    store = Store(_files(settings), settings.max_batches, settings.batch_max_store_bytes)
    try:
        store.open()
    except OSError as error:
        raise SettingsError(f"DOCOPS_BATCH_DIR: the folder takes no files ({error.strerror})") from None
    except DocopsError as error:
        raise SettingsError(f"DOCOPS_BATCH_STORE: the store takes no files ({error.inner})") from None
    pieces, renderers = make_pieces(settings, workspaces, recorder, makers, niceness=_NICENESS)
    return Parts(store, pieces, renderers)


def make_pieces(
    settings: Settings,
    workspaces: Workspaces,
    recorder: BatchRecorder,
    makers: Makers,
    *,
    niceness: int = 0,
) -> tuple[Pieces, tuple[Renderer | PdfRenderers, ...]]:
    """Return the pieces of work on batches, and the renderers that do them.

    ``niceness`` (setpriority(2)) is how much less than this process's priority they have.
    """
    limits, folder_bytes = settings.process_limits(), settings.folder_bytes
    renderer, planner = (
        Renderer(
            start_method=settings.mp_start,
            timeout_seconds=settings.request_timeout_seconds * times,
            limits=limits,
            folder_bytes=folder_bytes,
            niceness=niceness,
            pauses=makers.pauses,
        )
        for times in (1, _TIMES_FOR_A_PLAN)
    )
    pdf_renderers = PdfRenderers(
        settings.mp_start,
        settings.request_timeout_seconds,
        limits,
        makers.found,
        folder_bytes=folder_bytes,
        niceness=niceness,
        pauses=makers.pauses,
    )
    pdfs = PdfWork(pdf_renderers, makers.may_make_pdf)
    work = BatchWork(renderer, planner, workspaces, settings.max_output_bytes, pdfs, makers.signer)
    pieces = Pieces(work, (__version__, settings.commit_sha), recorder)
    return pieces, (renderer, planner, pdf_renderers)


def _files(settings: Settings) -> Files:
    leases = None if settings.batch_broker is None else Leases()
    if settings.batch_dir is not None:
        return FolderFiles(settings.batch_dir, leases)
    if settings.batch_store is None or leases is None:
        raise SettingsError("DOCOPS_BATCH_DIR: needed for batches")
    # An extra: a server without the setting needs no obstore.
    try:
        from docops_flask.batches.object_files import open_bucket
    except ImportError:
        raise SettingsError("DOCOPS_BATCH_STORE: needs the packages of requirements-s3.txt") from None
    return open_bucket(settings.batch_store, leases)


def make_queue(settings: Settings) -> "Queue | None":
    """Return the queue of the broker; ``None`` without one. Raises ``SettingsError`` without Celery."""
    if settings.batch_broker is None:
        return None
    # An extra, too.
    try:
        from docops_flask.batches.queue import Queue
    except ImportError:
        raise SettingsError("DOCOPS_BATCH_BROKER: needs the packages of requirements-celery.txt") from None
    return Queue(settings.batch_broker, settings.request_timeout_seconds)
