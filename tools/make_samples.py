"""Regenerates the templates in samples/.

Those of document types are made with ``docops new-template``, as an office would; those with lists,
conditions and pictures are built in such a starter template, and their tasks are written too. Those form the
sample of a template library, in ``library/``, as well.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # Run as a file, Python puts tools/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.sample_documents import library, meeting_minutes, purchase_contract
from tools.sample_documents import rows as sample_rows

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A template in samples/: the stem of its file name, its skill, and the text its author filled in."""

    stem: str
    skill: str
    language: str
    organ: str
    date: str


SAMPLES = (
    Sample("meeting_notice", "meeting_notice", "zh", "青岚市数据资源管理局", "2026年3月2日"),
    Sample("training_notice", "training_notice", "zh", "青岚市人力资源和社会保障局", "2026年3月20日"),
    Sample("inspection_record", "inspection_record", "zh", "青岚市机关事务管理局", "2026年5月12日"),
    Sample("meeting_notice_en", "meeting_notice", "en", "Qinglan City Data Bureau", "2 March 2026"),
)


@dataclass(frozen=True, slots=True)
class BuiltSample:
    """A template that is built in a starter template, and its task."""

    stem: str
    build: Callable[[Path, Path], None]
    task: Callable[[], dict[str, Any]]


BUILT_SAMPLES = (
    BuiltSample("purchase_contract", purchase_contract.build, purchase_contract.task),
    BuiltSample("meeting_minutes", meeting_minutes.build, meeting_minutes.task),
)
_STARTER = Sample("starter", "meeting_notice", "zh", "机关", "日期")


def main(arguments: list[str] | None = None) -> int:
    """Make the samples; return the process's exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out-dir", type=Path, default=ROOT / "samples")
    options = parser.parse_args(arguments)
    options.out_dir.mkdir(parents=True, exist_ok=True)
    folder = options.out_dir.resolve()
    statuses = [_make(sample, folder) for sample in SAMPLES]
    with tempfile.TemporaryDirectory() as name:
        statuses.append(_make(_STARTER, Path(name)))
        for built in BUILT_SAMPLES if not max(statuses) else ():
            built.build(Path(name, f"{_STARTER.stem}.docx"), folder / f"{built.stem}.docx")
            task = json.dumps(built.task(), ensure_ascii=False, indent=2)
            (folder / f"{built.stem}.task.json").write_text(f"{task}\n", encoding="utf-8")
    if not max(statuses):
        library.build(folder)
        sample_rows.build(folder)
    return max(statuses)


def _make(sample: Sample, folder: Path) -> int:
    command = [sys.executable, "-m", "docops_flask", "new-template", sample.skill, "--force"]
    command += ["--language", sample.language, "--organ", sample.organ, "--date", sample.date]
    command += ["--out", str(folder / f"{sample.stem}.docx")]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
