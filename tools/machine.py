"""What a benchmark ran on, for whoever reads its figures."""

import os
import platform
import subprocess
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def describe_machine() -> dict[str, str]:
    """Return what is known of this machine, its load (1 minute, before the run), the build and the time."""
    return {
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} cores for this process",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "commit": _commit(),
        "time": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _commit() -> str:
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=_ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()
