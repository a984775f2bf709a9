"""What a client sent, as far as an answer may repeat it."""

ECHO_CHARACTERS = 64


def echo(text: str) -> str:
    """Return at most 64 characters of ``text``; those that do not show as themselves are escaped.

    A line break, an escape sequence or a mark that turns the direction of writing would make a message say
    something else where people read it: in a terminal, a log, a ticket.
    """
    short = text[:ECHO_CHARACTERS]
    return short if short.isprintable() else "".join(map(_shown, short))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
