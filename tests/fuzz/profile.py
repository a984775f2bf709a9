"""How much a fuzz test tries: always the same few examples, or as many new ones as ``make fuzz`` asks for."""

import os

from hypothesis import HealthCheck, settings

_EXAMPLES = int(os.environ.get("DOCOPS_FUZZ_EXAMPLES") or 0)


def profile(examples: int) -> settings:
    """Settings for ``examples`` fixed examples, or for ``DOCOPS_FUZZ_EXAMPLES`` new ones."""
    return settings(
        max_examples=_EXAMPLES or examples,
        derandomize=not _EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
