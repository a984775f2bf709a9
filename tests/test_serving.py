"""What gunicorn gets from us where only a rare moment would show it."""

from types import SimpleNamespace

from docops_flask import serving


def test_an_accept_that_was_due_when_its_listener_closed_does_nothing():
    """gunicorn's own would raise there, and the worker would end with its running jobs."""
    accepted = []
    accept = serving._accept_while_listening(lambda listener: accepted.append(listener.sock))
    accept(SimpleNamespace(sock="open"))
    accept(SimpleNamespace(sock=None))
    assert accepted == ["open"]
