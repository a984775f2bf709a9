"""``docops serve``: gunicorn with the project's configuration, from a clone or from an installed package."""

import os
import sys
from typing import NoReturn


def replace_this_process() -> NoReturn:
    """Become gunicorn.

    A process of its own matters: renderers started by ``spawn`` import their parent's main module anew, and
    ``python -m gunicorn`` is one that costs them nothing (docs/analysis/renderer-process.md).
    """
    arguments = ["--config", "python:docops_flask.gunicorn_config", "docops_flask.app:create_app()"]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])
