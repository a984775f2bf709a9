"""Measures the engine of source trees in turns: ``python benchmarks/two_trees.py [-n ROUNDS] TREE...``.

Each tree has a process of its own, and every document is filled by each of them in each round, so the ratios
hold on a machine whose speed changes. Printed are medians of the CPU time (user and system, ms) and how many
times the limit (``contestants.fill_at_the_limit``) that is. *again* is a compiled template rendered again.
"""

import argparse
import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

KINDS = ("limit", "quick", "strict", "again")


def main() -> None:
    """Measure the trees of the command line and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("-n", "--rounds", type=int, default=9)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        names = _write_documents(arguments.trees[0], Path(folder))
        workers = {tree: _started(tree, Path(folder)) for tree in arguments.trees}
        _write_row("document", "tree", *KINDS)
        _write_row("---", "---", *["---:"] * len(KINDS))
        for number, name in enumerate(names):
            _measure(number, name, workers, arguments.rounds)
        for worker in workers.values():
            worker.communicate("")


def _measure(number: int, name: str, workers: dict[Path, "subprocess.Popen[str]"], rounds: int) -> None:
    times: dict[tuple[Path, str], list[float]] = {(tree, kind): [] for tree in workers for kind in KINDS}
    # The first round is not counted.
    for turn in range(rounds + 1):
        for (tree, kind), of_kind in times.items():
            milliseconds = _asked(workers[tree], number, kind)
            if turn:
                of_kind.append(milliseconds)
    limit = median(each for tree in workers for each in times[tree, "limit"])
    for tree in workers:
        medians = [median(times[tree, kind]) for kind in KINDS]
        cells = [f"{each:.3g} ({each / limit:.2f})" for each in medians]
        _write_row(name, tree.resolve().name, *cells)


def _write_row(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


def _write_documents(tree: Path, folder: Path) -> list[str]:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from benchmarks.documents import FIELDS, bracketed, contest_documents, package, run, table\n"
        "documents = [(each.name, each.spelled(bracketed)) for each in contest_documents()]\n"
        "numbers = iter(range(5000))\n"
        "distinct = table(1000, lambda name: run(f'第{next(numbers)}格：【{name}】'))\n"
        "documents.append(('table 1,000 × 5, distinct texts', package(distinct)))\n"
        "for number, (name, content) in enumerate(documents):\n"
        "    Path(sys.argv[2], f'{number}.docx').write_bytes(content)\n"
        "    print(name)\n"
    )
    command = [sys.executable, "-c", program, str(tree.resolve()), str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def _started(tree: Path, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, str(Path(__file__).resolve()), "--worker", str(tree.resolve()), str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _asked(worker: "subprocess.Popen[str]", number: int, kind: str) -> float:
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(f"{number} {kind}\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


def _work(tree: str, documents: Path) -> None:
    """Fill documents as the lines of standard input say; write the milliseconds of each."""
    sys.path[0] = tree
    os.chdir(tree)
    from benchmarks.contestants import engine, fill_at_the_limit
    from benchmarks.documents import VALUES
    from docops_flask.engine.job import Job, JobKind
    from docops_flask.engine.opc.package import Package
    from docops_flask.engine.options import PRESETS
    from docops_flask.engine.render import Template
    from docops_flask.intake.catalogue.skills import load_skills

    skills = load_skills()
    values = {name.lower(): value for name, value in VALUES.items()}
    job = Job(JobKind.RUN, tuple(skills), skills.get("inspection_record"), values, PRESETS["quick"])
    templates: dict[Path, Template] = {}

    def again(path: Path, folder: Path) -> None:
        templates[path].render_to_zip(job, folder / "again.zip")

    fills = {"limit": fill_at_the_limit, "quick": engine("quick"), "strict": engine("strict"), "again": again}
    for line in sys.stdin:
        number, kind = line.split()
        path = documents / f"{number}.docx"
        if kind == "again" and path not in templates:
            templates.clear()
            templates[path] = Template(Package(path, job.limits), job.limits)
        with TemporaryDirectory() as folder:
            gc.collect()
            gc.disable()
            started = time.process_time()
            fills[kind](path, Path(folder))
            sys.stdout.write(f"{(time.process_time() - started) * 1000}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        _work(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
