"""Parsers that turn the text of environment variables into values, one for each kind of setting.

A parser takes the text (never empty) and returns the value, or raises ``ValueError`` with what is accepted,
such as "use an integer of at least 1". The message never contains the text, which may be secret.
``accepts`` is the description in the documentation.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Parser:
    """The parser of one kind of setting; ``accepts`` describes the accepted values in Markdown."""

    read: Callable[[str], Any]
    accepts: str

    def __call__(self, value: str) -> Any:
        """Return the parsed value; raise ``ValueError`` if it is invalid."""
        return self.read(value)


# Timeouts are converted to nanoseconds in C; larger ones would overflow, but only when a job starts.
_LONGEST_SECONDS = 1_000_000_000
_SWITCH_WORDS = {
    "1": True, "true": True, "yes": True, "on": True,
    "0": False, "false": False, "no": False, "off": False,
}  # fmt: skip
_INTEGER = re.compile(r"[0-9]{1,18}")
_DECIMAL = re.compile(r"[0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18}")
_DNS_NAME = r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?"
_IPV6 = r"\[[0-9a-f:.]+\]"
_ORIGIN = re.compile(rf"(?P<scheme>https?)://({_DNS_NAME}|{_IPV6})(:(?P<port>[1-9][0-9]{{0,4}}))?")
_ADDRESS = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_LARGEST_PORT = 65_535


def _text(value: str) -> str:
    """Return ``value`` without leading and trailing white space."""
    return value.strip()


def integer(minimum: int) -> Parser:
    """Return a parser of integers of at least ``minimum``."""

    def parse(value: str) -> int:
        if not _INTEGER.fullmatch(value.strip()) or int(value) < minimum:
            raise ValueError(f"use an integer of at least {minimum}")
        return int(value)

    return Parser(parse, f"integer ≥ {minimum}")


def seconds(*, zero_allowed: bool) -> Parser:
    """Return a parser of durations in seconds, as decimal numbers."""
    bound = "0 or more" if zero_allowed else "more than 0"

    def parse(value: str) -> float:
        duration = float(value) if _DECIMAL.fullmatch(value.strip()) else -1.0
        if duration < 0 or duration > _LONGEST_SECONDS or (duration == 0 and not zero_allowed):
            raise ValueError(f"use a number of seconds, {bound}, such as 2 or 0.5")
        return duration

    return Parser(parse, "seconds ≥ 0" if zero_allowed else "seconds > 0")


def _switch(value: str) -> bool:
    """Return the boolean for 1/0, true/false, yes/no or on/off, in any case."""
    try:
        return _SWITCH_WORDS[value.strip().lower()]
    except KeyError:
        raise ValueError("use 1 or 0 (true/false, yes/no and on/off are taken too)") from None


def choice(*allowed: str) -> Parser:
    """Return a parser that accepts one of ``allowed``."""

    def parse(value: str) -> str:
        if value.strip() not in allowed:
            raise ValueError(f"use one of {', '.join(allowed)}")
        return value.strip()

    *names, last = (f"`{name}`" for name in allowed)
    return Parser(parse, f"{', '.join(names)} or {last}")


def _folder(value: str) -> Path:
    """Return the path of an existing folder."""
    path = Path(value)
    if "\0" in value or not path.is_dir():
        raise ValueError("use the path of an existing folder")
    return path


def _file_path(value: str) -> Path:
    """Return an absolute path in an existing folder; the file itself need not exist."""
    path = Path(value)
    if "\0" in value or not path.is_absolute() or path.is_dir() or not path.parent.is_dir():
        raise ValueError("use the absolute path of a file in an existing folder")
    return path


def _file(value: str) -> Path:
    """Return the path of an existing file."""
    path = Path(value)
    if "\0" in value or not path.is_file():
        raise ValueError("use the path of an existing file")
    return path


def _webhook_hosts(value: str) -> tuple[str, ...]:
    """Return the origins of a list of hosts: ``host`` and ``host:port`` are https."""
    items = [item.strip() for item in value.split(",")]
    found = [item if "://" in item else f"https://{item.removesuffix(':443')}" for item in items]
    if not all(_is_origin(item) for item in found):
        raise ValueError(
            "use comma-separated hosts such as office.example or office.example:8443, in lower case; "
            "http://10.0.0.5:8080 where a host has no https"
        )
    return tuple(dict.fromkeys(found))


def _credentials(value: str) -> tuple[str, str]:
    """Return user and password from ``user:password``; neither is empty."""
    user, _, password = value.partition(":")
    if not user or not password:
        raise ValueError("use user:password, neither of them empty")
    return user, password


def _origins(value: str) -> tuple[str, ...]:
    """Return the origins of a comma-separated list, each as a browser sends it (RFC 6454, 6.2)."""
    items = [item.strip() for item in value.split(",")]
    if not all(_is_origin(item) for item in items):
        raise ValueError(
            "use comma-separated origins as browsers send them, such as https://office.example or "
            "http://10.0.0.5:8080: lower case, no path, no default port"
        )
    return tuple(dict.fromkeys(items))


def _origins_or_any(value: str) -> tuple[str, ...]:
    """Return the origins of a list, or ``("*",)``."""
    if value.strip() == "*":
        return ("*",)
    try:
        return _origins(value)
    except ValueError as error:
        raise ValueError(f"{error}; or * alone for any") from None


def _address(value: str) -> str:
    """Return the address for gunicorn to listen on."""
    stripped = value.strip()
    match = _ADDRESS.fullmatch(stripped)
    is_tcp = match is not None and int(match["port"]) <= _LARGEST_PORT
    is_unix = stripped.startswith("unix:") and stripped != "unix:"
    if not is_tcp and not is_unix:
        raise ValueError("use host:port, [ipv6]:port or unix:/path/to/socket")
    return stripped


def _is_origin(item: str) -> bool:
    match = _ORIGIN.fullmatch(item)
    if match is None:
        return False
    port = match["port"]
    return port is None or (port != _DEFAULT_PORTS[match["scheme"]] and int(port) <= _LARGEST_PORT)


text = Parser(_text, "text")
switch = Parser(_switch, "switch")
folder = Parser(_folder, "existing folder")
file_path = Parser(_file_path, "absolute path in an existing folder")
file = Parser(_file, "existing file")
webhook_hosts = Parser(_webhook_hosts, "hosts, comma-separated")
credentials = Parser(_credentials, "`user:password`, neither empty")
origins = Parser(_origins, "origins, comma-separated")
origins_or_any = Parser(_origins_or_any, "origins, comma-separated, or `*`")
address = Parser(_address, "`host:port`, `[ipv6]:port` or `unix:/path`")
