"""What LibreOffice reads from Word files: starts soffice and a reader script, gathers the answers."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

READER = Path(__file__).with_name("uno_reader.py")
REVIEWS = Path(__file__).with_name("uno_review.py")
SYSTEM_PYTHON = "/usr/bin/python3"
_ATTEMPTS = 3


def can_read() -> bool:
    """Say whether LibreOffice and the system's Python with UNO are there."""
    if shutil.which("soffice") is None or not Path(SYSTEM_PYTHON).exists():
        return False
    asked = subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], check=False, capture_output=True)
    return asked.returncode == 0


def read_files(files: Sequence[Path], folder: Path, processes: int = 2) -> dict[Path, list[dict[str, Any]]]:
    """Return the paragraphs of each file that LibreOffice can open (see ``uno_reader``)."""
    shares = [files[start::processes] for start in range(processes)]
    with ThreadPoolExecutor(processes) as pool:
        parts = pool.map(_read_share, shares, [folder / str(number) for number in range(processes)])
        found = {
            Path(each["file"]): each["paragraphs"] for part in parts for each in part if "paragraphs" in each
        }
    return {file: found[file] for file in files if file in found}


def read_reviews(files: Sequence[Path], folder: Path) -> dict[Path, dict[str, Any]]:
    """Return what ``uno_review`` finds in each file that LibreOffice can open."""
    read = _read_share(files, folder, REVIEWS)
    return {Path(each["file"]): each for each in read if "paragraphs" in each}


def _read_share(files: Sequence[Path], folder: Path, reader: Path = READER) -> list[dict[str, Any]]:
    folder.mkdir(parents=True)
    output = folder / "read.jsonl"
    output.touch()
    # A file that takes soffice down is left out and the rest is read by the next one.
    left = list(files)
    for _ in range(_ATTEMPTS):
        _read_some(left, output, folder, reader)
        done = {answer["file"] for answer in _lines(output)}
        left = [file for file in left if str(file) not in done][1:]
        if not left:
            break
    return list(_lines(output))


def _lines(output: Path) -> Iterator[dict[str, Any]]:
    for line in output.read_text("utf-8").split("\n"):
        # A last line without its end was being written when soffice went.
        if line.endswith("}"):
            yield json.loads(line)


def _read_some(files: Sequence[Path], output: Path, folder: Path, reader: Path) -> None:
    accept = f"pipe,name=docops_oracle_{folder.parent.name}_{folder.name}"
    office = subprocess.Popen(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--norestore",
            f"--accept={accept};urp;",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        command = [SYSTEM_PYTHON, str(reader), accept, str(output), *map(str, files)]
        subprocess.run(command, check=False, timeout=900)
    finally:
        _stop(office)


def _stop(office: subprocess.Popen[bytes]) -> None:
    """End soffice and the process it starts for itself: they are a session of their own."""
    os.killpg(office.pid, signal.SIGKILL)
    office.wait()
