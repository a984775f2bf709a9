"""gunicorn's configuration; all of it follows from the DOCOPS_ settings (docs/settings.md)."""

from docops_flask import serving

globals().update(serving.gunicorn_settings(serving.read_settings()))

on_starting = serving.on_starting
on_exit = serving.on_exit
on_reload = serving.on_reload
pre_fork = serving.pre_fork
post_fork = serving.post_fork
child_exit = serving.child_exit
post_worker_init = serving.post_worker_init
worker_exit = serving.worker_exit
