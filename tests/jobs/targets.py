"""What renderer processes are made to do in the tests, in place of the engine's ``run_job``.

A renderer imports this module by name, so it imports nothing but the standard library and the engine.
"""

import errno
import gc
import json
import mmap
import os
import pickle
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from docops_flask.engine.errors import InvalidTemplate, TemplateLimitExceeded, from_record
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.worker import isolation, worker

SECRET = "a salary nobody may read"


def echo(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {
        "kind": job.kind.value,
        "payload": job.payload,
        "template": Path(template).read_text(),
        "pid": os.getpid(),
    }


def describe_process(job: Job, template: str, folder: str) -> dict[str, Any]:
    handlers = {
        number.name: repr(signal.getsignal(number))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
    }
    return {
        "descriptors": {name: _link(name) for name in os.listdir("/proc/self/fd")},
        "handlers": handlers,
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "wakeup_fd": signal.set_wakeup_fd(-1),
        "leads_its_session": os.getsid(0) == os.getpid(),
        "core_limit": resource.getrlimit(resource.RLIMIT_CORE),
        "threads": len(os.listdir("/proc/self/task")),
    }


def _link(name: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{name}")
    except FileNotFoundError:
        return "closed"


def list_modules(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {"modules": sorted(sys.modules), "main": getattr(sys.modules["__main__"], "__file__", None)}


def tell_search_path(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {"path": sys.path}


def list_loaders(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Tell of each module what sort of loader it has."""
    specs = {name: getattr(module, "__spec__", None) for name, module in list(sys.modules.items())}
    return {name: type(spec.loader).__name__ for name, spec in specs.items() if spec is not None}


def run_and_list_modules(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Do the real job and tell what was loaded before and after it."""
    before = set(sys.modules)
    result = run_job(job, template, folder)
    return {"exit_code": result.get("exit_code"), "new": sorted(set(sys.modules) - before)}


def refuse_template(job: Job, template: str, folder: str) -> NoReturn:
    raise InvalidTemplate("template: the ZIP is damaged.", reason="zip")


def exceed_limit(job: Job, template: str, folder: str) -> NoReturn:
    raise TemplateLimitExceeded("template: too many entries.", limit="zip_entries", maximum=1000)


def have_a_bug(job: Job, template: str, folder: str) -> NoReturn:
    raise KeyError(SECRET)


def call_exit(job: Job, template: str, folder: str) -> NoReturn:
    sys.exit(3)


def return_no_json(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {"value": object()}


def report_too_much(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {"text": "x" * worker.RESULT_LIMIT_BYTES}


def exit_with_three(job: Job, template: str, folder: str) -> NoReturn:
    os._exit(3)


def kill_itself(job: Job, template: str, folder: str) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def abort(job: Job, template: str, folder: str) -> NoReturn:
    os.abort()


def stop_itself(job: Job, template: str, folder: str) -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGSTOP)
    return hang(job, template, folder)


def hang(job: Job, template: str, folder: str) -> NoReturn:
    (Path(folder) / "hanging").write_text(str(os.getpid()))
    while True:
        time.sleep(60)


def hang_without_letting_go(job: Job, template: str, folder: str) -> NoReturn:
    """Hold the interpreter lock for good, as a long call into C does."""
    (Path(folder) / "hanging").write_text(str(os.getpid()))
    sys.setswitchinterval(1e6)
    while True:
        pass


def wait_for_go(job: Job, template: str, folder: str) -> dict[str, Any]:
    (Path(folder) / "waiting").write_text(str(os.getpid()))
    while not (Path(folder) / "go").exists():
        time.sleep(0.01)
    return {}


def ignore_sigterm(job: Job, template: str, folder: str) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hang(job, template, folder)


def leave_half_an_answer(job: Job, template: str, folder: str) -> NoReturn:
    (Path(folder) / worker.RESULT_FILE).write_text('{"result": {"exit_code"')
    _say(worker.DONE)
    os._exit(0)


def leave_half_an_answer_and_hang(job: Job, template: str, folder: str) -> NoReturn:
    (Path(folder) / worker.RESULT_FILE).write_text('{"result": {"exit_code"')
    hang(job, template, folder)


def leave_garbage(job: Job, template: str, folder: str) -> NoReturn:
    (Path(folder) / worker.RESULT_FILE).write_bytes(os.urandom(1000))
    _say(worker.DONE)
    os._exit(0)


def leave_other_json(job: Job, template: str, folder: str) -> NoReturn:
    (Path(folder) / worker.RESULT_FILE).write_text('["result"]')
    _say(worker.DONE)
    os._exit(0)


def leave_a_malformed_error(job: Job, template: str, folder: str) -> NoReturn:
    record = {"code": "INVALID_TEMPLATE", "message": "m", "detail": [1, 2]}
    (Path(folder) / worker.RESULT_FILE).write_text(json.dumps({"error": record}))
    _say(worker.DONE)
    os._exit(1)


def leave_deep_json(job: Job, template: str, folder: str) -> NoReturn:
    (Path(folder) / worker.RESULT_FILE).write_text("[" * 100_000)
    _say(worker.DONE)
    os._exit(0)


def leave_too_much(job: Job, template: str, folder: str) -> NoReturn:
    content = json.dumps({"result": {"text": "x" * worker.RESULT_LIMIT_BYTES}})
    (Path(folder) / worker.RESULT_FILE).write_text(content)
    _say(worker.DONE)
    os._exit(0)


def leave_a_link(job: Job, template: str, folder: str) -> NoReturn:
    (Path(folder) / worker.RESULT_FILE).symlink_to("/etc/passwd")
    _say(worker.DONE)
    os._exit(0)


def leave_a_pipe(job: Job, template: str, folder: str) -> NoReturn:
    os.mkfifo(Path(folder) / worker.RESULT_FILE)
    _say(worker.DONE)
    os._exit(0)


def say_done_without_an_answer(job: Job, template: str, folder: str) -> NoReturn:
    _say(worker.DONE)
    os._exit(0)


def say_nonsense(job: Job, template: str, folder: str) -> NoReturn:
    for _ in range(5):
        _say(b"?" * 1000)
    hang(job, template, folder)


def answer_and_stay(job: Job, template: str, folder: str) -> NoReturn:
    """Answer well, but do not leave, whatever is asked for."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (Path(folder) / worker.RESULT_FILE).write_text('{"result": {"answered": true}}')
    _say(worker.DONE)
    hang(job, template, folder)


def pickled(job: Job) -> bytes:
    return pickle.dumps(job)


def _say(message: bytes) -> None:
    """Speak on the renderer's channel: the one socket it has."""
    for name in os.listdir("/proc/self/fd"):
        if _link(name).startswith("socket:") and int(name) > 2:
            os.write(int(name), message)


def flood_stderr(job: Job, template: str, folder: str) -> dict[str, Any]:
    for _ in range(200):
        os.write(2, b"flood " * 2000 + b"\n")
    return {"flooded": True}


def collect_garbage_between_open_files(job: Job, template: str, folder: str) -> dict[str, Any]:
    files = [(Path(folder) / f"{number}").open("wb", buffering=0) for number in range(30)]
    gc.collect()
    written = [file.write(b"x") for file in files]
    return {"written": sum(written)}


def use_all_memory(job: Job, template: str, folder: str) -> dict[str, Any]:
    hoard = []
    while True:
        hoard.append(bytearray(16 * 1024 * 1024))


def map_more_than_allowed(job: Job, template: str, folder: str) -> dict[str, Any]:
    mmap.mmap(-1, 1 << 40)
    return {}


def use_100_mib(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {"bytes": len(bytearray(100 * 1024 * 1024))}


def fill_the_volume(job: Job, template: str, folder: str) -> dict[str, Any]:
    Path("/dev/full").write_bytes(b"x" * 100_000)
    return {}


def fail_on_another_file(job: Job, template: str, folder: str) -> NoReturn:
    raise OSError(errno.EACCES, SECRET)


def fork_and_hang(job: Job, template: str, folder: str) -> NoReturn:
    _fork_a_sleeper(folder)
    hang(job, template, folder)


def fork_and_crash(job: Job, template: str, folder: str) -> NoReturn:
    _fork_a_sleeper(folder)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _fork_a_sleeper(folder: str) -> None:
    pid = os.fork()
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    # Its name says that it is whole.
    (Path(folder) / "grandchild.part").write_text(str(pid))
    (Path(folder) / "grandchild.part").rename(Path(folder) / "grandchild")


def refuse_with_an_odd_detail(job: Job, template: str, folder: str) -> NoReturn:
    raise TemplateLimitExceeded("template: odd.", limit="zip_entries", maximum=object())  # type: ignore[arg-type]


def have_a_bug_in_the_engine(job: Job, template: str, folder: str) -> NoReturn:
    from_record({"code": "INVALID_TEMPLATE", "detail": {1: 2}})
    raise AssertionError


def tell_memory_limit(job: Job, template: str, folder: str) -> dict[str, Any]:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return {"limit": resource.getrlimit(resource.RLIMIT_AS), "mapped": pages * resource.getpagesize()}


def lower_the_limit_and_isolate(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Take the memory limit once more, below one that the machine has set."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard - 4096, hard - 4096))
    before = resource.getrlimit(resource.RLIMIT_AS)
    isolation.limit_memory(2**40)
    return {"before": before, "after": resource.getrlimit(resource.RLIMIT_AS)}


def tell_environment(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {"environment": dict(os.environ)}


def spin(job: Job, template: str, folder: str) -> NoReturn:
    while True:
        pass


def fill_a_file(job: Job, template: str, folder: str) -> dict[str, Any]:
    path = Path(folder) / "growing"
    try:
        with path.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(100_000))
    except OSError as error:
        return {"error": errno.errorcode[error.errno or 0], "size": path.stat().st_size}


def tell_priority(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {"priority": os.getpriority(os.PRIO_PROCESS, 0)}
