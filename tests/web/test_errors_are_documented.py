"""docs/errors.md lists every error there is, and no other."""

import re
from pathlib import Path

from docops_flask.jobs import errors as jobs_errors
from docops_flask.web import errors as web_errors
from tests.web.error_classes import all_errors

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "errors.md"


def test_every_error_is_documented_with_its_status() -> None:
    assert jobs_errors.NotReady in set(all_errors())
    assert web_errors.NotFound in set(all_errors())
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", DOCUMENTATION.read_text(), re.MULTILINE)
    assert sorted({(str(error.status), error.code) for error in all_errors()}) == sorted(rows)
