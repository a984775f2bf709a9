"""Policies learnt from groups of the corpus: each document passes what is learnt from its group."""

import random
from pathlib import Path

from docops_flask.engine.errors import DocopsError
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.policy_file import parse_policy
from tests.engine.learning.learnt_policies import broken_rules, learnt_from

_SIZES = (1, 3, 6)
# The larger files take long and are alike; a third of the rest is enough.
_MOST_BYTES = 25_000
_SHARE = 3


def opens(path: Path, folder: Path) -> bool:
    try:
        learnt_from([path], folder)
    except DocopsError:
        return False
    return True


def test_each_document_passes_the_policy_of_its_group(corpus: list[Path], tmp_path: Path) -> None:
    small = [path for path in corpus if path.stat().st_size < _MOST_BYTES]
    files = [path for path in small[::_SHARE] if opens(path, tmp_path)]
    # Files that one project made, which are alike in some ways, and any files.
    chance = random.Random(22)
    groups = [files[first : first + 8] for first in range(0, len(files), 8)]
    groups += [chance.sample(files, size) for size in _SIZES]
    against = load_policies().get("gbt9704-2012")
    written = 0
    for group in groups:
        found = learnt_from(group, tmp_path, against=against)
        policy = parse_policy(found.policy)
        assert [path.name for path in group if broken_rules(policy, path)] == [], found.policy
        written += sum(rule.written for rule in found.rules)

    assert (len(files) > 30, written > 100) == (True, True)
