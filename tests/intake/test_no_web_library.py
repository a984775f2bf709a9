"""What makes a job of a form or of a command line runs without the web libraries."""

import subprocess
import sys

CODE = """
import sys
import docops_flask.cli.main, docops_flask.cli.files, docops_flask.cli.summary, docops_flask.cli.output
import docops_flask.intake.files, docops_flask.intake.job, docops_flask.intake.catalogue.office
print(sorted({"flask", "werkzeug", "gunicorn", "docops_flask.web"} & set(sys.modules)))
"""


def test_intake_and_the_shell_load_no_web_library() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
