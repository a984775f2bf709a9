"""Coverage-guided fuzzing of the guard: ZIP reader, limits, package, XML parts, up to the opened document.

``python -m tests.fuzz.guard_fuzzer -max_total_time=300`` (libFuzzer's options) ends with status 0 when
nothing but the contract's errors was raised. Needs requirements-robustness.txt.
"""

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["docops_flask.engine"]):
    from docops_flask.engine.document.open import open_document
    from docops_flask.engine.errors import DocopsError
    from docops_flask.engine.opc.limits import Limits
    from docops_flask.engine.opc.package import Package

from tests.factories import package
from tests.fuzz.mutated_packages import BASES
from tests.hostile.damaged_zips import members_of

LIMITS = Limits(unpacked_bytes=10**6, xml_bytes=10**6, xml_part_bytes=10**6, table_cells=1000)
_TEMPLATE = Path(tempfile.mkdtemp()) / "template.docx"


def open_template(content: bytes) -> None:
    """Open ``content`` as a job does; whatever is raised but the contract's errors is a finding."""
    _TEMPLATE.write_bytes(content)
    opened = None
    try:
        opened = Package(_TEMPLATE, LIMITS)
        open_document(opened, LIMITS)
    except DocopsError:
        return
    finally:
        if opened is not None:
            opened.close()


def mutate(content: bytes, most_bytes: int, seed: int) -> bytes:
    """Mutate the archive's bytes, or one of its members and make a sound archive of all again."""
    chance = random.Random(seed)
    try:
        members = members_of(content)
    except Exception:
        members = {}
    if not members or chance.random() < 0.3:
        found: bytes = atheris.Mutate(content, most_bytes)
        return found
    name = chance.choice(sorted(members))
    members[name] = atheris.Mutate(members[name], len(members[name]) + 64)
    mutated = package(members)
    return mutated if len(mutated) <= most_bytes else content


def main() -> None:
    """Fuzz, beginning with the sound packages."""
    seeds = Path(tempfile.mkdtemp())
    for number, content in enumerate(BASES):
        (seeds / f"{number}.docx").write_bytes(content)
    atheris.Setup(
        [*sys.argv, str(seeds), "-max_len=40000", "-rss_limit_mb=1500"], open_template, custom_mutator=mutate
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
