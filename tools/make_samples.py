"""Regenerates the templates in samples/ with ``docops new-template``, as an office would."""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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


def main(arguments: list[str] | None = None) -> int:
    """Make the samples; return the process's exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out-dir", type=Path, default=ROOT / "samples")
    options = parser.parse_args(arguments)
    options.out_dir.mkdir(parents=True, exist_ok=True)
    statuses = [_make(sample, options.out_dir.resolve()) for sample in SAMPLES]
    return max(statuses)


def _make(sample: Sample, folder: Path) -> int:
    command = [sys.executable, "-m", "docops_flask", "new-template", sample.skill, "--force"]
    command += ["--language", sample.language, "--organ", sample.organ, "--date", sample.date]
    command += ["--out", str(folder / f"{sample.stem}.docx")]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
