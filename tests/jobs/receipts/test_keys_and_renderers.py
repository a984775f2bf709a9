"""A renderer in its cell cannot open the file of the signing key, wherever its server may."""

from pathlib import Path
from typing import Any

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.jobs.receipts.keys import signer_of_server
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspace
from docops_flask.settings.settings import Settings
from tests.jobs.limits import LIMITS
from tests.receipts import make_keys


def open_the_key(job: Job, _template: str, _folder: str) -> dict[str, Any]:
    """Try to open the file that ``template_name`` names."""
    try:
        content = Path(job.template_name or "").read_bytes()
    except OSError as error:
        return {"error": type(error).__name__}
    return {"read": len(content)}


def told(workspace: Workspace, file: Path, start_method: str, mode: SandboxMode) -> dict[str, Any]:
    job = Job(kind=JobKind.RUN, skills=(), template_name=str(file))
    renderer = Renderer(start_method, 60, LIMITS._replace(sandbox=mode), task=open_the_key)
    return renderer.run(job, workspace.path).result


def test_a_renderer_cannot_read_the_key(start_method: str, workspace: Workspace, tmp_path: Path) -> None:
    file = make_keys(tmp_path).private
    assert signer_of_server(Settings(signing_key_file=file)) is not None
    # Without a cell it can: the file is there, and its user is the server's.
    assert told(workspace, file, start_method, SandboxMode.OFF) == {"read": file.stat().st_size}
    assert told(workspace, file, start_method, SandboxMode.REQUIRE) == {"error": "PermissionError"}
