"""Small files that repeat one thing: none may cost more than a file of its size, whatever is repeated."""

import time

from tools.client import Client
from tools.endurance_clients import send_job
from tools.endurance_server import EnduranceServer, endurance_server
from tools.endurance_verdict import Verdict
from tools.small_files import SmallFile, small_files

# Of the size for which the limits below are, and of the short form.
REPEATED = 4000
# Each takes a tenth of that; quadratic time would be many times as much.
_CPU_SECONDS = 5.0
# On a machine that others load as well.
_WALL_SECONDS = 30.0
_MOST_BYTES = 1_000_000


def small(repeated: int) -> Verdict:
    """Send each small file, its thing ``repeated`` times in it: the status that is due, in time.

    The limits are for 4,000 times and grow as the files do.
    """
    verdict = Verdict()
    share = max(1.0, repeated / REPEATED)
    costs: dict[str, tuple[float, float]] = {}
    files = small_files(repeated)
    with endurance_server(verdict, max_concurrency=1) as server:
        send_job(server.client, 0)
        for name, file in files.items():
            told, cpu, wall = _cost(server, file)
            costs[name] = cpu, wall
            verdict.demand(told == str(file.due), f"{name}: told {told}, {file.due} is due")
            verdict.demand(cpu <= _CPU_SECONDS * share, f"{name}: {cpu:.1f} s of CPU")
            verdict.demand(wall <= _WALL_SECONDS * share, f"{name}: {wall:.1f} s")
        afterwards = send_job(server.client, 0)
    largest = max(file.size() for file in files.values())
    verdict.figures |= {"files": len(files), "largest bytes": largest}
    verdict.figures |= {f"{name} CPU s": round(cpu, 2) for name, (cpu, _) in costs.items()}
    verdict.figures["slowest s"] = round(max(wall for _, wall in costs.values()), 2)
    verdict.demand(largest <= _MOST_BYTES * share, f"one has {largest} bytes: it is not small")
    verdict.demand(afterwards.told == "200", f"the next good job was told {afterwards.told}")
    return verdict


def _cost(server: EnduranceServer, file: SmallFile) -> tuple[str, float, float]:
    """Return what was told, and the seconds of CPU and of the clock that it took."""
    client, form = Client(server.server.base_url), file.form()
    cpu, began = _cpu_seconds(server), time.monotonic()
    try:
        told = str(client.post_form(file.path, form).status)
    except OSError as error:
        told = repr(error)
    return told, _cpu_seconds(server) - cpu, time.monotonic() - began


def _cpu_seconds(server: EnduranceServer) -> float:
    """Return what the workers took, with the renderers that they waited for."""
    return sum(sum(worker.cpu_times()[:4]) for worker in server.workers())
