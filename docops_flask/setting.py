"""What is known of one setting, and the field of ``Settings`` that carries it."""

from dataclasses import dataclass, field
from typing import Any

from docops_flask.setting_values import Parser


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a setting beside its default."""

    parse: Parser
    help: str
    secret: bool = False
    # What the documentation says where the default is worked out or absent.
    default_text: str | None = None


def setting(
    default: Any,
    parse: Parser,
    help_line: str,
    *,
    default_text: str | None = None,
    secret: bool = False,
) -> Any:
    """Return the dataclass field of a setting; its metadata holds the ``Setting`` as ``setting``.

    The value of a ``secret`` one is not in the repr.
    """
    described = Setting(parse, help_line, secret, default_text)
    return field(default=default, repr=not secret, metadata={"setting": described})
