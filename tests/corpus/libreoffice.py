"""LibreOffice as an independent reader: converts many documents in one start."""

import subprocess
from pathlib import Path


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
        *map(str, files),
    ]
    subprocess.run(command, check=False, capture_output=True, timeout=900)
    return {path.stem: path.read_text("utf-8-sig") for path in folder.glob("*.txt")}
