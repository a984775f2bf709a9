"""The golden net by hand: ``python -m tests.golden compare|accept|corpus FILE|diff FILE FILE``."""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.golden.corpus_cases import add_document_type, corpus_cases, corpus_folder
from tests.golden.recording import (
    RECORDED,
    Lines,
    all_cases,
    differences,
    read,
    record,
    record_catalogues,
    write,
)

_HELP = {
    "compare": "do every case and compare with what is recorded; exit status 1 when something differs",
    "accept": "do every case and record what came of it",
    "corpus": "do the corpus (DOCOPS_CORPUS) and write what came of it to FILE",
    "diff": "compare two files that corpus wrote",
}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, said in _HELP.items():
        command = commands.add_parser(name, help=said)
        if name == "diff":
            command.add_argument("files", type=Path, nargs=2, metavar="FILE")
        else:
            command.add_argument("--keep", type=Path, metavar="FOLDER", help="write the contents there too")
        if name == "corpus":
            command.add_argument("file", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    if given.command == "diff":
        before, after = given.files
        return _tell(differences(_read(before), _read(after)))
    if given.command == "corpus":
        return _corpus(given.file, given.keep)
    now = record_catalogues(keep=given.keep) | record(all_cases(), keep=given.keep)
    if given.command == "accept":
        print("\n".join(differences(read(RECORDED), now)))
        write(now, RECORDED)
        return 0
    return _tell(differences(read(RECORDED), now))


def _corpus(file: Path, keep: Path | None) -> int:
    with tempfile.TemporaryDirectory() as folder:
        add_document_type(Path(folder))
        lines = record(corpus_cases(), keep=keep, is_served=False)
    if not lines:
        print(f"There are no Word files in {corpus_folder()}; set DOCOPS_CORPUS.", file=sys.stderr)
        return 2
    write(lines, file)
    print(f"{file}: {len(lines)} lines")
    return 0


def _read(file: Path) -> Lines:
    if not file.exists():
        raise SystemExit(f"{file} is not there; make it with: python -m tests.golden corpus {file}")
    return read(file)


def _tell(found: Iterable[str]) -> int:
    told = list(found)
    print("\n".join([*told, f"{len(told)} differences" if told else "No differences."]))
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
