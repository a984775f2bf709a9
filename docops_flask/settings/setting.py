"""One setting: the parser of its value, its help line and its default, as a field of a dataclass."""

from dataclasses import dataclass, field
from typing import Any

from docops_flask.settings.values import Parser


@dataclass(frozen=True, slots=True)
class Setting:
    """The parser, help line and documentation of a setting."""

    parse: Parser
    help: str
    secret: bool = False
    # The documented default, if it is computed or there is none.
    default_text: str | None = None


def setting(
    default: Any,
    parse: Parser,
    help_line: str,
    *,
    default_text: str | None = None,
    secret: bool = False,
) -> Any:
    """Return the dataclass field of a setting, with its ``Setting`` as ``metadata["setting"]``.

    The repr of ``Settings`` leaves out values of ``secret`` settings.
    """
    described = Setting(parse, help_line, secret, default_text)
    return field(default=default, repr=not secret, metadata={"setting": described})
