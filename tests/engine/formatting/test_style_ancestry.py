"""Distances between styles along w:basedOn, compared with a step-by-step walk."""

import random

import pytest

from docops_flask.engine.formatting.style_ancestry import StyleAncestry


def walked(bases: dict[str, str | None], first: str) -> list[str]:
    """The style and all it is based on, nearest first; a loop is gone round once."""
    found: list[str] = []
    style_id: str | None = first
    while style_id is not None and style_id not in found:
        found.append(style_id)
        style_id = bases[style_id]
    return found


def forest(seed: int) -> dict[str, str | None]:
    """Styles based on others at random: chains, trees and loops."""
    chosen = random.Random(seed)
    names = [f"S{number}" for number in range(chosen.randint(1, 40))]
    straight = chosen.random()
    bases: dict[str, str | None] = {}
    for number, name in enumerate(names):
        if number and chosen.random() < straight:
            bases[name] = names[number - 1]
        else:
            bases[name] = chosen.choice([None, *names])
    chosen.shuffle(names)
    return {name: bases[name] for name in names}


@pytest.mark.parametrize("seed", range(200))
def test_distances_equal_those_of_a_step_by_step_walk(seed: int) -> None:
    bases = forest(seed)
    ancestry = StyleAncestry(bases.__getitem__)
    for style_id in bases:
        way = walked(bases, style_id)
        found = {other: ancestry.steps(style_id, other) for other in bases}
        assert found == {other: way.index(other) if other in way else None for other in bases}
        assert [ancestry.at(style_id, steps) for steps in range(len(way))] == way


def test_every_style_is_asked_once_for_its_base() -> None:
    asked = []

    def base_of(style_id: str) -> str | None:
        asked.append(style_id)
        return str(int(style_id) + 1) if int(style_id) < 12_000 else None

    ancestry = StyleAncestry(base_of)
    assert [ancestry.steps(str(each), "12000") for each in range(12_001)] == list(range(12_000, -1, -1))
    assert len(asked) == 12_001


def test_far_styles_are_reached_in_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    ancestry = StyleAncestry(lambda style_id: str(int(style_id) + 1) if int(style_id) < 12_000 else None)
    node = ancestry._node("0")
    for depth in range(0, 12_000, 97):
        steps, current = 0, node
        while current.depth > depth:
            current = current.farther if current.farther.depth >= depth else current.base
            steps += 1
        assert steps <= 3 * 14  # log2(12,000)
        assert current is node.at_depth(depth)
