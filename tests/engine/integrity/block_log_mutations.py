"""Random mutations of what a replace log says of the blocks of its template, and of copies in its entries."""

import random
from collections.abc import Callable
from typing import Any

Mutation = Callable[[random.Random, list[dict[str, Any]], dict[str, Any]], bool]
_KINDS = ("each", "if", "unless", "picture", "remark", "declare")


def is_of_template(block: dict[str, Any]) -> bool:
    """Whether an entry is about a block of the template, a remark or a declaration."""
    return block["kind"] in _KINDS


def drop_block(_random: random.Random, blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    blocks.remove(block)
    # One that stays as it is or is faulty changes nothing: without its entry it is text too.
    return bool(block["status"] == "expanded")


def double_block(_random: random.Random, blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    blocks.insert(blocks.index(block), dict(block))
    return True


def exchange_blocks(random_: random.Random, blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    number, other = blocks.index(block), random_.randrange(len(blocks))
    blocks[number], blocks[other] = blocks[other], blocks[number]
    return number != other


def change_number(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    block["copies"] += random_.choice((-1, 1, 2))
    return True


def change_text(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    name = random_.choice(("kind", "name", "extent", "status", "from", "to", "result_from", "result_to"))
    values = {
        "kind": [kind for kind in _KINDS if kind != block["kind"]],
        "status": ["missing" if block["status"] == "expanded" else "expanded"],
        "extent": [each for each in ("inline", "paragraphs", "rows", "columns") if each != block["extent"]],
    }
    block[name] = random_.choice(values.get(name, [f"{block[name]}0", "p0.x"]))
    return True


def change_branch(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    block["branch"] = random_.choice([each for each in ("main", "other", None) if each != block["branch"]])
    return True


def change_tag(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    name = random_.choice(("start", "end"))
    tag = block[name] = dict(block[name])
    member = random_.choice(sorted(tag))
    tag[member] = tag[member] + (random_.choice((-1, 1, 100)) if member in {"start", "end"} else "0")
    return True


def change_dividers(_random: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    block["dividers"] = block["dividers"][1:] if block["dividers"] else [block["start"]]
    return True


def change_dropped(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    dropped = block["dropped"] = [dict(each) for each in block["dropped"]]
    if dropped and random_.random() < 0.7:
        chosen = random_.choice(dropped)
        if random_.random() < 0.5:
            dropped.remove(chosen)
        else:
            reasons = {"V1", "V2", "V3", "V4", "branch", "no_copy"} - {chosen["reason"]}
            chosen["reason"] = random_.choice(sorted(reasons))
    else:
        dropped.append({"path": random_.choice(("p0", "t0.r0", "t0")), "reason": "V4"})
    return True


def change_inside(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    inside = [list(each) for each in block["inside"]]
    if inside:
        random_.choice(inside)[random_.randrange(2)] += 1
    else:
        inside.append([block["id"], 0])
    block["inside"] = inside
    return True


def renumber(random_: random.Random, _blocks: list[dict[str, Any]], block: dict[str, Any]) -> bool:
    block["id"] += random_.choice((-1, 1, 100))
    return True


MUTATIONS: tuple[Mutation, ...] = (
    drop_block,
    double_block,
    exchange_blocks,
    change_number,
    change_text,
    change_branch,
    change_tag,
    change_dividers,
    change_dropped,
    change_inside,
    renumber,
)
