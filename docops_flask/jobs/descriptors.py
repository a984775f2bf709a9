"""Whether the system still gives descriptors, asked before something begins that must not fail halfway."""

import os
from contextlib import ExitStack


def refuse_without_descriptors(count: int) -> None:
    """Raise ``OSError`` (EMFILE, ENFILE) unless ``count`` descriptors are free at this moment."""
    with ExitStack() as taken:
        for _ in range(count):
            taken.callback(os.close, os.dup(2))
