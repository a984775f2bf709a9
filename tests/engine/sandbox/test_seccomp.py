"""The filter of system calls, run for every call number, against the page that gives a reason for each."""

import errno
import fcntl
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from docops_flask.engine.sandbox import seccomp
from docops_flask.engine.sandbox.system_calls import (
    NUMBERS,
    Architecture,
    UnknownArchitecture,
    architecture,
    call,
)
from tests.engine.sandbox import bpf

PAGE = Path(__file__).parents[3] / "docs" / "analysis" / "system-calls.md"
PID = 4711
REFUSED, ABSENT = bpf.ERRNO | errno.EPERM, bpf.ERRNO | errno.ENOSYS
# Of the tables of both architectures, with room for calls to come.
MOST_CALLS = 1024
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
NEWER_THAN_THE_HEADERS = frozenset({"fchmodat2", "setxattrat", "open_tree_attr"})


@pytest.fixture(params=["x86_64", "aarch64"])
def target(request: pytest.FixtureRequest) -> Architecture:
    return architecture(request.param)


@pytest.fixture
def answer(target: Architecture) -> Callable[..., int]:
    """Return the function that runs the filter for a call by name."""
    program = seccomp.program(target, PID)

    def answer(name: str, *arguments: int) -> int:
        return bpf.run(program, target.audit_number, target.numbers[name], *arguments)

    return answer


def section(title: str) -> str:
    return PAGE.read_text().split(f"## {title}\n")[1].split("\n## ")[0]


def first_column(title: str) -> list[str]:
    rows = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]


def test_every_call_that_is_always_allowed_has_its_reason_on_the_page(target: Architecture) -> None:
    program = seccomp.program(target, PID)
    allowed = {
        number
        for number in range(MOST_CALLS)
        if bpf.run(program, target.audit_number, number, *[2**64 - 1] * 6) == bpf.ALLOW
    }
    names = {name for name, number in target.numbers.items() if number in allowed}
    assert len(names) == len(allowed)
    assert names == {name for name in first_column("Always allowed") if name in target.numbers}


def test_the_page_names_every_allowed_call_and_no_other() -> None:
    assert sorted(first_column("Always allowed")) == sorted(seccomp.ALLOWED)
    assert sorted(first_column("Allowed with certain arguments")) == sorted(seccomp.CONDITIONAL)
    assert sorted(first_column("Answered with ENOSYS")) == sorted(seccomp.ABSENT)


def test_the_page_names_what_pdf_jobs_have_beside_them() -> None:
    more = (*seccomp.ALLOWED_WITH_THREADS, *seccomp.CONDITIONAL_WITH_THREADS)
    assert sorted(first_column("Allowed beside them in jobs with a PDF")) == sorted(more)


ONES = [2**64 - 1] * 6


def test_pdf_jobs_have_these_and_no_other(target: Architecture) -> None:
    plain, with_threads = (seccomp.program(target, PID, threads=threads) for threads in (False, True))
    for name, number in target.numbers.items():
        answers = [
            bpf.run(each, target.audit_number, number, *[2**64 - 1] * 6) for each in (plain, with_threads)
        ]
        if name in seccomp.ALLOWED_WITH_THREADS:
            assert answers == [REFUSED, bpf.ALLOW], name
        else:
            assert answers[0] == answers[1], name


THREAD = (
    0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x80000 | 0x100000 | 0x200000
)  # the flags of pthread_create, in linux/sched.h


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (THREAD, bpf.ALLOW),
        (THREAD & ~0x10000, REFUSED),  # without CLONE_THREAD: a process
        (THREAD | 0x2000, REFUSED),  # CLONE_PTRACE
        (THREAD | 0x10000000, REFUSED),  # CLONE_NEWUSER
        (THREAD | 1 << 32, REFUSED),
        (17, REFUSED),  # fork
        (0x4111, REFUSED),  # vfork
    ],
)
def test_pdf_jobs_start_threads_and_no_processes(target: Architecture, flags: int, expected: int) -> None:
    program = seccomp.program(target, PID, threads=True)
    assert bpf.run(program, target.audit_number, target.numbers["clone"], flags) == expected
    assert bpf.run(program, target.audit_number, target.numbers["clone3"], flags) == ABSENT


@pytest.mark.parametrize(("flags", "expected"), [(0, bpf.ALLOW), (os.O_CLOEXEC, bpf.ALLOW), (0x80, REFUSED)])
def test_pdf_jobs_make_plain_pipes(target: Architecture, flags: int, expected: int) -> None:
    """O_NOTIFICATION_PIPE (0x80) is a queue of the kernel's."""
    program = seccomp.program(target, PID, threads=True)
    assert bpf.run(program, target.audit_number, target.numbers["pipe2"], 0, flags) == expected


def test_all_other_calls_are_refused(target: Architecture) -> None:
    program = seccomp.program(target, PID)
    known = {
        target.numbers[name] for name in (*seccomp.ALLOWED, *seccomp.CONDITIONAL) if name in target.numbers
    }
    absent = {target.numbers[name] for name in seccomp.ABSENT}
    newest = max(target.numbers.values())
    for number in set(range(MOST_CALLS)) - known:
        expected = ABSENT if number in absent or number > newest else REFUSED
        assert bpf.run(program, target.audit_number, number) == expected, number


def test_calls_of_another_architecture_kill(target: Architecture) -> None:
    assert bpf.run(seccomp.program(target, PID), 0x40000003, 1) == bpf.KILL


def test_calls_with_32_bit_pointers_are_absent() -> None:
    target = architecture("x86_64")
    program = seccomp.program(target, PID)
    assert bpf.run(program, target.audit_number, 0x40000000 | target.numbers["read"]) == ABSENT


@pytest.mark.parametrize("word", [1 << 32, 0])
def test_a_process_may_signal_only_itself(answer: Callable[..., int], word: int) -> None:
    assert answer("tgkill", PID | word, PID, 6) == bpf.ALLOW
    assert answer("tgkill", PID + 1 | word, PID, 6) == REFUSED


def test_a_process_may_read_its_own_limits_and_set_none(answer: Callable[..., int]) -> None:
    pointer = 0x7F00_0000_1000
    assert answer("prlimit64", 0, 7, 0, pointer) == bpf.ALLOW
    assert answer("prlimit64", PID, 7, 0, pointer) == REFUSED
    assert answer("prlimit64", 0, 7, pointer, 0) == REFUSED
    assert answer("prlimit64", 0, 7, 0x7F00_0000_0000, 0) == REFUSED, "its lower word is 0"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (os.O_RDONLY | os.O_CLOEXEC, bpf.ALLOW),
        (os.O_WRONLY | os.O_CREAT | os.O_TRUNC, bpf.ALLOW),
        (os.O_RDWR | os.O_TRUNC, bpf.ALLOW),
        (os.O_RDONLY | os.O_TRUNC, REFUSED),
        (os.O_RDONLY | os.O_CREAT | os.O_TRUNC, REFUSED),
        (os.O_TMPFILE | os.O_RDWR, REFUSED),
    ],
)
def test_truncation_is_allowed_for_writing_only_and_unnamed_files_are_refused(
    answer: Callable[..., int], target: Architecture, flags: int, expected: int
) -> None:
    assert answer("openat", 0, 0, flags) == expected
    if "open" in target.numbers:
        assert answer("open", 0, flags) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (fcntl.F_GETFL, bpf.ALLOW),
        (fcntl.F_DUPFD_CLOEXEC, bpf.ALLOW),
        (fcntl.F_SETOWN, REFUSED),
        (15, REFUSED),  # F_SETOWN_EX
        (fcntl.F_SETFL, REFUSED),
        (fcntl.F_SETLK, REFUSED),
        (fcntl.F_SETLEASE, REFUSED),
        (fcntl.F_NOTIFY, REFUSED),
        (1033, REFUSED),  # F_ADD_SEALS
    ],
)
def test_fcntl_may_only_duplicate_and_flag_descriptors(
    answer: Callable[..., int], command: int, expected: int
) -> None:
    assert answer("fcntl", 3, command) == expected


@pytest.mark.parametrize(
    ("request_number", "expected"), [(0x5401, bpf.ALLOW), (0x8901, REFUSED), (0x5452, REFUSED)]
)
def test_ioctl_may_only_query_terminals(
    answer: Callable[..., int], request_number: int, expected: int
) -> None:
    assert answer("ioctl", 3, request_number) == expected


@pytest.mark.parametrize("machine", list(HEADERS))
def test_the_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    text = HEADERS[machine].read_text()
    theirs = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", text))
    # Names that stand for the 64-bit variant of a call.
    others = re.findall(r"#define __NR_(\w+) __NR3264_(\w+)", text)
    theirs |= {name: theirs[of] for name, of in others if of in theirs}
    ours = architecture(machine).numbers
    checked = {name: str(number) for name, number in ours.items() if name not in NEWER_THAN_THE_HEADERS}
    assert checked == {name: theirs.get(name) for name in checked}
    missing = {name for name in NUMBERS if name not in ours}
    assert not missing & theirs.keys()


def test_an_unknown_architecture_is_reported() -> None:
    with pytest.raises(UnknownArchitecture, match="riscv64"):
        architecture("riscv64")


def test_a_call_without_a_number_is_one_that_the_kernel_does_not_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(NUMBERS, "missing", (None, None))
    with pytest.raises(OSError, match="not implemented"):
        call("missing")
