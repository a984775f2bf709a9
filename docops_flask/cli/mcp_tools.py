"""The tools of ``docops mcp``: each does what a command of the shell does, by the same code."""

import zipfile
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from docops_flask.cli.mcp_files import CallFiles
from docops_flask.engine import pipeline
from docops_flask.engine.artefacts import DOCUMENT, PDF, REVIEW
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.files import (
    inspection_of_file,
    job_of_files,
    merge_of_files,
    verification_of_files,
)
from docops_flask.intake.library.library import Library
from docops_flask.jobs.workspace import Workspaces
from docops_flask.mcp.catalogues import catalogues, library_list
from docops_flask.mcp.filled import RESULTS, fill_data, merge_data
from docops_flask.mcp.given import Given
from docops_flask.mcp.results import MOST_BYTES, ToolResult, picture, too_large
from docops_flask.mcp.root import Root

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from docops_flask.cli.pdf import PdfMaker
    from docops_flask.cli.receipts import Signing
    from docops_flask.jobs.receipts.keys import Signer

_MOST_DOCUMENTS = 200
_STEM = DOCUMENT.removesuffix(".docx")
# Settings with folders in which nothing is written.
_APPROVED = ("templates_dir", "skills_dir", "policies_dir")
_NO_BATCHES = "batch_id: there are no batches over stdio; merge writes its ZIP before it answers."


class ShellTools:
    """Does calls, one at a time; their private files are in folders of ``workspaces``."""

    def __init__(self, root: Root, office: Office, library: Library, workspaces: Workspaces) -> None:
        self._root = root
        self._office = office
        self._library = library
        self._workspaces = workspaces

    def call(self, name: str, arguments: Given) -> ToolResult:
        """Do the tool ``name``; raises ``DocopsError`` and ``OSError``."""
        does: Callable[[Given], ToolResult] = getattr(self, f"_{name}")
        return does(arguments)

    def _list_document_types(self, _arguments: Given) -> ToolResult:
        return ToolResult(catalogues(self._office.skills, self._office.policies))

    def _list_templates(self, _arguments: Given) -> ToolResult:
        return ToolResult({**library_list(self._library), "files": self._root.documents(_MOST_DOCUMENTS)})

    def _inspect_template(self, arguments: Given) -> ToolResult:
        with self._files(arguments) as (files, _):
            template = files.template()
            return ToolResult(
                pipeline.inspect(inspection_of_file(template, self._office), template).as_dict()
            )

    def _precheck(self, arguments: Given) -> ToolResult:
        with self._files(arguments) as (files, _):
            job, template, _ = self._job(JobKind.PRECHECK, files)
            return ToolResult(pipeline.precheck(job, template).as_dict())

    def _fill_template(self, arguments: Given) -> ToolResult:
        from docops_flask.cli.running import run_into

        folder, stem = self._target(arguments["out"], ".docx")
        with self._files(arguments) as (files, work):
            job, template, task = self._job(JobKind.RUN, files)
            signing = self._signing(template, task)
            job = job._replace(receipt=signing is not None)
            made = work / "made"
            with self._pdf_maker(job) as maker:
                result, names = run_into(made, job, template, task, force=False, signing=signing, maker=maker)
            named = {f"{stem}{name.removeprefix(_STEM)}": made / name for name in names}
            others = {f"{stem}{name.removeprefix(_STEM)}" for name in RESULTS} - named.keys()
            if stem != _STEM:
                # These may be of another origin, unlike files with the names that only results have.
                others -= {f"{stem}{name.removeprefix(_STEM)}" for name in (PDF, REVIEW)}
            self._write(arguments, folder, named, others)
            contents = {name: (made / name).read_bytes() for name in RESULTS if name in names}
        listed = [
            ("/".join((*folder, name)), len(contents[_STEM + name.removeprefix(stem)]))
            for name in named
            if _STEM + name.removeprefix(stem) in contents
        ]
        return ToolResult(fill_data(int(result.exit_code), contents, listed, stem))

    def _verify_document(self, arguments: Given) -> ToolResult:
        from docops_flask.engine.integrity.verification import Evidence

        with self._files(arguments) as (files, _):
            template, given = files.template(), files.evidence()
            evidence = Evidence(*(given[name] for name in ("document", "replace_log", "format_report")))
            job = verification_of_files(
                template, evidence, self._office, task=given.get("task"), assets=files.assets()
            )
            return ToolResult(pipeline.verify_files(job, template, evidence).as_dict())

    def _preview(self, arguments: Given) -> ToolResult:
        from docops_flask.cli.preview import make_preview
        from docops_flask.engine.picture_order import FIELDS, picture_order
        from docops_flask.engine.preview_result import picture_file
        from docops_flask.intake.job import preview_of

        with self._files(arguments) as (files, work):
            order = picture_order({name: text for name, text in files.fields.items() if name in FIELDS})
            asked, template, _ = self._job(JobKind.PREVIEW, files, without=FIELDS)
            pictures = work / "pictures"
            pictures.mkdir()
            made = make_preview(preview_of(asked, order), template, pictures, self._office.settings)
            drawn = [(pictures / picture_file(image.page)).read_bytes() for image in made.images]
        size = sum(map(len, drawn))
        if size > MOST_BYTES:
            raise too_large("the pictures", size, "ask for fewer pages, or a smaller width")
        told = made.as_dict()
        del told["counts"]
        return ToolResult(told, [picture(b64encode(each).decode()) for each in drawn])

    def _merge(self, arguments: Given) -> ToolResult:
        from docops_flask.cli.merge_folder import Sources
        from docops_flask.cli.merging import Interrupted, MergeOrder, merge_into

        folder, stem = self._target(arguments["out"], ".zip")
        with self._files(arguments) as (files, work):
            template, rows = files.template(), files.rows()
            signer = self._signer()
            job, given = merge_of_files(
                template,
                rows,
                files.fields,
                self._office,
                assets=files.assets(),
                signs=signer is not None,
                defaults=files.defaults,
            )
            made = work / "made" / "out.zip"
            try:
                merged = merge_into(
                    MergeOrder(made, quiet=True),
                    job,
                    Sources(template, rows, given),
                    self._office.settings,
                    signer,
                )
            except Interrupted:
                raise KeyboardInterrupt from None
            name = f"{stem}.zip"
            self._write(arguments, folder, {name: made})
            with zipfile.ZipFile(made) as archive:
                lines = archive.read("results.jsonl")
            size = made.stat().st_size
        done = merged.done
        data = merge_data(done.exit_code, done.rows._asdict(), lines, [("/".join((*folder, name)), size)])
        return ToolResult({**data, "faults": [each.as_dict() for each in merged.faults]})

    def _batch_status(self, _arguments: Given) -> ToolResult:
        raise InvalidArgument(_NO_BATCHES, field="batch_id")

    def _cancel_batch(self, _arguments: Given) -> ToolResult:
        raise InvalidArgument(_NO_BATCHES, field="batch_id")

    @contextmanager
    def _files(self, arguments: Given) -> Iterator[tuple[CallFiles, Path]]:
        """Provide the files of a call, and a private folder for it, which is removed at the end."""
        workspace = self._workspaces.create()
        try:
            given = workspace.file("given")
            given.mkdir()
            files = CallFiles(arguments, self._root, self._office, self._library, given)
            yield files, workspace.path
        finally:
            workspace.remove()

    def _job(self, kind: JobKind, files: CallFiles, without: tuple[str, ...] = ()) -> tuple[Job, Path, Path]:
        """Return a job, its template and its task; fields ``without`` are none of the job's."""
        template, task = files.template(), files.task()
        job = job_of_files(
            kind,
            template,
            task,
            {name: text for name, text in files.fields.items() if name not in without},
            self._office,
            assets=files.assets(),
            defaults=files.defaults,
        )
        # A library may ask for one file alone; a tool answers about all of them.
        return job._replace(options=job.options._replace(output="zip", name=None)), template, task

    def _target(self, path: str, suffix: str) -> tuple[tuple[str, ...], str]:
        """Return the folder that ``path`` leads to, as names from the root on, and the stem of the file.

        Without ``suffix`` it is a folder, for files named ``out``. Raises ``InvalidArgument``.
        """
        steps = self._root.steps("out", path)
        if not "".join(steps).isprintable():
            raise InvalidArgument("out: give a name of characters that can be shown.", field="out")
        settings = self._office.settings
        for setting in _APPROVED:
            folder: Path | None = getattr(settings, setting)
            if folder is not None and self._root.is_in(steps, folder):
                raise InvalidArgument(
                    "out: this is in the folder of what the office has approved "
                    f"(DOCOPS_{setting.upper()}); choose another place.",
                    field="out",
                )
        if not path.lower().endswith(suffix):
            return steps, _STEM
        if not steps or not steps[-1].lower().endswith(suffix) or len(steps[-1]) == len(suffix):
            raise InvalidArgument(f"out: give a name before {suffix}.", field="out")
        return steps[:-1], steps[-1][: -len(suffix)]

    def _write(
        self,
        arguments: Given,
        folder: tuple[str, ...],
        files: dict[str, Path],
        others: Collection[str] = (),
    ) -> None:
        """Write ``files`` into ``folder``, as ``Root.write`` does, unless the call has read one of them."""
        written = {(*folder, name) for name in (*files, *others)}
        read = [arguments[name] for name in ("template", "task", "rows") if name in arguments]
        for path in (*read, *arguments.get("assets", {}).values()):
            if isinstance(path, str) and self._root.steps("out", path) in written:
                raise InvalidArgument(
                    "out: this is a file that the call reads; choose another name.", field="out"
                )
        overwrite = arguments.get("overwrite", False)
        self._root.write("out", folder, files, others, overwrite=overwrite)

    def _signer(self) -> "Signer | None":
        if self._office.settings.signing_key_file is None:
            return None
        from docops_flask.cli.receipts import chosen_signer

        return chosen_signer(None, self._office.settings)

    def _signing(self, template: Path, task: Path) -> "Signing | None":
        signer = self._signer()
        if signer is None:
            return None
        from docops_flask.cli.receipts import Signing

        return Signing(signer, template, task, self._office.settings)

    def _pdf_maker(self, job: Job) -> "AbstractContextManager[PdfMaker | None]":
        if not job.options.pdf:
            return nullcontext()
        from docops_flask.cli.pdf import pdf_maker

        return pdf_maker(self._office.settings)
