"""Writes nginx's configuration for the service: nginx/docops.conf.template with its variables filled in.

The limits and timeouts are computed from the service's DOCOPS_ variables: run it with the service's
environment.
"""

import argparse
import math
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

if __name__ == "__main__":
    # Run as a file, Python puts tools/ on the path instead of the project's folder.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.lib.command_line import integer

TEMPLATE = Path(__file__).resolve().parent.parent / "nginx" / "docops.conf.template"
# After one failure a backend gets no requests for three seconds: it may be unable to serve jobs.
_SERVER = "server {} max_fails=1 fail_timeout=3s;"
# The most that form fields and part headers add to the two files of a request.
_FORM_BYTES = 1024 * 1024
# The service's margin beyond a job and its wait, and nginx's further margin, so that its timeout is longer.
_WORKER_MARGIN_SECONDS = 60
_PROXY_MARGIN_SECONDS = 10
# No character that could end a directive or begin a variable.
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_.:/\[\]*@+=, -]+")
_VARIABLE = re.compile(r"\$\{(DOCOPS_[A-Z_]+)\}")


def main(arguments: list[str] | None = None) -> int:
    """Write the configuration; return the process's exit status."""
    options = _parser(os.environ).parse_args(arguments)
    text = render(TEMPLATE.read_text("utf-8"), variables(options))
    if options.output is None:
        sys.stdout.write(text)
        return 0
    try:
        options.output.write_text(text, "utf-8")
    except OSError as error:
        print(f"render_nginx: {options.output}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def variables(options: argparse.Namespace) -> dict[str, str]:
    """Return the template's variables for ``options``."""
    upload, task, rows = options.max_upload_bytes, options.max_task_bytes, options.max_rows_bytes
    job_seconds = math.ceil(options.request_timeout_seconds + options.queue_timeout_seconds)
    backends = options.upstream or ["127.0.0.1:8000"]
    return {
        "DOCOPS_NGINX_SERVERS": "\n    ".join(_SERVER.format(backend) for backend in backends),
        "DOCOPS_NGINX_LISTEN": options.listen,
        "DOCOPS_NGINX_SERVER_NAME": options.server_name,
        "DOCOPS_NGINX_HTPASSWD": options.htpasswd,
        "DOCOPS_NGINX_ACCESS_LOG": options.access_log,
        "DOCOPS_NGINX_CONNECT_SRC": " ".join(("'self'", *options.web_connect_src)),
        "DOCOPS_NGINX_MAX_BODY_BYTES": str(upload + max(min(task, upload) + upload, rows) + _FORM_BYTES),
        "DOCOPS_NGINX_READ_TIMEOUT_SECONDS": str(
            job_seconds + _WORKER_MARGIN_SECONDS + _PROXY_MARGIN_SECONDS
        ),
    }


def render(template: str, values: Mapping[str, str]) -> str:
    """Return ``template`` with each ``${DOCOPS_NGINX_...}`` in place; raises ``KeyError`` for an unknown one.

    nginx's own variables are written without braces and stay.
    """
    return _VARIABLE.sub(lambda found: values[found[1]], template)


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    where = parser.add_argument_group("where")
    where.add_argument(
        "--upstream",
        action="append",
        type=_plain,
        metavar="HOST:PORT",
        help="a backend; once for each (default: 127.0.0.1:8000)",
    )
    for flag, default, what in (
        ("--server-name", "_", "the host names served, or _ for any"),
        ("--listen", "80", "nginx's port or address:port; 'default_server' may follow"),
        ("--htpasswd", "/etc/nginx/docops.htpasswd", "the password file"),
        ("--access-log", "/var/log/nginx/docops.access.log", "the access log (JSON lines)"),
    ):
        where.add_argument(flag, default=default, type=_plain, help=f"{what} (default: {default})")
    where.add_argument("--output", type=Path, help="the file to write (default: standard output)")
    where.add_argument(
        "--web-connect-src",
        # argparse also parses a default that is a string.
        default=environ.get("DOCOPS_WEB_CONNECT_SRC") or "",
        type=_origins,
        metavar="ORIGINS",
        help="origins that the console's pages may call (default: DOCOPS_WEB_CONNECT_SRC)",
    )
    limits = parser.add_argument_group("limits", "by default those of the service's environment variables")
    for variable, parse, default in (
        ("DOCOPS_MAX_UPLOAD_BYTES", integer(1), "26214400"),
        ("DOCOPS_MAX_TASK_BYTES", integer(1), "2097152"),
        ("DOCOPS_MAX_ROWS_BYTES", integer(1), "26214400"),
        ("DOCOPS_REQUEST_TIMEOUT_SECONDS", _seconds, "60"),
        ("DOCOPS_QUEUE_TIMEOUT_SECONDS", _seconds, "0"),
    ):
        _add_limit(limits, variable, parse, environ.get(variable) or default)
    return parser


def _add_limit(
    group: "argparse._ArgumentGroup", variable: str, parse: Callable[[str], float], value: str
) -> None:
    flag = "--" + variable.removeprefix("DOCOPS_").lower().replace("_", "-")
    # argparse also parses a default that is a string.
    group.add_argument(flag, type=parse, default=value, metavar="N", help=f"{variable} (now: {value})")


def _plain(value: str) -> str:
    if not _PLAIN_VALUE.fullmatch(value):
        raise argparse.ArgumentTypeError(
            f"{value!r} holds characters that nginx would read as its own syntax"
        )
    return value


def _origins(value: str) -> tuple[str, ...]:
    """Return the origins of a comma-separated list; the service checks them."""
    return tuple(_plain(each.strip()) for each in value.split(",")) if value else ()


def _seconds(value: str) -> float:
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", value, re.ASCII):
        raise argparse.ArgumentTypeError(f"{value!r} is not a duration; use a decimal number of seconds")
    return float(value)


if __name__ == "__main__":
    sys.exit(main())
