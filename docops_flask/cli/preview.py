"""The previews of the shell: made in a renderer process as on a server, told to people or as data."""

from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

from docops_flask.cli.pdf import PREVIEW, fonts_for_people, found_office
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.preview_result import Preview, picture_file
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from docops_flask.intake.assets import asset_file
from docops_flask.jobs.answer import read_as
from docops_flask.jobs.pdf_support import PdfRenderers
from docops_flask.settings.settings import Settings

_MAX_LISTED = 20


def make_preview(job: Job, template: Path, folder: Path, settings: Settings) -> Preview:
    """Do ``job``, a preview of ``template``, and write the pictures into ``folder``.

    Raises ``InvalidArgument`` where there is no LibreOffice, and what a run with a PDF raises.
    """
    with found_office(settings, PREVIEW) as (workspaces, found):
        renderers = PdfRenderers(
            "spawn",
            settings.request_timeout_seconds,
            settings.process_limits(),
            lambda: found,
            folder_bytes=settings.folder_bytes,
            task=run_job,
        )
        workspace = workspaces.create()
        try:
            copyfile(template, workspace.path / TEMPLATE_FILE)
            # The renderer reads nothing but the job's folder.
            for number, asset in enumerate(job.assets):
                copyfile(asset.file, workspace.path / asset_file(number))
            assets = [each._replace(file=asset_file(number)) for number, each in enumerate(job.assets)]
            job = renderers.with_office(job._replace(assets=tuple(assets)))
            preview = read_as(Preview, renderers.run(job, workspace.path).result)
            for image in preview.images:
                copyfile(workspace.path / picture_file(image.page), folder / picture_file(image.page))
            return preview
        finally:
            workspace.remove()


def preview_as_data(preview: Preview, out_dir: Path, files: Sequence[str]) -> dict[str, Any]:
    """Return what ``docops preview --json`` prints; ``files`` are the names of the pictures."""
    return {**preview.as_dict(), "out_dir": str(out_dir), "files": list(files)}


def preview_for_people(preview: Preview, out_dir: Path, files: Sequence[str]) -> str:
    """Return what ``docops preview`` prints."""
    shown = {finding.issue for finding in preview.findings}
    lines = [
        f"A run would end with exit code {int(preview.exit_code)}.",
        f"  pages        {len(preview.images)} of {preview.pages}",
        *fonts_for_people(preview.fonts),
        f"  findings     {len(shown)} of {preview.issue_count} stand on these pages"
        + (", each with its box [left, top, right, bottom] in pixels:" if shown else ""),
        *(
            f"    page {finding.page} {list(finding.box)} {finding.paragraph_path} {finding.code}"
            f"{' (fixed)' if finding.fixed else ''}: {finding.message}"
            for finding in preview.findings[:_MAX_LISTED]
        ),
    ]
    left = len(preview.findings) - _MAX_LISTED
    if left > 0:
        lines.append(f"    and {left} more; --json lists all")
    lines += [f"  files        {', '.join(files)}", f"  in           {out_dir}"]
    return "\n".join(lines)
