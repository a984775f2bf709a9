"""The error classes of the service."""

from collections.abc import Iterator

from docops_flask.batches import errors as batches_errors
from docops_flask.engine.errors import DocopsError
from docops_flask.intake import files as intake_files
from docops_flask.jobs import errors as jobs_errors
from docops_flask.web import errors as web_errors

# Imported so that their classes are known.
_LAYERS = (batches_errors, intake_files, jobs_errors, web_errors)


def all_errors(cls: type[DocopsError] = DocopsError) -> Iterator[type[DocopsError]]:
    """Every class of error that a client may receive, including the base class, without those of tests."""
    if cls.__module__.startswith("docops_flask."):
        yield cls
    for each in cls.__subclasses__():
        yield from all_errors(each)
