"""The WSGI entry point: ``gunicorn`` and ``flask --app wsgi run`` import ``app`` from here."""

from docops_flask.app import create_app
from docops_flask.serving.gunicorn import stop_with
from docops_flask.settings.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    raise stop_with(error) from None
