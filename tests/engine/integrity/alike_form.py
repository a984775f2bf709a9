"""A replace log in the form in which a run hands it to the proof: what paragraphs share is told once."""

import json
from itertools import groupby
from operator import itemgetter
from typing import Any


def told_once(log: dict[str, Any]) -> dict[str, Any] | None:
    """The log with the member ``alike``; ``None`` where an entry cannot be told so."""
    kinds: dict[str, int] = {}
    told: list[list[dict[str, Any]]] = []
    numbers, paths = [], []
    for path, entries in groupby(log["entries"], key=itemgetter("paragraph_path")):
        if ":" in path or "#" in path:
            return None
        kind = []
        for entry in entries:
            if entry["status"] != "replaced":
                kind.append({"status": entry["status"]})
                continue
            if "mirrored_at" in entry or not entry["run_id"].startswith(path):
                return None
            kind.append({**entry, "paragraph_path": "", "run_id": entry["run_id"][len(path) :]})
        number = kinds.setdefault(json.dumps(kind), len(kinds))
        if number == len(told):
            told.append(kind)
        numbers.append(number)
        paths.append(path)
    alike = {
        "entries": [entry for kind in told for entry in kind],
        "sizes": list(map(len, told)),
        "numbers": numbers,
        "paths": paths,
    }
    return {**log, "entries": [], "alike": alike}
