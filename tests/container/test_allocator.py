"""Variables set glibc's allocator (mallopt(3)): the same for every way to start a server, with effect."""

import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
import yaml

from tests.conftest import ROOT, require
from tests.container.dockerfile import stages
from tools.lib.server import ALLOCATOR

VARIABLES = {
    name: value
    for each in stages(ROOT / "Dockerfile")[-1].all("ENV")
    for name, value in each.pairs.items()
    if name.startswith("MALLOC_")
}


def in_compose() -> dict[str, str]:
    """The variables of the composed service."""
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return dict(compose["services"]["docops"]["environment"])


def in_kubernetes() -> dict[str, str]:
    """The variables of the deployment's container."""
    deployment = yaml.safe_load((ROOT / "docs/kubernetes/deployment.yaml").read_text())
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each["value"] for each in container["env"]}


def in_the_guide() -> dict[str, str]:
    """The variables of the systemd unit."""
    lines = re.findall(r"^Environment=(.*)$", (ROOT / "docs/deployment.md").read_text(), re.MULTILINE)
    return dict(word.partition("=")[::2] for line in lines for word in line.split())


def test_the_image_sets_heaps_and_thresholds() -> None:
    assert VARIABLES == {
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRIM_THRESHOLD_": "4194304",
        "MALLOC_MMAP_THRESHOLD_": "1048576",
    }


@pytest.mark.parametrize(
    "variables",
    [in_compose, in_kubernetes, in_the_guide, lambda: ALLOCATOR],
    ids=["compose", "k8s", "unit", "tools"],
)
def test_every_other_way_to_start_a_server_sets_the_same(variables: Callable[[], dict[str, str]]) -> None:
    told = {name: value for name, value in variables().items() if name.startswith("MALLOC_")}
    assert told == VARIABLES


def run(program: str, variables: dict[str, str]) -> str:
    """What ``program`` prints with these variables of the allocator."""
    require(hasattr(ctypes.CDLL(None), "malloc_info"), "the C library is not glibc")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environ | variables, capture_output=True, text=True, check=True).stdout


ALLOCATE_IN_MANY_THREADS = """
import ctypes, threading

meet = threading.Barrier(24)

def allocate():
    held = [bytearray(4000) for _ in range(50)]
    meet.wait()
    return held

threads = [threading.Thread(target=allocate) for _ in range(24)]
for each in threads:
    each.start()
for each in threads:
    each.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
"""


@pytest.mark.parametrize(("variables", "is_limited"), [(VARIABLES, True), ({}, False)], ids=["set", "unset"])
def test_a_process_of_many_threads_keeps_to_two_heaps(variables: dict[str, str], is_limited: bool) -> None:
    assert (run(ALLOCATE_IN_MANY_THREADS, variables).count("<heap nr=") <= 2) is is_limited


TAKE_AND_FREE = """
import resource

def one_upload():
    return len([bytes(700_000) for _ in range(4)])

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

one_upload()
before = faults()
for _ in range(20):
    one_upload()
print(faults() - before)
"""


def test_memory_for_one_upload_after_another_is_not_asked_of_the_system_each_time() -> None:
    # Without the variables some 2,000 pages are made anew.
    assert int(run(TAKE_AND_FREE, VARIABLES)) < 1000
