"""A part's or member's name fit for a message."""

_MOST_CHARACTERS = 60


def shown_name(name: str) -> str:
    """Return ``name`` short and printable: whoever made the template chose it."""
    shortened = name if len(name) <= _MOST_CHARACTERS else name[: _MOST_CHARACTERS - 1] + "…"
    return "".join(char if char.isprintable() else "?" for char in shortened)
