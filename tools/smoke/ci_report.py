"""The result of a smoke run, as JSON and Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from tools.smoke.ci_thresholds import Failure


class Verdict(StrEnum):
    """The verdict of a run: within its limits, over one, or not completed."""

    PASSED = "passed"
    FAILED = "failed"
    BROKEN = "broken"

    @property
    def exit_status(self) -> int:
        """Return the tool's exit status for this verdict."""
        return {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.BROKEN: 2}[self]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The report of a run.

    ``figures`` and ``limits`` are by name, no figures when no round was measured in full; ``broken`` says
    why the run did not complete; ``errors`` are the server's, from its log; ``files`` maps a file's path
    to a description of its content.
    """

    figures: dict[str, float | None]
    limits: dict[str, int | None]
    failures: Sequence[Failure]
    broken: str | None
    errors: Sequence[str]
    repeat_command: str
    judge_command: str
    files: dict[str, str]

    @property
    def verdict(self) -> Verdict:
        """Return the verdict; a run that did not complete cannot pass, whatever its figures."""
        if self.broken is not None:
            return Verdict.BROKEN
        return Verdict.FAILED if self.failures else Verdict.PASSED

    def as_json(self) -> dict[str, Any]:
        """Return the content of ci_result.json."""
        return {
            "verdict": self.verdict.value,
            "exit_status": self.verdict.exit_status,
            "broken": self.broken,
            "failures": [asdict(failure) for failure in self.failures],
            "figures": {
                name: {"figure": figure, "limit": self.limits[name]} for name, figure in self.figures.items()
            },
            "server_errors": list(self.errors),
            "repeat_command": self.repeat_command,
            "judge_command": self.judge_command,
            "files": self.files,
        }

    def lines(self) -> list[str]:
        """Return the tool's last lines of output: the failures and the verdict."""
        broken = [] if self.broken is None else [self.broken]
        failures = [f"{failure.name}: {failure.text}" for failure in self.failures]
        return [f"smoke run {self.verdict}", *broken, *failures]

    def as_markdown(self) -> str:
        """Return the content of ci_result.md."""
        parts = [f"# Smoke run: {self.verdict}"]
        if self.broken is not None:
            parts += ["The run did not complete, because", _block(self.broken)]
        if self.failures:
            parts += ["## What failed", _list(f"**{each.name}**: {each.text}" for each in self.failures)]
        if self.errors:
            parts += ["## Errors in the server's log", _list(self.errors)]
        if self.figures:
            parts += ["## Figures", self._table()]
        parts += ["## Repeat it", _block(self.repeat_command)]
        if self.figures:
            parts += ["Judge the same figures by other limits:", _block(self.judge_command)]
        parts += ["## Files", _list(f"`{path}`: {content}" for path, content in self.files.items())]
        return "\n\n".join(parts) + "\n"

    def _table(self) -> str:
        failed = {failure.name for failure in self.failures}
        rows = ["| figure | value | limit | |", "|---|---|---|---|"]
        for name, figure in self.figures.items():
            limit = self.limits[name]
            value = "missing" if figure is None else figure
            mark = "**failed**" if name in failed else "not asked for" if limit is None else "ok"
            rows.append(f"| {name} | {value} | {'' if limit is None else limit} | {mark} |")
        return "\n".join(rows)


def _block(text: str) -> str:
    return f"```\n{text}\n```"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
