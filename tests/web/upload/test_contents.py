"""Where uploaded files lie: in memory while they are few, in the job's folder from then on."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from docops_flask.jobs.workspace import Workspaces
from docops_flask.web.services import EXTENSION
from docops_flask.web.upload.contents import JobFolder, job_folder
from tests.factories import docx, p
from tests.web.forms import form, raw, task_part, template_part

MIB = 2**20


@pytest.fixture
def workspaces(work_folder: Path) -> Iterator[Workspaces]:
    made = Workspaces(work_folder)
    yield made
    made.close()


def files(folder: JobFolder) -> dict[str, bytes]:
    """The files of the job, by name."""
    return {path.name: path.read_bytes() for path in folder.workspace.path.iterdir()}


def folders(root: Path) -> list[Path]:
    """The folders of jobs that there are."""
    return [path for path in root.iterdir() if path.is_dir()]


def test_the_stored_content_equals_the_uploaded_content(workspaces: Workspaces, work_folder: Path) -> None:
    with job_folder(workspaces) as folder:
        first, second = (folder.contents.add(name) for name in ("a", "b"))
        for content, block in ((first, b"1"), (second, b"2"), (first, b"3")):
            folder.contents.write(content, block)
        assert folders(work_folder) == []
        assert (first.read(), second.read()) == (b"13", b"2")
        folder.contents.store()
        assert files(folder) == {"a": b"13", "b": b"2"}
        assert (first.read(), second.read()) == (b"13", b"2")
        folder.contents.store()
        assert files(folder) == {"a": b"13", "b": b"2"}
    assert folders(work_folder) == []


def test_an_upload_too_large_for_memory_is_written_to_the_folder(
    workspaces: Workspaces, work_folder: Path
) -> None:
    block = os.urandom(MIB)
    with job_folder(workspaces) as folder:
        contents = folder.contents
        small, large = contents.add("small"), contents.add("large")
        contents.write(small, b"x")
        contents.write(large, block)
        assert folders(work_folder) == []
        contents.write(large, block)
        assert {path.name for path in folder.workspace.path.iterdir()} == {"small", "large"}
        late = contents.add("late")
        contents.write(late, b"y")
        contents.close()
        assert files(folder) == {"small": b"x", "large": 2 * block, "late": b"y"}
        contents.store()
        assert files(folder) == {"small": b"x", "large": 2 * block, "late": b"y"}
        assert large.read() == 2 * block
    assert folders(work_folder) == []


def test_no_folder_is_made_before_it_is_needed(workspaces: Workspaces, work_folder: Path) -> None:
    with job_folder(workspaces):
        pass
    assert list(work_folder.iterdir()) == []


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
@pytest.mark.parametrize(("task_json", "status"), [(None, 429), (b"{", 400)])
def test_a_request_that_is_refused_makes_no_folder(
    make_app: Callable[..., Flask], work_folder: Path, path: str, task_json: bytes | None, status: int
) -> None:
    app = make_app(max_concurrency=1)
    with app.extensions[EXTENSION].slots.take():
        assert app.test_client().post(path, data=form(task_json=task_json)).status_code == status
    assert list(work_folder.iterdir()) == []


def test_the_upload_of_a_refused_request_is_not_kept(make_app: Callable[..., Flask]) -> None:
    """Its error's traceback knows everything of the request until garbage is collected."""
    picture = os.urandom(MIB)
    upload = raw(template_part(docx(p("x"), extra={"word/media/image1.png": picture})), task_part())
    app = make_app(max_concurrency=1)
    gc.collect()
    gc.disable()
    try:
        with app.extensions[EXTENSION].slots.take():
            assert app.test_client().post("/v1/run", **upload).status_code == 429
        lists = [each for each in gc.get_objects() if type(each) is list]
        kept = [each for each in lists if any(_is_piece_of(picture, item) for item in each)]
    finally:
        gc.enable()
    assert kept == []


def _is_piece_of(picture: bytes, item: object) -> bool:
    """Say whether ``item`` is a great piece of this upload: other tests' forms may be in memory as well."""
    if not isinstance(item, bytes):
        return False
    middle = len(item) // 2
    return middle > MIB // 16 and item[middle : middle + 64] in picture
