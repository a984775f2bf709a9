"""Writes the result files of the shell's commands: all or none, and over existing files only with --force."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from docops_flask.engine import artefacts
from docops_flask.engine.errors import InvalidArgument
from docops_flask.jobs.receipts.envelope import RECEIPT

# Every file a run may write. Those of an earlier run that this one does not write are removed.
RESULTS = (
    artefacts.DOCUMENT,
    artefacts.REPLACE_LOG,
    artefacts.MISSING_FIELDS,
    artefacts.FORMAT_REPORT,
    artefacts.FORMAT_REPORT_PAGE,
    artefacts.INTEGRITY,
    artefacts.SUGGESTED_POLICY,
    RECEIPT,
    artefacts.PDF,
    artefacts.PDF_REPORT,
    artefacts.REVIEW,
    artefacts.SARIF,
    artefacts.JUNIT,
)


@contextmanager
def results_folder(out_dir: Path, *, force: bool, names: Sequence[str] = RESULTS) -> Iterator[Path]:
    """Yield a temporary folder for the results; on success they are moved to ``out_dir``, else deleted.

    ``names`` are the files that there may be. With ``force`` they replace those of an earlier run. Raises
    ``InvalidArgument`` when results exist already, ``OSError`` when ``out_dir`` cannot be created or written.
    """
    refuse_existing("out-dir", [out_dir / name for name in names], force=force)
    with temporary_folder(out_dir) as folder:
        yield folder
        for name in names:
            _move_or_remove(folder / name, out_dir / name)


@contextmanager
def temporary_folder(out_dir: Path) -> Iterator[Path]:
    """Yield a temporary folder in ``out_dir``, which is created if missing; the folder is deleted.

    Raises ``OSError`` when ``out_dir`` cannot be created or written.
    """
    with _made_when_missing(out_dir):
        folder = Path(tempfile.mkdtemp(prefix=".docops-", dir=out_dir))
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def move_result(source: Path, target: Path, *, force: bool) -> None:
    """Move the file ``source`` to ``target``; raises ``InvalidArgument`` as ``results_folder`` does."""
    refuse_existing("out-dir", [target], force=force)
    _publish(source, target)


def write_file(path: Path, content: bytes, *, force: bool) -> None:
    """Write ``content`` to ``path`` by renaming a temporary file; raises what ``results_folder`` raises."""
    refuse_existing("out", [path], force=force)
    if not path.parent.is_dir():
        raise InvalidArgument("out: its folder does not exist; make it first.", field="out")
    descriptor, name = tempfile.mkstemp(prefix=".docops-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        _publish(Path(name), path)
    except BaseException:
        Path(name).unlink()
        raise


def refuse_existing(option: str, files: list[Path], *, force: bool) -> None:
    """Raise ``InvalidArgument`` where one of ``files`` is there and may not be replaced."""
    existing = [file.name for file in files if os.path.lexists(file)]
    if existing and not force:
        raise InvalidArgument(
            f"{option}: {', '.join(existing)} would be overwritten; choose another place, or use --force.",
            field=option,
            existing=existing,
        )
    folders = [file.name for file in files if file.is_dir()]
    if folders:
        raise InvalidArgument(
            f"{option}: {', '.join(folders)} is a folder; move it away, or choose another place.",
            field=option,
            existing=folders,
        )


@contextmanager
def _made_when_missing(folder: Path) -> Iterator[None]:
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            for each in made:
                each.rmdir()
        raise


def _move_or_remove(source: Path, target: Path) -> None:
    if source.exists():
        _publish(source, target)
    else:
        target.unlink(missing_ok=True)


def _publish(source: Path, target: Path) -> None:
    # A temporary file is readable by its owner only; a result gets the user's default mode.
    mask = os.umask(0)
    os.umask(mask)
    source.chmod(0o666 & ~mask)
    source.replace(target)
