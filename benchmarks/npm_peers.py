"""The npm libraries that the engine is compared with: each runs in a Node process of its own."""

import json
import subprocess
from pathlib import Path
from shutil import which

LIBRARIES = ("docxtemplater", "easy-template-x", "carbone")
_WORKER = Path(__file__).with_name("npm_worker.js")


class NpmPeer:
    """A Node process that fills templates with one library, one at a time, and measures itself."""

    def __init__(self, library: str, folder: Path) -> None:
        """Start it; ``folder`` has ``node_modules``. Raises ``RuntimeError`` where it does not load."""
        command = ["node", "--expose-gc", str(_WORKER), library, str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        if self._process.stdout is None or not self._process.stdout.readline():
            self.close()
            raise RuntimeError(f"{library} does not load from {folder}")

    def fill(self, template: Path, payload: Path, result: Path) -> dict[str, float]:
        """Fill ``template`` with the JSON file ``payload``; return CPU and wall-clock milliseconds.

        Raises ``RuntimeError`` where the library cannot.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([str(template), str(payload), str(result)]) + "\n")
        stdin.flush()
        answer: dict[str, float] = json.loads(stdout.readline())
        if "error" in answer:
            raise RuntimeError(str(answer["error"]))
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def started(folder: Path | None) -> tuple[dict[str, NpmPeer], list[str]]:
    """Return the libraries of ``folder`` by name, and a sentence about each that is left out."""
    if folder is None:
        return {}, ["npm libraries left out: no folder was given (--npm FOLDER)."]
    if which("node") is None:
        return {}, ["npm libraries left out: there is no command node."]
    peers: dict[str, NpmPeer] = {}
    left_out: list[str] = []
    for library in LIBRARIES:
        try:
            peers[library] = NpmPeer(library, folder)
        except RuntimeError as error:
            left_out.append(f"{library} left out: {error}.")
    return peers, left_out
