"""What in a log does not fit the template."""

from docops_flask.engine.integrity.verdict import Unaccounted


class Misfit(Exception):
    """A block or an entry does not fit; the text says what, ``what`` is the kind of finding."""

    def __init__(self, text: str, what: str = "block_entry") -> None:
        super().__init__(text)
        self.what = what


_OF_ENTRIES = frozenset(("log_entry", "value"))


def unaccounted(place: str, misfit: Misfit, what: str | None = None) -> Unaccounted:
    """Return the finding about the entry at ``place`` of the log."""
    what = what or misfit.what
    kind = "entry" if what in _OF_ENTRIES else "block"
    return Unaccounted("", place, what, f"The {kind} cannot be replayed: {misfit}.")
