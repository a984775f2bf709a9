"""``python -m benchmarks.merge_contest``: compares merges of many rows with loops over other libraries.

Prints one JSON object: the time of each implementation in every round, and which libraries were left out.
Each makes a document of every row; the engine reads the rows from CSV, checks the format of each document and
proves it, and writes one ZIP with lists of the results.
"""

import argparse
import csv
import gc
import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.documents import FIELDS, VALUES, Spelling, bracketed, merged, package, paragraphs, templated
from benchmarks.npm_peers import NpmPeer, started
from benchmarks.timing import timed
from docops_flask.engine.job import Job, JobKind, RowsAsked
from docops_flask.engine.options import PRESETS
from docops_flask.engine.pipeline import run_job
from docops_flask.intake.catalogue.skills import load_skills
from tools.benchmark.load import interleaved

_ROWS_FILE = "rows.csv"
# Fills the template (first path) for each row and writes the documents into the folder (second path).
Merge = Callable[[Path, Path, Sequence[Mapping[str, str]]], None]


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--npm", type=Path, help="a folder with node_modules, outside the project")
    given = parser.parse_args(arguments)
    peers, left_out = started(given.npm)
    try:
        with TemporaryDirectory(prefix="bench-merge-") as scratch:
            rounds = contest(rows_of(given.rows), given.rounds, Path(scratch), peers)
    finally:
        for peer in peers.values():
            peer.close()
    json.dump({"rows": given.rows, "rounds": rounds, "left_out": left_out}, sys.stdout, ensure_ascii=False)
    return 0


def rows_of(count: int) -> list[dict[str, str]]:
    """Return the values of ``count`` rows, each with a subject of its own."""
    return [{**VALUES, "INSPECTION_SUBJECT": f"第{number}号车间消防设施"} for number in range(1, count + 1)]


def contest(
    rows: Sequence[Mapping[str, str]], rounds: int, scratch: Path, peers: Mapping[str, NpmPeer]
) -> dict[str, list[dict[str, float]]]:
    """Return the timings of all, measured in turns; raises ``ValueError`` for too few documents."""
    tasks: dict[str, Callable[[], dict[str, float]]] = {}
    body = partial(paragraphs, len(FIELDS))
    for number, (name, (spell, merge)) in enumerate(implementations().items()):
        template = scratch / f"template{number}.docx"
        template.write_bytes(package(body(spell)))
        with TemporaryDirectory(dir=scratch) as folder:
            merge(template, Path(folder), rows)
            _look_at(Path(folder), len(rows), name)
        tasks[name] = partial(timed, partial(_merged, merge, template, rows), scratch)
    for name in peers.keys() & {"docxtemplater"}:
        template = scratch / f"{name}.docx"
        template.write_bytes(package(body(braced)))
        tasks[name] = partial(_loop_in_node, peers[name], template, _payloads(scratch, rows), scratch)
    return interleaved(tasks, rounds)


def implementations() -> dict[str, tuple[Spelling, Merge]]:
    """Return what runs in this process, by name, with the syntax of its templates."""
    return {
        "engine": (bracketed, partial(merge_with_engine, all_artefacts=False)),
        "engine, all artefacts": (bracketed, partial(merge_with_engine, all_artefacts=True)),
        "docxtpl": (templated, merge_with_docxtpl),
        "docx-mailmerge2": (merged, merge_with_mailmerge),
    }


def merge_with_engine(
    template: Path, folder: Path, rows: Sequence[Mapping[str, str]], *, all_artefacts: bool
) -> None:
    """Do the merge as a renderer does, whose garbage collection is its own affair."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [name.lower() for name in FIELDS])
    writer.writeheader()
    writer.writerows({name.lower(): value for name, value in row.items()} for row in rows)
    (folder / _ROWS_FILE).write_text(text.getvalue(), encoding="utf-8")
    skill = load_skills().get("inspection_record")
    asked = RowsAsked(_ROWS_FILE, _ROWS_FILE, {}, len(rows), all_artefacts=all_artefacts)
    gc.disable()
    try:
        run_job(Job(JobKind.MERGE, (), skill, options=PRESETS["quick"], rows=asked), template, folder)
    finally:
        gc.enable()


def merge_with_docxtpl(template: Path, folder: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Render a Jinja template for each row, as docxtpl's documentation does."""
    from docxtpl import DocxTemplate

    for number, row in enumerate(rows):
        document = DocxTemplate(template)
        document.render(dict(row))
        document.save(folder / f"{number}.docx")


def merge_with_mailmerge(template: Path, folder: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Fill merge fields for each row with docx-mailmerge2."""
    from mailmerge import MailMerge

    for number, row in enumerate(rows):
        with MailMerge(template) as document:
            document.merge(**row)
            document.write(folder / f"{number}.docx")


def braced(field: str) -> str:
    """Return a field as docxtemplater has it."""
    return bracketed(field).replace("【", "{").replace("】", "}")


def _payloads(scratch: Path, rows: Sequence[Mapping[str, str]]) -> list[Path]:
    found = []
    for number, row in enumerate(rows):
        found.append(scratch / f"{number}.json")
        found[-1].write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    return found


def _loop_in_node(peer: NpmPeer, template: Path, payloads: Sequence[Path], scratch: Path) -> dict[str, float]:
    """Fill the template for each payload; the sums of what the library takes, without reading payloads."""
    with TemporaryDirectory(dir=scratch) as folder:
        timings = [peer.fill(template, each, Path(folder, f"{each.stem}.docx")) for each in payloads]
        _look_at(Path(folder), len(payloads), "docxtemplater")
    return {clock: sum(each[clock] for each in timings) for clock in ("cpu_ms", "wall_ms")}


def _merged(merge: Merge, template: Path, rows: Sequence[Mapping[str, str]], folder: Path) -> None:
    merge(template, folder, rows)


def _look_at(folder: Path, count: int, name: str) -> None:
    archive = folder / "outputs.zip"
    if archive.exists():
        with zipfile.ZipFile(archive) as made:
            found: list[Any] = [each for each in made.namelist() if each.endswith(".docx")]
    else:
        found = list(folder.glob("*.docx"))
    if len(found) != count:
        raise ValueError(f"{name} made {len(found)} documents of {count} rows")


if __name__ == "__main__":
    sys.exit(main())
