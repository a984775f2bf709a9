"""Random mutations of a replace log or a fix list: what it says then is not what was done."""

import copy
import random
import re
from collections.abc import Callable
from typing import Any

from tests.engine.integrity.block_log_mutations import MUTATIONS as OF_TEMPLATES
from tests.engine.integrity.block_log_mutations import is_of_template
from tests.engine.integrity.finished_job import FinishedJob

_ATTEMPTS = 200
_CHARACTERS = "ab 1甲【】A\n\t<&\r"
LogMutation = Callable[[random.Random, list[dict[str, Any]], dict[str, Any]], bool]


def mutate_log(random_: random.Random, job: FinishedJob) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return what was done, the log and the report, one of them mutated."""
    for _ in range(_ATTEMPTS):
        log, report = copy.deepcopy((job.log, job.report))
        entries, fixes = log["entries"], report["summary"]["fix_changes"]
        blocks = log.get("blocks", [])
        # A value that is its placeholder changes nothing: what the log says of it cannot be told.
        effective = [
            entry
            for entry in entries
            if entry["status"] == "replaced" and entry["new_text"] != entry["original_text"]
        ]
        kinds = {
            "entry": (entries, effective, _OF_ENTRIES),
            "fix": (fixes, fixes, _OF_FIXES),
            "lines": (blocks, [each for each in blocks if not is_of_template(each)], _OF_BLOCKS),
            "block": (blocks, [each for each in blocks if is_of_template(each)], OF_TEMPLATES),
        }
        kind = random_.choice([name for name, (_, able, _) in kinds.items() if able] or ["entry"])
        changed, able, mutations = kinds[kind]
        chosen = random_.choice(able) if able else None
        mutation = random_.choice(mutations)
        if (
            chosen is not None
            and mutation(random_, changed, chosen)
            and (log, report) != (job.log, job.report)
        ):
            return f"{kind}: {mutation.__name__}", log, report
    raise AssertionError("the log takes no mutation")


def drop(_random: random.Random, entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    entries.remove(entry)
    return True


def double(_random: random.Random, entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    entries.insert(entries.index(entry), copy.deepcopy(entry))
    return True


def another_number(random_: random.Random, text: str) -> str:
    """``text`` with one of its numbers, or what is around it, changed."""
    numbers = list(re.finditer("[0-9]+", text))
    if not numbers:
        return f"{text}0"
    number = random_.choice(numbers)
    other = random_.choice(
        (str(int(number[0]) + random_.choice((1, 2, 7))), f"0{number[0]}", f"+{number[0]}", "")
    )
    return text[: number.start()] + other + text[number.end() :]


def change_path(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    path = another_number(random_, entry["paragraph_path"])
    if entry["run_id"] is not None and random_.random() < 0.8:
        entry["run_id"] = path + entry["run_id"][len(entry["paragraph_path"]) :]
    entry["paragraph_path"] = path
    return True


def change_run(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    if entry["run_id"] is None:
        entry["run_id"] = f"{entry['paragraph_path']}:r0"
    else:
        entry["run_id"] = another_number(random_, entry["run_id"])
    return True


def shift_start(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    entry["start"] += random_.choice((-1000, -1, 1, 2, 1000))
    return True


def shift_end(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    entry["end"] += random_.choice((-1000, -1, 1, 2, 1000))
    return True


def shift_both(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    by = random_.choice((-1000, -1, 1, 2, 1000))
    entry["start"] += by
    entry["end"] += by
    return True


def change_name(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    entry["field_name"] = random_.choice(("A", "B", "C", "a", "", "1", entry["field_name"] + "_"))
    return True


def change_original(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    entry["original_text"] = random_.choice(
        ("", "【】", entry["original_text"][:-1], entry["original_text"] + "】", "【C】")
    )
    return True


def change_value(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    text = entry["new_text"]
    at = random_.randrange(len(text) + 1)
    entry["new_text"] = text[:at] + random_.choice((*_CHARACTERS, "")) + text[at + random_.randrange(2) :]
    return True


def exchange_values(random_: random.Random, entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    other = random_.choice(entries)
    if other["status"] != "replaced":
        return False
    entry["new_text"], other["new_text"] = other["new_text"], entry["new_text"]
    return True


def change_mirrors(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    mirrors = entry.get("mirrored_at")
    if mirrors:
        entry["mirrored_at"] = random_.choice(
            ([], [*mirrors, mirrors[0]], [another_number(random_, mirrors[0])])
        )
    else:
        entry["mirrored_at"] = [random_.choice((entry["paragraph_path"], "p0", "textbox0.fallback/p0", "x"))]
    return True


def change_copy(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    if "copy" not in entry:
        return False
    if not entry["copy"]:
        entry["copy"] = [[0, 0]]
        return True
    *around, [block, number] = entry["copy"]
    last = random_.choice(([], [[block + 1, number]], [[block, number + 1]], [[block, number - 1]]))
    entry["copy"] = random_.choice(([*around, *last], entry["copy"] * 2))
    return True


def change_result(random_: random.Random, _entries: list[dict[str, Any]], entry: dict[str, Any]) -> bool:
    if "result_path" not in entry:
        return False
    entry["result_path"] = another_number(random_, entry["result_path"])
    return True


def change_place(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    name = random_.choice(("from", "to", "result_from", "result_to"))
    block[name] = another_number(random_, block[name])
    return True


def change_copies(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    block["copies"] += random_.choice((-1000, -1, 1, 2))
    return True


def change_kind(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    name = random_.choice(("id", "kind", "extent", "inside", "status", "name"))
    values = {"id": block["id"] + 1, "inside": [[0, 0]], "name": block["name"] + "_"}
    block[name] = values.get(name, "x")
    return True


def change_start(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    start = block["start"]
    name = random_.choice(sorted(start))
    if name in {"start", "end"}:
        start[name] += random_.choice((-1, 1, 1000))
    else:
        start[name] += "0"
    return True


def change_element(random_: random.Random, _fixes: list[dict[str, Any]], fix: dict[str, Any]) -> bool:
    fix["element"] = random_.choice(("ind", "spacing", "sz", "rFonts", "jc", "x", ""))
    return True


def change_attribute(random_: random.Random, _fixes: list[dict[str, Any]], fix: dict[str, Any]) -> bool:
    side = fix[random_.choice(("before", "after"))]
    if not side:
        return False
    name = random_.choice(sorted(side))
    side[name] = random_.choice((side[name] + "1", "", "\x01"))
    return True


def drop_attribute(random_: random.Random, _fixes: list[dict[str, Any]], fix: dict[str, Any]) -> bool:
    before, after = fix["before"], fix["after"]
    # One that is the same on both sides says nothing.
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    name = random_.choice(sorted(names))
    side = random_.choice([each for each in (before, after) if name in each])
    del side[name]
    return True


def add_attribute(random_: random.Random, _fixes: list[dict[str, Any]], fix: dict[str, Any]) -> bool:
    side = fix[random_.choice(("before", "after"))]
    name = random_.choice(("q", "x y", "w:line", "val"))
    if name in side:
        return False
    side[name] = "1"
    return True


_OF_BOTH: tuple[LogMutation, ...] = (drop, double, change_path, change_run)
_OF_ENTRIES: tuple[LogMutation, ...] = (
    *_OF_BOTH,
    shift_start,
    shift_end,
    shift_both,
    change_name,
    change_original,
    change_value,
    exchange_values,
    change_mirrors,
    change_copy,
    change_result,
)
_OF_BLOCKS: tuple[LogMutation, ...] = (
    drop,
    double,
    change_place,
    change_copies,
    change_kind,
    change_start,
)
_OF_FIXES: tuple[LogMutation, ...] = (
    *_OF_BOTH,
    change_element,
    change_attribute,
    drop_attribute,
    add_attribute,
)
