"""Measures the engine of source trees in turns: ``python benchmarks/two_trees.py [-n ROUNDS] TREE...``.

Each tree has a process of its own, and every document is filled by each of them in each round, so the ratios
hold on a machine whose speed changes. Printed are medians of the CPU time (user and system, ms) and how many
times the limit (``contestants.fill_at_the_limit``) that is. *again* is a compiled template rendered again,
*suggested* is ``quick`` with ``export_suggested_policy``. With ``--large`` the documents are two of 12 MB
(``documents.large_document``): one where cells look alike, one where few do.
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
KINDS_OF_LARGE = ("limit", "quick", "suggested")


def main() -> None:
    """Measure the trees of the command line and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("-n", "--rounds", type=int, default=9)
    parser.add_argument("--large", action="store_true", help="documents of 12 MB, with the suggested policy")
    arguments = parser.parse_args()
    kinds = KINDS_OF_LARGE if arguments.large else KINDS
    with TemporaryDirectory() as folder:
        names = _write_documents(Path(folder), is_large=arguments.large)
        workers = {tree: _started(tree, Path(folder)) for tree in arguments.trees}
        _write_row("document", "tree", *kinds)
        _write_row("---", "---", *["---:"] * len(kinds))
        for number, name in enumerate(names):
            _measure(number, name, workers, arguments.rounds, kinds)
        for worker in workers.values():
            worker.communicate("")


def _measure(
    number: int, name: str, workers: dict[Path, "subprocess.Popen[str]"], rounds: int, kinds: tuple[str, ...]
) -> None:
    times: dict[tuple[Path, str], list[float]] = {(tree, kind): [] for tree in workers for kind in kinds}
    # The first round is not counted.
    for turn in range(rounds + 1):
        for (tree, kind), of_kind in times.items():
            milliseconds = _asked(workers[tree], number, kind)
            if turn:
                of_kind.append(milliseconds)
    limit = median(each for tree in workers for each in times[tree, "limit"])
    for tree in workers:
        medians = [median(times[tree, kind]) for kind in kinds]
        cells = [f"{each:.3g} ({each / limit:.2f})" for each in medians]
        _write_row(name, tree.resolve().name, *cells)


def _write_row(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


def _write_documents(folder: Path, *, is_large: bool) -> list[str]:
    """Write the documents of this tree, numbered from 0; return their names."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.documents import bracketed, contest_documents, large_document, package, run, table

    if is_large:
        documents = [
            ("12 MB, cells look alike", large_document(distinct=False)),
            ("12 MB, few cells look alike", large_document(distinct=True)),
        ]
    else:
        documents = [(each.name, each.spelled(bracketed)) for each in contest_documents()]
        numbers = iter(range(5000))
        distinct = table(1000, lambda name: run(f"第{next(numbers)}格：【{name}】"))
        documents.append(("table 1,000 × 5, distinct texts", package(distinct)))
    for number, (_, content) in enumerate(documents):
        (folder / f"{number}.docx").write_bytes(content)
    return [name for name, _ in documents]


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
    from docops_flask.engine.pipeline import run_job
    from docops_flask.engine.render import Template
    from docops_flask.intake.catalogue.skills import load_skills

    skills = load_skills()
    values = {name.lower(): value for name, value in VALUES.items()}
    job = Job(JobKind.RUN, tuple(skills), skills.get("inspection_record"), values, PRESETS["quick"])
    templates: dict[Path, Template] = {}

    def again(path: Path, folder: Path) -> None:
        templates[path].render_to_zip(job, folder / "again.zip")

    def suggested(path: Path, folder: Path) -> None:
        run_job(job._replace(options=job.options._replace(export_suggested_policy=True)), path, folder)

    fills = {
        "limit": fill_at_the_limit,
        "quick": engine("quick"),
        "strict": engine("strict"),
        "again": again,
        "suggested": suggested,
    }
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
