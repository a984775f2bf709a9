"""The application factory: creates the Flask app and the services it uses."""

import os
from typing import TYPE_CHECKING

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from docops_flask.engine.sandbox.sandbox import SandboxParts
from docops_flask.intake.catalogue.office import read_office
from docops_flask.intake.library.prepare import open_library
from docops_flask.jobs.office_check import office_of
from docops_flask.jobs.pauses import Pauses
from docops_flask.jobs.pdf_support import PdfRenderers
from docops_flask.jobs.receipts.keys import Signer, signer_of_server
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.sandbox_check import SandboxCheck
from docops_flask.jobs.slots import Slots
from docops_flask.jobs.standby import spare_core
from docops_flask.jobs.workspace import Workspaces
from docops_flask.logs import events
from docops_flask.settings.settings import Settings, SettingsError, from_env
from docops_flask.settings.work_folder import work_folder
from docops_flask.web import hooks, openapi
from docops_flask.web.headers import trust_proxies
from docops_flask.web.request import ApiRequest
from docops_flask.web.services import EXTENSION, Lifecycle, NoRecorder, Readiness, Recorder, Services
from docops_flask.web.views import console, health, jobs, keys, merge, meta, policies, templates

if TYPE_CHECKING:
    from docops_flask.batches.batches import Batches


class _App(Flask):
    request_class = ApiRequest


class _Json(DefaultJSONProvider):
    sort_keys = False
    ensure_ascii = False


def create_app(settings: Settings | None = None) -> Flask:
    """Return the Flask app for ``settings`` (default: those of the environment).

    Raises ``SettingsError`` if a setting is invalid; its message is one line for the operator.
    """
    settings = settings or from_env(os.environ)
    events.ensure_configured()
    # The console serves its own static files and templates, so Flask's default folders are off.
    app = _App(__name__, static_folder=None, template_folder=None)
    app.json = _Json(app)
    app.config.update(MAX_CONTENT_LENGTH=settings.max_body_bytes, PROVIDE_AUTOMATIC_OPTIONS=False)
    # Without this, "//healthz" would be answered with a redirect.
    app.url_map.merge_slashes = False
    app.extensions[EXTENSION] = _services(settings)
    trust_proxies(app, settings.trusted_proxies)
    hooks.register_errors(app)
    hooks.register(app)
    for module in (health, jobs, merge, policies):
        app.register_blueprint(module.bp)
    if settings.has_batches:
        from docops_flask.web.views import batches

        app.register_blueprint(batches.bp)
    if settings.enable_meta:
        app.register_blueprint(meta.bp)
        if settings.signing_key_file is not None:
            app.register_blueprint(keys.bp)
        app.register_blueprint(openapi.bp)
        if settings.templates_dir is not None:
            app.register_blueprint(templates.bp)
    if settings.enable_mcp:
        from docops_flask.web.mcp import view

        app.register_blueprint(view.bp)
    if settings.enable_metrics:
        from docops_flask.web.views import metrics

        app.register_blueprint(metrics.bp)
    if settings.enable_web_console:
        app.register_blueprint(console.bp)
    return app


def _services(settings: Settings) -> Services:
    office = read_office(settings)
    signer = signer_of_server(settings)
    lifecycle = Lifecycle()
    recorder = _recorder(settings)
    workspaces = Workspaces(
        work_folder(os.environ), on_left=recorder.folders_left, on_failure=recorder.folder_not_removed
    )
    pauses = Pauses()
    count_for_pauses = pauses.counter("jobs")

    def count(busy: int) -> None:
        recorder.slots_busy(busy)
        count_for_pauses(busy)

    slots = Slots(
        settings.max_concurrency, settings.queue_timeout_seconds, settings.max_waiting, on_change=count
    )
    pdf_slots = Slots(
        settings.pdf_concurrency,
        settings.queue_timeout_seconds,
        settings.max_pdf_waiting,
        on_change=pauses.counter("PDFs"),
        setting="DOCOPS_PDF_CONCURRENCY",
    )
    renderer = Renderer(
        start_method=settings.mp_start,
        timeout_seconds=settings.request_timeout_seconds,
        limits=settings.process_limits(),
        folder_bytes=settings.folder_bytes,
        standby=settings.standby,
        may_refill=spare_core(slots, settings.workers),
        on_standby=recorder.standby_ready,
    )
    pdf_renderers = PdfRenderers(
        settings.mp_start,
        settings.request_timeout_seconds,
        settings.process_limits(),
        lambda: office_of(settings, workspaces),
        folder_bytes=settings.folder_bytes,
    )

    batches, batch_renderers = _batches(
        settings, workspaces, (slots, pdf_slots), recorder, pdf_renderers, signer, pauses
    )

    def demand(parts: SandboxParts) -> None:
        for each in (renderer, pdf_renderers, *batch_renderers):
            each.demand(parts)

    return Services(
        settings=settings,
        skills=office.skills,
        policies=office.policies,
        slots=slots,
        workspaces=workspaces,
        renderer=renderer,
        lifecycle=lifecycle,
        readiness=Readiness(renderer, workspaces, lifecycle, settings.drain_file),
        recorder=recorder,
        sandbox=SandboxCheck(settings.mp_start, settings.process_limits(), workspaces, demand),
        library=open_library(office, workspaces, os.environ),
        pdf_slots=pdf_slots,
        pdf_renderers=pdf_renderers,
        batches=batches,
        signer=signer,
    )


def _batches(  # noqa: PLR0917, called once
    settings: Settings,
    workspaces: Workspaces,
    slots: tuple[Slots, Slots],
    recorder: Recorder,
    of_jobs: PdfRenderers,
    signer: Signer | None,
    pauses: Pauses,
) -> "tuple[Batches | None, tuple[Renderer | PdfRenderers, ...]]":
    """Return the batches of this server and the renderers that work on them, where it has a place for them.

    ``slots`` are those of all jobs and of jobs with PDFs. ``of_jobs`` makes the PDFs of other jobs, and knows
    LibreOffice; ``pauses`` know when jobs are at work. Raises ``SettingsError`` where the place takes no
    files, a package is missing, or the secret of webhooks is none.
    """
    if not settings.has_batches:
        return None, ()
    # Imported here so that a server without batches does not load them.
    from docops_flask.batches.assembly import Makers, make_parts, make_queue
    from docops_flask.batches.batches import Batches, Work
    from docops_flask.batches.runner import BatchRunner
    from docops_flask.batches.webhooks import Webhooks, secret_of_server

    try:
        secret = secret_of_server(settings.webhook_secret_file, settings.mp_start)
    except (OSError, ValueError) as error:
        raise SettingsError(f"DOCOPS_WEBHOOK_SECRET_FILE: {error}") from None
    queue = make_queue(settings)
    store, pieces, renderers = make_parts(
        settings, workspaces, recorder, Makers(of_jobs.found, signer, slots[1].has_room, pauses)
    )
    work: Work
    if queue is None:
        work = BatchRunner(
            store,
            pieces,
            settings.batch_concurrency,
            slots[0].has_room,
            settings.batch_expires_seconds,
        )
    else:
        from docops_flask.batches.watch import BatchWatch

        work = BatchWatch(store, pieces, queue, settings.batch_expires_seconds)
    webhooks = Webhooks(store, settings.webhook_hosts, secret, recorder.webhook_ended)
    return Batches(store, work, webhooks), renderers


def _recorder(settings: Settings) -> Recorder:
    if not settings.enable_metrics:
        return NoRecorder()
    # Imported here so that a server without metrics does not load the client library.
    from docops_flask.web.views.metrics import start_recorder

    return start_recorder(settings, os.environ)
