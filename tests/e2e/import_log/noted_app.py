"""The app with renderers that note what they have loaded: a spawned one does not run ``sitecustomize``."""

import os
from dataclasses import replace

import noted_task

from docops_flask.app import create_app
from docops_flask.jobs.renderer import Renderer
from docops_flask.settings.settings import from_env
from docops_flask.web.services import EXTENSION

app = create_app()
_settings = from_env(os.environ)
_renderer = Renderer(
    _settings.mp_start,
    _settings.request_timeout_seconds,
    _settings.process_limits(),
    task=noted_task.run_and_note,
)
app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], renderer=_renderer)
