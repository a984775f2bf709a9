"""LibreOffice as an independent reader: converts many documents in one start."""

import subprocess
from pathlib import Path

# LibreOffice leaves out, without a word, what is more than 255 arguments.
_MOST_FILES = 200


def texts_of(soffice: str, files: list[Path], folder: Path) -> dict[str, str]:
    """Return file stem to the text LibreOffice reads from it; a file it cannot open is absent."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        soffice,
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        "txt:Text (encoded):UTF8",
        "--outdir",
        str(folder),
    ]
    for first in range(0, len(files), _MOST_FILES):
        some = map(str, files[first : first + _MOST_FILES])
        subprocess.run([*command, *some], check=False, capture_output=True, timeout=900)
    return {path.stem: path.read_text("utf-8-sig") for path in folder.glob("*.txt")}
