"""Parsing of environment variables: accepted values, refused values and the messages."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from docops_flask.settings import values
from docops_flask.settings.values import Parser

LONGEST = "1000000000"
ORIGINS_PROBLEM = (
    "use comma-separated origins as browsers send them, such as https://office.example or "
    "http://10.0.0.5:8080: lower case, no path, no default port"
)
SECONDS_PROBLEM = "use a number of seconds, {}, such as 2 or 0.5"
ADDRESS_PROBLEM = "use host:port, [ipv6]:port or unix:/path/to/socket"
FILE_PROBLEM = "use the absolute path of a file in an existing folder"
SWITCH_PROBLEM = "use 1 or 0 (true/false, yes/no and on/off are taken too)"
BUCKET_PROBLEM = "use s3://BUCKET or s3://BUCKET/FOLDER"
BROKER_PROBLEM = (
    "use redis://HOST:6379/0, amqp://USER:PASSWORD@HOST:5672//, or with TLS rediss://... or amqps://..."
)
CREDENTIALS_PROBLEM = "use user:password, neither of them empty"


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (values.text, " x y ", "x y"),
        (values.switch, " YES ", True),
        (values.switch, "Off", False),
        (values.credentials, "user:pa:ss", ("user", "pa:ss")),
        (values.origins, "https://a.example:65535", ("https://a.example:65535",)),
        (values.origins, "http://a,http://b, http://a", ("http://a", "http://b")),
        (values.origins, "http://a:443", ("http://a:443",)),
        (values.origins_or_any, " * ", ("*",)),
        (values.origins_or_any, "http://a", ("http://a",)),
        (values.address, " 127.0.0.1:65535 ", "127.0.0.1:65535"),
        (values.address, "unix:/run/docops.sock", "unix:/run/docops.sock"),
        (values.bucket, " s3://office ", "s3://office"),
        (values.bucket, "s3://office.example/a/b/", "s3://office.example/a/b"),
        (values.broker, "redis://:secret@broker:6379/0", "redis://:secret@broker:6379/0"),
        (values.broker, " amqps://user:secret@broker// ", "amqps://user:secret@broker//"),
    ],
)
def test_accepted_values(parse: Parser, text: str, value: bool | str | tuple[str, ...]) -> None:
    assert parse(text) == value


# Made in the test, not while tests are collected: mutmut notices only what runs then.
@pytest.mark.parametrize(
    ("make_parser", "text", "value"),
    [
        (partial(values.integer, 3), "3", 3),
        (partial(values.integer, 3), " 4 ", 4),
        (partial(values.integer, 0), "0", 0),
        (partial(values.integer, 0), "9" * 18, 10**18 - 1),
        (partial(values.seconds, zero_allowed=True), "0", 0.0),
        (partial(values.seconds, zero_allowed=True), "0.0", 0.0),
        (partial(values.seconds, zero_allowed=False), "0.001", 0.001),
        (partial(values.seconds, zero_allowed=False), " .5 ", 0.5),
        (partial(values.seconds, zero_allowed=False), "1.", 1.0),
        (partial(values.seconds, zero_allowed=False), "1", 1.0),
        (partial(values.seconds, zero_allowed=False), LONGEST, 1e9),
        (partial(values.seconds, zero_allowed=True), "0.5", 0.5),
        (partial(values.choice, "a", "b"), "b", "b"),
        (partial(values.choice, "a", "b"), " a ", "a"),
    ],
)
def test_values_accepted_by_bounded_parsers(
    make_parser: Callable[..., Any], text: str, value: float | str
) -> None:
    assert make_parser()(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "problem"),
    [
        (values.switch, "maybe", SWITCH_PROBLEM),
        (values.folder, "/nowhere", "use the path of an existing folder"),
        (values.folder, "/tmp\0", "use the path of an existing folder"),
        (values.file_path, "drain", FILE_PROBLEM),
        (values.file_path, "/tmp/\0", FILE_PROBLEM),
        (values.credentials, "user:", CREDENTIALS_PROBLEM),
        (values.credentials, ":password", CREDENTIALS_PROBLEM),
        (values.origins, "https://a.example:65536", ORIGINS_PROBLEM),
        (values.origins, "http://a:80", ORIGINS_PROBLEM),
        (values.origins_or_any, "a", f"{ORIGINS_PROBLEM}; or * alone for any"),
        (values.address, "127.0.0.1:65536", ADDRESS_PROBLEM),
        (values.address, " unix: ", ADDRESS_PROBLEM),
        (values.address, "8000", ADDRESS_PROBLEM),
        (values.bucket, "https://office.example", BUCKET_PROBLEM),
        (values.bucket, "s3://", BUCKET_PROBLEM),
        (values.bucket, "s3://office/../other", BUCKET_PROBLEM),
        (values.broker, "sqla+sqlite:///queue", BROKER_PROBLEM),
        (values.broker, "redis://", BROKER_PROBLEM),
    ],
)
def test_refused_values_and_the_message(parse: Parser, text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=rf"\A{re.escape(problem)}\Z"):
        parse(text)


@pytest.mark.parametrize(
    ("make_parser", "text", "problem"),
    [
        (partial(values.integer, 3), "2", "use an integer of at least 3"),
        (partial(values.integer, 3), "x", "use an integer of at least 3"),
        (partial(values.integer, 0), "9" * 19, "use an integer of at least 0"),
        (partial(values.seconds, zero_allowed=False), "0", SECONDS_PROBLEM.format("more than 0")),
        (partial(values.seconds, zero_allowed=True), "-1", SECONDS_PROBLEM.format("0 or more")),
        (partial(values.seconds, zero_allowed=True), "x", SECONDS_PROBLEM.format("0 or more")),
        (partial(values.seconds, zero_allowed=True), "1000000001", SECONDS_PROBLEM.format("0 or more")),
        (partial(values.choice, "a", "b"), "c", "use one of a, b"),
    ],
)
def test_values_refused_by_bounded_parsers(make_parser: Callable[..., Any], text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=rf"\A{re.escape(problem)}\Z"):
        make_parser()(text)


@pytest.mark.parametrize(
    ("make_parser", "accepts"),
    [
        (partial(values.integer, 3), "integer ≥ 3"),
        (partial(values.seconds, zero_allowed=True), "seconds ≥ 0"),
        (partial(values.seconds, zero_allowed=False), "seconds > 0"),
        (partial(values.choice, "a", "b", "c"), "`a`, `b` or `c`"),
    ],
)
def test_a_parser_describes_what_it_accepts(make_parser: Callable[..., Any], accepts: str) -> None:
    assert make_parser().accepts == accepts


def test_settings_of_folders_and_files_need_usable_absolute_paths(tmp_path: Path) -> None:
    assert values.folder(str(tmp_path)) == tmp_path
    assert values.file_path(str(tmp_path / "drain")) == tmp_path / "drain"
    for unusable in (tmp_path, tmp_path / "no" / "drain", Path("drain")):
        with pytest.raises(ValueError, match="absolute path"):
            values.file_path(str(unusable))
