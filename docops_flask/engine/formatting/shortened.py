"""Names of a document cut to a length at which they can stand in every issue of a report."""

# Word takes style names up to 253 characters, Windows font names up to 31; no value of a property is longer.
_MOST_CHARACTERS = 255


def shortened(text: str) -> str:
    """Return ``text``, cut where it is longer than any name or value that Word accepts.

    Thousands of paragraphs may have a value from one style: at full length each of them would repeat it.
    """
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
