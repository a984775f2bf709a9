"""Holds the engine's effective values against LibreOffice's reading of the same files."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docops_flask.engine.errors import DocopsError
from tests.oracle.comparison import PROPERTIES, Reading, readings_of_paragraph, readings_of_run
from tests.oracle.engine_reading import EngineParagraph, read_document
from tests.oracle.explained import KINDS, kind_of
from tests.oracle.libreoffice_reading import read_files
from tests.oracle.pairing import pairs, run_pairs


@dataclass(slots=True)
class Outcome:
    """The result of a comparison: counts by property, by kind, and every disagreement without a kind."""

    files: int = 0
    paragraphs: int = 0
    paired: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    explained: Counter[tuple[str, str]] = field(default_factory=Counter)
    unexplained: list[Reading] = field(default_factory=list)

    def agreement(self, name: str) -> float:
        """Return the share of a property's readings that agree, explained ones left out."""
        explained = sum(count for (each, _), count in self.explained.items() if each == name)
        return self.agreed[name] / max(1, self.compared[name] - explained)


def compare_files(files: Sequence[Path], folder: Path) -> Outcome:
    """Read ``files`` with both and compare; ``folder`` takes LibreOffice's profile and answers."""
    outcome = Outcome()
    for file, theirs in read_files(files, folder).items():
        try:
            ours = read_document(file)
        except DocopsError:
            continue
        outcome.files += 1
        outcome.paragraphs += len(ours)
        for paragraph, libre in pairs(ours, theirs):
            outcome.paired += 1
            for reading in _readings(file.name, paragraph, libre):
                _count(reading, outcome)
    return outcome


def table_of(outcome: Outcome) -> str:
    """Return the outcome as text for people."""
    lines = [
        f"{outcome.files} files, {outcome.paired} of {outcome.paragraphs} paragraphs with text read by both",
        "",
        f"{'property':<20}{'compared':>10}{'agree':>10}{'as read':>10}{'explained':>11}"
        f"{'other':>8}{'agreement':>11}",
    ]
    others = Counter(reading.name for reading in outcome.unexplained)
    for name in PROPERTIES:
        explained = outcome.compared[name] - outcome.agreed[name] - others[name]
        lines.append(
            f"{name:<20}{outcome.compared[name]:>10}{outcome.agreed[name]:>10}"
            f"{outcome.agreed[name] / max(1, outcome.compared[name]):>10.2%}{explained:>11}"
            f"{others[name]:>8}{outcome.agreement(name):>11.2%}"
        )
    lines += ["", "explained, with the clause of ECMA-376 part 1 that decides (docs/analysis/oracle.md):"]
    for kind in KINDS:
        counts = {name: outcome.explained[name, kind.name] for name in PROPERTIES}
        said = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        lines.append(f"  {kind.name:<34}{kind.decides:<11}{said or 'none here'}")
    lines += [f"  not explained: {_line(reading)}" for reading in outcome.unexplained[:50]]
    return "\n".join(lines)


def _readings(file: str, paragraph: EngineParagraph, libre: Mapping[str, Any]) -> Iterator[Reading]:
    yield from readings_of_paragraph(file, paragraph, libre)
    for run, portion in run_pairs(paragraph, libre):
        yield from readings_of_run(file, paragraph, libre, run, portion)


def _count(reading: Reading, outcome: Outcome) -> None:
    outcome.compared[reading.name] += 1
    if reading.agrees:
        outcome.agreed[reading.name] += 1
        return
    kind = kind_of(reading)
    if kind is None:
        outcome.unexplained.append(reading)
    else:
        outcome.explained[reading.name, kind.name] += 1


def _line(reading: Reading) -> str:
    return f"{reading.file} {reading.place} {reading.name}: {reading.ours!r}, LibreOffice {reading.theirs!r}"
