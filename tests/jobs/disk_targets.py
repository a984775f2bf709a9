"""What renderers are made to do to their folder, and to the files that their server reads from it.

A renderer imports this module by name, so it imports nothing but the standard library and the engine.
"""

import os
import time
from pathlib import Path
from typing import Any

from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import ARCHIVE, run_job
from docops_flask.engine.worker import worker

_MIB = 2**20
_NAME = "d" * 100


def nest_3000_folders(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Do the job, and leave folders in folders; the innermost has no path that the system would take."""
    result = run_job(job, template, folder) if job.skill is not None else {}
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(3000):
        os.mkdir(_NAME, dir_fd=opened)
        inner = os.open(_NAME, os.O_RDONLY | os.O_DIRECTORY, dir_fd=opened)
        os.close(opened)
        opened = inner
    return result


def nest_and_hang(job: Job, template: str, folder: str) -> dict[str, Any]:
    nest_3000_folders(job._replace(skill=None), template, folder)
    return _hang()


def make_a_folder_and_hang(job: Job, template: str, folder: str) -> dict[str, Any]:
    os.mkdir(os.path.join(folder, "sub"))
    return _hang()


def make_many_files_and_hang(job: Job, template: str, folder: str) -> dict[str, Any]:
    for number in range(20_000):
        os.close(os.open(os.path.join(folder, str(number)), os.O_CREAT | os.O_WRONLY))
    return _hang()


def write_8_mib_and_hang(job: Job, template: str, folder: str) -> dict[str, Any]:
    for number in range(8):
        Path(folder, f"{number}").write_bytes(os.urandom(_MIB))
    return _hang()


def write_8_mib_without_a_name_and_hang(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Take room that no look into the folder finds."""
    files = []
    for number in range(8):
        path = Path(folder, f"{number}")
        files.append(path.open("wb", buffering=0))
        path.unlink()
        files[-1].write(os.urandom(_MIB))
    return _hang()


def write_8_mib_and_answer(job: Job, template: str, folder: str) -> dict[str, Any]:
    Path(folder, "large").write_bytes(os.urandom(8 * _MIB))
    return {}


def leave_a_hole_of_a_tebibyte(job: Job, template: str, folder: str) -> dict[str, Any]:
    with Path(folder, "sparse").open("wb") as file:
        file.truncate(2**40)
    return {}


def close_the_folder(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Keep everybody out of the folder, once the answer lies there."""
    result = os.path.join(folder, worker.RESULT_FILE)
    Path(result).write_text('{"result": {}}')
    os.chmod(folder, 0)
    _say_done()
    os._exit(0)


def leave_a_second_name(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Leave a result that has another name as well."""
    result = os.path.join(folder, worker.RESULT_FILE)
    Path(result).write_text('{"result": {}}')
    os.link(result, os.path.join(folder, "another"))
    _say_done()
    os._exit(0)


def leave_the_template_as_archive(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Do the job, and put something else in the place of its ZIP: a sound one, with other members."""
    result = run_job(job, template, folder)
    os.replace(template, os.path.join(folder, ARCHIVE))
    return result


def leave_no_archive(job: Job, template: str, folder: str) -> dict[str, Any]:
    result = run_job(job, template, folder)
    os.unlink(os.path.join(folder, ARCHIVE))
    return result


def leave_a_link_as_archive(job: Job, template: str, folder: str) -> dict[str, Any]:
    result = leave_no_archive(job, template, folder)
    os.symlink(template, os.path.join(folder, ARCHIVE))
    return result


def leave_a_second_name_of_the_archive(job: Job, template: str, folder: str) -> dict[str, Any]:
    result = run_job(job, template, folder)
    os.link(os.path.join(folder, ARCHIVE), os.path.join(folder, "another"))
    return result


def leave_a_pipe_as_archive(job: Job, template: str, folder: str) -> dict[str, Any]:
    result = leave_no_archive(job, template, folder)
    os.mkfifo(os.path.join(folder, ARCHIVE))
    return result


def lie_of_the_exit_code(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {**run_job(job, template, folder), "exit_code": "x"}


def tell_many_issue_codes(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {
        **run_job(job, template, folder),
        "format_issue_codes": {f"CODE_{number}": 1 for number in range(100_000)},
    }


def tell_too_much(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {**run_job(job, template, folder), "more": "x" * (worker.RESULT_LIMIT_BYTES // 2)}


def _say_done() -> None:
    for name in os.listdir("/proc/self/fd"):
        try:
            link = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            continue
        if link.startswith("socket:") and int(name) > 2:
            os.write(int(name), worker.DONE)


def _hang() -> dict[str, Any]:
    while True:
        time.sleep(60)
