"""Settings: read once, bounded, documented, and never silently something else."""

import re
from pathlib import Path
from typing import Any

import pytest

from docops_flask.settings.settings import Settings, SettingsError, all_settings, from_env

MIB = 1024 * 1024
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "settings.md"
NUMBER = "integer of at least 1"


def test_defaults_are_the_contracts() -> None:
    settings = from_env({})
    assert (settings.max_upload_bytes, settings.max_task_bytes) == (26_214_400, 2_097_152)
    assert (settings.request_timeout_seconds, settings.queue_timeout_seconds) == (60, 0)
    assert (settings.max_concurrency, settings.mp_start) == (2, "spawn")
    assert (settings.workers, settings.threads, settings.bind) == (2, 18, "127.0.0.1:8000")
    assert (settings.enable_meta, settings.enable_metrics, settings.enable_web_console) == (
        True,
        False,
        False,
    )
    assert (settings.enable_cors, settings.cors_allow_credentials, settings.cors_max_age) == (
        False,
        False,
        600,
    )
    assert (settings.commit_sha, settings.debug_artifacts, settings.skills_dir) == ("unknown", False, None)
    assert settings.renderer_memory_bytes == 1024 * MIB
    limits = settings.limits()
    assert (limits.zip_entries, limits.table_cells) == (1000, 100_000)
    assert (limits.unpacked_bytes, limits.xml_bytes) == (200 * MIB, 50 * MIB)
    assert (limits.xml_part_bytes, limits.output_bytes) == (25 * MIB, 128 * MIB)


@pytest.mark.parametrize("variable", [variable for variable, _, _ in all_settings()])
def test_an_empty_value_counts_as_unset(variable: str) -> None:
    assert from_env({variable: ""}) == from_env({})


@pytest.mark.parametrize(
    ("variable", "value", "name", "expected"),
    [
        ("DOCOPS_MAX_UPLOAD_BYTES", "1", "max_upload_bytes", 1),
        ("DOCOPS_REQUEST_TIMEOUT_SECONDS", "0.001", "request_timeout_seconds", 0.001),
        ("DOCOPS_REQUEST_TIMEOUT_SECONDS", " 5 ", "request_timeout_seconds", 5),
        ("DOCOPS_QUEUE_TIMEOUT_SECONDS", "0", "queue_timeout_seconds", 0),
        ("DOCOPS_QUEUE_TIMEOUT_SECONDS", ".5", "queue_timeout_seconds", 0.5),
        ("DOCOPS_CORS_MAX_AGE", "0", "cors_max_age", 0),
        ("DOCOPS_MP_START", "forkserver", "mp_start", "forkserver"),
        ("DOCOPS_ENABLE_META", "No", "enable_meta", False),
        ("DOCOPS_ENABLE_CORS", "YES", "enable_cors", True),
        ("DOCOPS_DEBUG_ARTIFACTS", "on", "debug_artifacts", True),
        ("DOCOPS_DEBUG_ARTIFACTS", "True", "debug_artifacts", True),
        ("DOCOPS_ENABLE_META", "off", "enable_meta", False),
        ("DOCOPS_WEB_BASIC_AUTH", "user:pa:ss 密码", "web_basic_auth", ("user", "pa:ss 密码")),
        (
            "DOCOPS_CORS_ALLOW_ORIGINS",
            "https://a.example, http://10.0.0.5:8080,http://[::1]:3000",
            "cors_allow_origins",
            ("https://a.example", "http://10.0.0.5:8080", "http://[::1]:3000"),
        ),
        ("DOCOPS_CORS_ALLOW_ORIGINS", "*", "cors_allow_origins", ("*",)),
        ("DOCOPS_WEB_CONNECT_SRC", "https://a.example", "web_connect_src", ("https://a.example",)),
        ("DOCOPS_TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("DOCOPS_DRAIN_FILE", "/tmp/docops-drain", "drain_file", Path("/tmp/docops-drain")),
        ("DOCOPS_BIND", "[::1]:8000", "bind", "[::1]:8000"),
        ("DOCOPS_BIND", "unix:/run/docops.sock", "bind", "unix:/run/docops.sock"),
    ],
)
def test_a_good_value_is_taken(variable: str, value: str, name: str, expected: object) -> None:
    assert getattr(from_env({variable: value}), name) == expected


@pytest.mark.parametrize(
    ("variable", "value", "accepted"),
    [
        ("DOCOPS_MAX_UPLOAD_BYTES", "0", NUMBER),
        ("DOCOPS_MAX_UPLOAD_BYTES", "-1", NUMBER),
        ("DOCOPS_MAX_UPLOAD_BYTES", "25M", NUMBER),
        ("DOCOPS_MAX_UPLOAD_BYTES", "1_000", NUMBER),
        ("DOCOPS_MAX_UPLOAD_BYTES", "１２", NUMBER),
        ("DOCOPS_MAX_UPLOAD_BYTES", "9" * 5000, NUMBER),
        ("DOCOPS_MAX_TASK_BYTES", "1.5", NUMBER),
        ("DOCOPS_MAX_ZIP_ENTRIES", "none", NUMBER),
        ("DOCOPS_MAX_TABLE_CELLS", "0", NUMBER),
        ("DOCOPS_MAX_UNPACKED_BYTES", "0", NUMBER),
        ("DOCOPS_MAX_XML_BYTES", "0", NUMBER),
        ("DOCOPS_MAX_XML_PART_BYTES", "0", NUMBER),
        ("DOCOPS_MAX_OUTPUT_BYTES", "0", NUMBER),
        ("DOCOPS_MAX_BLOCK_COPIES", "0", NUMBER),
        ("DOCOPS_RENDERER_MEMORY_BYTES", "0", NUMBER),
        ("DOCOPS_MAX_CONCURRENCY", "0", NUMBER),
        ("DOCOPS_WORKERS", "0", NUMBER),
        ("DOCOPS_THREADS", "0", NUMBER),
        ("DOCOPS_CORS_MAX_AGE", "-1", "integer of at least 0"),
        ("DOCOPS_TRUSTED_PROXIES", "-1", "integer of at least 0"),
        ("DOCOPS_DRAIN_FILE", "drain", "absolute path"),
        ("DOCOPS_DRAIN_FILE", "/tmp", "absolute path"),
        ("DOCOPS_DRAIN_FILE", "/nowhere/drain", "existing folder"),
        ("DOCOPS_REQUEST_TIMEOUT_SECONDS", "0", "more than 0"),
        ("DOCOPS_REQUEST_TIMEOUT_SECONDS", "inf", "more than 0"),
        ("DOCOPS_REQUEST_TIMEOUT_SECONDS", "nan", "more than 0"),
        ("DOCOPS_REQUEST_TIMEOUT_SECONDS", "1e3", "more than 0"),
        ("DOCOPS_REQUEST_TIMEOUT_SECONDS", "99999999999", "more than 0"),
        ("DOCOPS_QUEUE_TIMEOUT_SECONDS", "-0.1", "0 or more"),
        ("DOCOPS_QUEUE_TIMEOUT_SECONDS", "Infinity", "0 or more"),
        ("DOCOPS_MP_START", "thread", "spawn, forkserver, fork"),
        ("DOCOPS_ENABLE_META", "maybe", "1 or 0"),
        ("DOCOPS_SKILLS_DIR", "/nowhere/at/all", "existing folder"),
        ("DOCOPS_WEB_CONNECT_SRC", "*", "origins"),
        ("DOCOPS_CORS_ALLOW_ORIGINS", "a.example", "origins"),
        ("DOCOPS_CORS_ALLOW_ORIGINS", "https://a.example/", "no path"),
        ("DOCOPS_CORS_ALLOW_ORIGINS", "https://A.example", "lower case"),
        ("DOCOPS_CORS_ALLOW_ORIGINS", "https://a.example:443", "no default port"),
        ("DOCOPS_CORS_ALLOW_ORIGINS", "https://a.example:99999", "origins"),
        ("DOCOPS_CORS_ALLOW_ORIGINS", "https://a.example,", "origins"),
        ("DOCOPS_CORS_ALLOW_ORIGINS", "*,https://a.example", "* alone"),
        ("DOCOPS_CORS_ALLOW_ORIGINS", "null", "origins"),
        ("DOCOPS_BIND", "8000", "host:port"),
        ("DOCOPS_BIND", "127.0.0.1:99999", "host:port"),
        ("DOCOPS_COMMIT_SHA", "abc\ndef", "printable"),
        ("DOCOPS_BATCH_STORE", "s3://Office", "s3://BUCKET"),
        ("DOCOPS_BATCH_BROKER", "http://broker", "redis://HOST"),
    ],
)
def test_the_error_for_a_bad_value_is_one_line_that_says_what_is_accepted(
    variable: str, value: str, accepted: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        from_env({variable: value})
    line = str(caught.value)
    assert line.startswith(f"{variable}: ")
    assert accepted in line
    assert "\n" not in line
    assert line.isascii()
    assert len(line) < 300


@pytest.mark.parametrize("value", ["sesame", "sesame:", ":sesame", "user:sesa\udcffme"])
def test_a_secret_is_never_printed(value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_env({"DOCOPS_WEB_BASIC_AUTH": value})
    assert str(caught.value).startswith("DOCOPS_WEB_BASIC_AUTH: ")
    assert "sesa" not in str(caught.value)
    with pytest.raises(SettingsError) as caught:
        from_env({"DOCOPS_BATCH_BROKER": f"http://{value}@broker"})
    assert "sesa" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"DOCOPS_WORKERS": "two"}, "DOCOPS_WORKERS: 'two' cannot be used; use an integer of at least 1"),
        (
            {"DOCOPS_WORKERS": "x" * 64},
            f"DOCOPS_WORKERS: '{'x' * 64}' cannot be used; use an integer of at least 1",
        ),
        (
            {"DOCOPS_WORKERS": "x" * 65},
            f"DOCOPS_WORKERS: '{'x' * 64}...' cannot be used; use an integer of at least 1",
        ),
        (
            {"DOCOPS_COMMIT_SHA": "a\nb"},
            "DOCOPS_COMMIT_SHA: 'a\\nb' holds characters that are not text; use printable UTF-8 text",
        ),
        (
            {"DOCOPS_WEB_BASIC_AUTH": "sesame"},
            "DOCOPS_WEB_BASIC_AUTH: its value cannot be used; use user:password, neither of them empty",
        ),
        (
            {"DOCOPS_ENABLE_CORS": "1", "DOCOPS_CORS_ALLOW_CREDENTIALS": "1"},
            "DOCOPS_CORS_ALLOW_CREDENTIALS: cannot be 1 while every origin is allowed; "
            "list the origins in DOCOPS_CORS_ALLOW_ORIGINS, or use 0",
        ),
    ],
)
def test_the_error_shows_the_value_and_says_what_to_do(environ: dict[str, str], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_env(environ)
    assert str(caught.value) == line


def test_each_limit_of_a_template_is_its_own_setting() -> None:
    sizes = {
        "max_zip_entries": "zip_entries",
        "max_unpacked_bytes": "unpacked_bytes",
        "max_xml_bytes": "xml_bytes",
        "max_xml_part_bytes": "xml_part_bytes",
        "max_table_cells": "table_cells",
        "max_output_bytes": "output_bytes",
        "max_block_copies": "block_copies",
    }
    numbers: dict[str, Any] = {name: number for number, name in enumerate(sizes, 1)}
    limits = Settings(**numbers).limits()
    assert [getattr(limits, name) for name in sizes.values()] == [1, 2, 3, 4, 5, 6, 7]


def test_a_renderers_limits_exceed_those_of_its_job() -> None:
    settings = Settings(
        renderer_memory_bytes=7, request_timeout_seconds=2.5, max_output_bytes=100, sandbox="off"
    )
    limits = settings.process_limits()
    assert (limits.memory_bytes, limits.sandbox) == (7, "off")
    assert limits.cpu_seconds > 3
    assert limits.file_bytes > 100


def test_a_secret_is_not_in_the_settings_repr() -> None:
    assert "sesame" not in repr(from_env({"DOCOPS_WEB_BASIC_AUTH": "user:sesame"}))


@pytest.mark.parametrize(
    "environ",
    [
        {"DOCOPS_ENABLE_CORS": "1"},
        {"DOCOPS_ENABLE_CORS": "1", "DOCOPS_CORS_ALLOW_ORIGINS": "*"},
        {"DOCOPS_CORS_ALLOW_ORIGINS": "*"},
    ],
)
def test_credentials_and_any_origin_exclude_each_other(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"\ADOCOPS_CORS_ALLOW_CREDENTIALS: "):
        from_env({"DOCOPS_CORS_ALLOW_CREDENTIALS": "1", **environ})


def test_any_origin_is_allowed_when_cors_is_on_and_none_is_listed() -> None:
    assert from_env({"DOCOPS_ENABLE_CORS": "1"}).cors_allow_origins == ("*",)
    assert from_env({}).cors_allow_origins == ()


@pytest.mark.parametrize(
    ("slots", "threads", "waiting"), [(2, None, 12), (5, None, 12), (2, 8, 2), (2, 6, 0), (1, 1, 0)]
)
def test_the_queue_leaves_threads_for_requests_without_a_slot(
    slots: int, threads: int | None, waiting: int
) -> None:
    environ = {"DOCOPS_MAX_CONCURRENCY": str(slots)}
    if threads is not None:
        environ["DOCOPS_THREADS"] = str(threads)
    assert from_env(environ).max_waiting == waiting


def test_the_body_limit_allows_two_files_pictures_and_the_form() -> None:
    settings = Settings(max_upload_bytes=1000, max_task_bytes=100, max_rows_bytes=50)
    assert settings.max_body_bytes == 2100 + MIB
    assert Settings(max_upload_bytes=1000, max_rows_bytes=9000).max_body_bytes == 10_000 + MIB
    assert Settings(max_upload_bytes=10, max_task_bytes=100).max_task_file_bytes == 10


def test_the_worker_timeout_exceeds_the_job_timeout() -> None:
    settings = Settings(request_timeout_seconds=100.5, queue_timeout_seconds=20)
    assert settings.worker_timeout_seconds > 120.5


def test_a_stop_waits_for_a_body_that_may_take_longer_than_a_minute() -> None:
    usual, slow = Settings(), Settings(body_timeout_seconds=300.5)
    assert usual.worker_timeout_seconds == 120
    assert slow.worker_timeout_seconds == 60 + 301


@pytest.mark.parametrize("threads", [1, 2, 5, 18, 40])
@pytest.mark.parametrize("slots", [1, 2, 8])
@pytest.mark.parametrize("queue_timeout_seconds", [0, 10])
def test_bodies_slots_and_queue_together_leave_two_threads(
    threads: int, slots: int, queue_timeout_seconds: int
) -> None:
    settings = Settings(threads=threads, max_concurrency=slots, queue_timeout_seconds=queue_timeout_seconds)
    waiting = settings.max_waiting if queue_timeout_seconds else 0
    assert settings.max_receiving >= 1
    assert settings.max_receiving == 1 or settings.max_receiving + waiting + slots <= threads - 2


def _documented() -> dict[str, list[str]]:
    rows = re.findall(
        r"^\| `(DOCOPS_\w+)` \| (.*?) \| (.*?) \| (.*) \|$", DOCUMENTATION.read_text(), re.MULTILINE
    )
    return {variable: columns for variable, *columns in rows}


def _default_text(default: object) -> str:
    if isinstance(default, bool):
        return f"`{int(default)}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def test_every_setting_is_documented_with_its_default_bounds_and_help_line() -> None:
    expected = {
        variable: [setting.default_text or _default_text(field.default), setting.parse.accepts, setting.help]
        for variable, field, setting in all_settings()
    }
    assert _documented() == expected


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"DOCOPS_BATCH_STORE": "s3://office"}, "DOCOPS_BATCH_BROKER: needed where"),
        ({"DOCOPS_BATCH_BROKER": "redis://broker"}, "DOCOPS_BATCH_DIR: needed where"),
        (
            {"DOCOPS_BATCH_STORE": "s3://office", "DOCOPS_BATCH_DIR": "/tmp"},
            "DOCOPS_BATCH_STORE: cannot be used together with DOCOPS_BATCH_DIR",
        ),
    ],
)
def test_batches_on_several_machines_need_one_place_and_a_broker(
    environ: dict[str, str], missing: str
) -> None:
    with pytest.raises(SettingsError, match=rf"\A{missing}"):
        from_env(environ)
