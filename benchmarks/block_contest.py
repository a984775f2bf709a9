"""``python -m benchmarks.block_contest``: compares the engine with other libraries on lists.

Prints one JSON object: for each document its target and the time of each implementation in every round, and
which libraries were left out.
"""

import argparse
import gc
import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.block_documents import (
    BRACED,
    BRACKETED,
    CARBONE,
    JINJA,
    BlockDocument,
    Syntax,
    block_documents,
)
from benchmarks.npm_peers import NpmPeer, started
from benchmarks.timing import timed
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import PRESETS
from docops_flask.engine.pipeline import run_job
from tools.benchmark.load import interleaved

_SYNTAX_OF_NPM = {"docxtemplater": BRACED, "easy-template-x": BRACED, "carbone": CARBONE}
# Fills a template with a payload and returns the result.
Fill = Callable[[Path, Mapping[str, Any], Path], Path]


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--npm", type=Path, help="a folder with node_modules, outside the project")
    given = parser.parse_args(arguments)
    peers, left_out = started(given.npm)
    fills = libraries(left_out)
    try:
        with TemporaryDirectory(prefix="bench-blocks-") as scratch:
            found = [
                contest(document, given.rounds, Path(scratch), fills, peers) for document in block_documents()
            ]
    finally:
        for peer in peers.values():
            peer.close()
    json.dump({"documents": found, "left_out": left_out}, sys.stdout, ensure_ascii=False)
    return 0


def libraries(left_out: list[str]) -> dict[str, tuple[Syntax, Fill]]:
    """Return what runs in this process, by name; a sentence about what does not is added to ``left_out``."""
    found = {"engine quick": (BRACKETED, engine("quick")), "engine strict": (BRACKETED, engine("strict"))}
    try:
        import docxtpl  # noqa: F401
    except ImportError:
        left_out.append("docxtpl left out: it is not installed (requirements-dev.txt).")
        return found
    return {**found, "docxtpl": (JINJA, fill_with_docxtpl)}


def engine(preset: str) -> Fill:
    """Return the complete engine as a renderer runs it: an open task, all reports, the proof, one ZIP."""

    def fill(template: Path, payload: Mapping[str, Any], folder: Path) -> Path:
        gc.disable()
        try:
            run_job(Job(JobKind.RUN, (), None, payload, PRESETS[preset]), template, folder)
        finally:
            gc.enable()
        return folder / "outputs.zip"

    return fill


def fill_with_docxtpl(template: Path, payload: Mapping[str, Any], folder: Path) -> Path:
    """Render a Jinja template with docxtpl."""
    from docxtpl import DocxTemplate

    document = DocxTemplate(template)
    document.render(payload)
    document.save(folder / "out.docx")
    return folder / "out.docx"


def contest(
    document: BlockDocument,
    rounds: int,
    scratch: Path,
    fills: Mapping[str, tuple[Syntax, Fill]],
    peers: Mapping[str, NpmPeer],
) -> dict[str, Any]:
    """Return the timings of all on ``document``, measured in turns; each result is looked at once before.

    Raises ``ValueError`` for a result without the items.
    """
    tasks: dict[str, Callable[[], dict[str, float]]] = {}
    payload = scratch / f"{len(document.codes())}-{document.body.__name__}.json"
    payload.write_text(json.dumps(document.payload, ensure_ascii=False), encoding="utf-8")
    for number, (name, (syntax, fill)) in enumerate(fills.items()):
        template = scratch / f"template{number}.docx"
        template.write_bytes(document.spelled(syntax))
        with TemporaryDirectory(dir=scratch) as folder:
            _look_at(fill(template, document.payload, Path(folder)), document, name)
        tasks[name] = partial(timed, partial(_filled, fill, template, document.payload), scratch)
    for name, peer in peers.items():
        template, result = scratch / f"{name}.docx", scratch / f"{name}.out.docx"
        template.write_bytes(document.spelled(_SYNTAX_OF_NPM[name]))
        peer.fill(template, payload, result)
        _look_at(result, document, name)
        tasks[name] = partial(peer.fill, template, payload, result)
    return {"name": document.name, "most_ms": document.most_ms, "rounds": interleaved(tasks, rounds)}


def _filled(fill: Fill, template: Path, payload: Mapping[str, Any], folder: Path) -> None:
    fill(template, payload, folder)


def _look_at(result: Path, document: BlockDocument, name: str) -> None:
    with zipfile.ZipFile(result) as archive:
        inner = [each for each in archive.namelist() if each.endswith(".docx")]
        source = archive.open(inner[0]) if inner else result.open("rb")
        with source, zipfile.ZipFile(source) as found:
            content = found.read("word/document.xml").decode()
    codes = document.codes()
    if content.count(codes[0]) != 1 or content.count(codes[-1]) != 1 or content.count("C") < len(codes):
        raise ValueError(f"{name} did not fill {document.name}")


if __name__ == "__main__":
    raise SystemExit(main())
