"""Prints what the self-test finds, for the user who runs it: ``try_the_cell START_METHOD FOLDER``."""

import json
import os
import sys
from pathlib import Path

from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.jobs.sandbox_check import SandboxCheck
from docops_flask.jobs.workspace import Workspaces
from tests.jobs.limits import LIMITS


def main(start_method: str, folder: str) -> None:
    os.environ["TMPDIR"] = folder
    workspaces = Workspaces(Path(folder))
    limits = LIMITS._replace(sandbox=SandboxMode.AUTO)
    report = SandboxCheck(start_method, limits, workspaces).report()
    workspaces.close()
    told = {"level": report.level, "possible": list(report.possible), "root": os.geteuid() == 0}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
