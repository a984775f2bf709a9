"""docs/errors.md lists every error there is, and no other."""

import re
from pathlib import Path

from docops_flask.engine.errors import DocopsError
from docops_flask.jobs import errors as jobs_errors
from docops_flask.web import errors as web_errors

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "errors.md"


def all_errors(cls=DocopsError):
    yield cls
    for each in cls.__subclasses__():
        yield from all_errors(each)


def test_every_error_is_documented_with_its_status():
    assert jobs_errors.NotReady in set(all_errors())
    assert web_errors.NotFound in set(all_errors())
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", DOCUMENTATION.read_text(), re.MULTILINE)
    ours = [error for error in all_errors() if error.__module__.startswith("docops_flask.")]
    assert sorted({(str(error.status), error.code) for error in ours}) == sorted(rows)
