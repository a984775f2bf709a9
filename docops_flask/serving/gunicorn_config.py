"""gunicorn's configuration; all of it follows from the DOCOPS_ settings (docs/settings.md)."""

from docops_flask.serving import gunicorn

globals().update(gunicorn.gunicorn_settings(gunicorn.read_settings()))

on_starting = gunicorn.on_starting
on_exit = gunicorn.on_exit
on_reload = gunicorn.on_reload
pre_fork = gunicorn.pre_fork
post_fork = gunicorn.post_fork
child_exit = gunicorn.child_exit
post_worker_init = gunicorn.post_worker_init
worker_exit = gunicorn.worker_exit
