"""Finds LibreOffice at the start of a server: prepares its profile, then converts a page in the cell.

A server's master has this done by a process of its own (``python -m docops_flask.jobs.office_check``), once
for all its workers and beside their start.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, TypeVar

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind, OfficeSetup
from docops_flask.engine.options import Options
from docops_flask.engine.pdf.profile import prepare_office
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.sample_job import sample_job, write_sample
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from docops_flask.jobs.answer import read_as
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.office_paths import find_program
from docops_flask.jobs.pdf_support import NO_OFFICE, FoundOffice, PdfRenderers, PdfSupport, limits_for_office
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspaces
from docops_flask.settings.settings import Settings, from_env
from docops_flask.settings.work_folder import work_folder

_SECONDS = 30.0
_FOUND_FILE = "found.json"
# Two renderers, and the start of the process.
_CHECK_SECONDS = 3 * _SECONDS

T = TypeVar("T")


class OfficePlace(NamedTuple):
    """What the settings say of LibreOffice: DOCOPS_PDF (auto, require, off), its folder, own fonts."""

    mode: str = "auto"
    office_dir: Path | None = None
    fonts_dir: Path | None = None


def office_of(settings: Settings, workspaces: Workspaces) -> FoundOffice:
    """Return what this process finds of LibreOffice; a server's workers have it from their master."""
    place = OfficePlace(settings.pdf, settings.office_dir, settings.fonts_dir)
    missing = without_office(place)
    if missing is not None:
        return missing
    profile = workspaces.create_lasting(".office")
    return find_office(place, settings.mp_start, settings.process_limits(), workspaces, profile.path)


def find_office(
    place: OfficePlace, start_method: str, limits: ProcessLimits, workspaces: Workspaces, profile: Path
) -> FoundOffice:
    """Return whether a page can be converted with ``limits``, and the LibreOffice that did it.

    ``profile`` is an empty folder that lasts as long as the server. Never raises for LibreOffice's faults.
    """
    found = prepare(place, start_method, limits, workspaces, profile)
    if found.setup is not None:
        try:
            setup = found.setup
            _again_if_crashed(lambda: _convert_a_page(setup, start_method, limits, workspaces))
        except DocopsError as error:
            return _none(f"LibreOffice converted no page: {error.inner or error.message}")
    return found


def prepare(
    place: OfficePlace, start_method: str, limits: ProcessLimits, workspaces: Workspaces, profile: Path
) -> FoundOffice:
    """Return LibreOffice with its ``profile`` made, as ``find_office`` does, without converting a page."""
    missing = without_office(place)
    if missing is not None:
        return missing
    program = find_program(place.office_dir)
    assert program is not None
    fonts_dir = None if place.fonts_dir is None else str(place.fonts_dir.absolute())
    setup = OfficeSetup(program, str(profile), fonts_dir)
    try:
        asked = setup
        setup = _again_if_crashed(lambda: _prepared(asked, start_method, limits, workspaces))
    except DocopsError as error:
        return _none(f"LibreOffice does not start: {error.inner or error.message}")
    return FoundOffice(PdfSupport(True, setup.version, None), setup)


def without_office(place: OfficePlace) -> FoundOffice | None:
    """Return what there is to say where PDFs cannot be made for sure; ``None`` where it has to be tried."""
    if place.mode == "off":
        return NO_OFFICE
    if find_program(place.office_dir) is None:
        where = "" if place.office_dir is None else f" in {place.office_dir}"
        return _none(f"LibreOffice was not found{where}.")
    if find_spec("pypdfium2_raw") is None:
        return _none("The package pypdfium2 is not installed (requirements-pdf.txt).")
    return None


def _again_if_crashed(do: Callable[[], T]) -> T:
    """Do it once more if the renderer is killed, as a machine does that is short of memory for a moment."""
    try:
        return do()
    except RendererCrashed:
        return do()


def _none(reason: str) -> FoundOffice:
    return FoundOffice(PdfSupport(False, None, reason))


def _prepared(
    setup: OfficeSetup, start_method: str, limits: ProcessLimits, workspaces: Workspaces
) -> OfficeSetup:
    # It reads nothing of others, and may write its profile.
    free = limits_for_office(limits, setup)._replace(sandbox=SandboxMode.OFF)
    renderer = Renderer(start_method, _SECONDS, free, task=prepare_office)
    workspace = workspaces.create()
    try:
        told = renderer.run(Job(JobKind.INSPECT, (), office=setup), workspace.path).result
    finally:
        workspace.remove()
    return setup._replace(version=str(told["version"]), families=tuple(map(str, told["families"])))


def _convert_a_page(
    setup: OfficeSetup, start_method: str, limits: ProcessLimits, workspaces: Workspaces
) -> None:
    found = FoundOffice(PdfSupport(True, setup.version, None), setup)
    renderers = PdfRenderers(start_method, _SECONDS, limits, lambda: found)
    workspace = workspaces.create()
    try:
        with open(os.path.join(workspace.path, TEMPLATE_FILE), "wb") as file:
            write_sample(file)
        renderers.run(renderers.with_office(sample_job(Options(pdf=True))), workspace.path)
    finally:
        workspace.remove()


class StartedCheck:
    """The check of ``profile``, an empty folder that lasts, in a process of its own.

    This process and all that it forks may wait for it.
    """

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._ends_by = time.monotonic() + _CHECK_SECONDS
        self._end, held = os.pipe()
        try:
            # The pipe ends when the process does, however that happens.
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(profile)],
                pass_fds=[held],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        finally:
            os.close(held)

    def is_known(self, seconds: float) -> bool:
        """Return whether ``wait`` returns at once, after waiting for that for at most ``seconds``."""
        return self._has_ended(seconds) or time.monotonic() >= self._ends_by

    def wait(self) -> FoundOffice:
        """Return what was found, as soon as it is known."""
        has_ended = self._has_ended(_CHECK_SECONDS)
        try:
            found: FoundOffice = read_as(FoundOffice, json.loads((self._profile / _FOUND_FILE).read_bytes()))
        except (OSError, ValueError):
            how = "ended without a result" if has_ended else f"took more than {_CHECK_SECONDS:g} s"
            return _none(f"The check of LibreOffice {how}; the server's log may say why.")
        return found

    def _has_ended(self, seconds: float) -> bool:
        left = max(0.0, self._ends_by - time.monotonic())
        ended, _, _ = select.select([self._end], [], [], min(seconds, left))
        return bool(ended)

    def stop(self) -> None:
        """End the process if it is still running; for who started it, when nobody waits any more."""
        self._process.kill()
        self._process.wait()
        os.close(self._end)


def main(profile: str) -> None:
    """Check LibreOffice for the settings of the environment; leave what was found in ``profile``."""
    settings = from_env(os.environ)
    place = OfficePlace(settings.pdf, settings.office_dir, settings.fonts_dir)
    workspaces = Workspaces(work_folder(os.environ))
    try:
        found = find_office(place, "spawn", settings.process_limits(), workspaces, Path(profile))
    finally:
        workspaces.close()
    setup = None if found.setup is None else found.setup._asdict()
    draft = Path(profile, f"{_FOUND_FILE}.draft")
    draft.write_text(json.dumps({"support": found.support._asdict(), "setup": setup}))
    draft.replace(Path(profile, _FOUND_FILE))


if __name__ == "__main__":
    main(sys.argv[1])
