"""Hostile reports to be verified: their JSON is read in the renderer, and refused as strictly as a task."""

import json
from dataclasses import replace

import pytest

from tests.e2e.gunicorn_server import FORM_TYPE
from tests.hostile.answer_checks import HostileServer, Refusal, Send, ask
from tests.hostile.hostile_multiparts import form
from tests.web.forms import TEMPLATE, part, template_part

LOG = b'{"entries": []}'
BROKEN = Refusal(400, "INVALID_JSON", {"field": "replace_log"}, inner="docops_flask/engine/integrity")
# Refused where its bytes are decoded.
UNDECODED = replace(BROKEN, inner="docops_flask/engine/text_encoding")
UNFIT = Refusal(400, "INVALID_ARGUMENT", {"field": "replace_log"}, inner="docops_flask/engine/integrity")

LOGS = {
    "nothing": (b"", BROKEN),
    "bytes of no kind": (bytes(range(256)), UNDECODED),
    "a million open lists": (b"[" * 1_000_000, BROKEN),
    "a million open objects": (b'{"a":' * 1_000_000, BROKEN),
    "a number of a million digits": (b'{"entries": ' + b"9" * 1_000_000 + b"}", BROKEN),
    "NaN": (b'{"entries": [NaN]}', BROKEN),
    "a key twice": (b'{"entries": [], "entries": []}', BROKEN),
    "UTF-16": (
        LOG.decode().encode("utf-16"),
        replace(UNDECODED, detail={"field": "replace_log", "encoding": "UTF-16"}),
    ),
    "a surrogate in bytes": (b'{"entries": ["\xed\xa0\x80"]}', UNDECODED),
    "a list": (b"[]", UNFIT),
    "null": (b"null", UNFIT),
    "no entries": (b"{}", UNFIT),
    "entries that are an object": (b'{"entries": {}}', UNFIT),
    "an entry that is a text": (b'{"entries": ["x"]}', UNFIT),
    "an entry of nothing": (b'{"entries": [{"status": "replaced"}]}', UNFIT),
    "300,000 entries of nothing": (b'{"entries": [' + b"{}," * 299_999 + b'{"status": "replaced"}]}', UNFIT),
}


def fix_of(key: str) -> bytes:
    """A report whose one repair names an attribute that is no text."""
    change = {"paragraph_path": "p0", "element": "ind", "before": {key: 1}, "after": {}}
    return json.dumps({"summary": {"fix_changes": [change]}}).encode()


def verification(log: bytes = LOG, report: bytes = b'{"summary": {"fix_changes": []}}') -> Send:
    body = form(
        template_part(),
        part("document", TEMPLATE, "a.docx"),
        part("replace_log", log, "a.json"),
        part("format_report", report, "b.json"),
    ).body
    return ask("POST", "/v1/verify", body, Content_Type=FORM_TYPE)


@pytest.mark.parametrize("name", LOGS)
def test_an_invalid_replace_log_is_refused(request_server: HostileServer, name: str) -> None:
    content, expected = LOGS[name]
    request_server.refuses(verification(content), expected, [content])


@pytest.mark.parametrize(
    "key", ["k" * 100_000, "\u202e\x1b[2J\r\n", "\ud800", ""], ids=lambda key: ascii(key)[:20]
)
def test_keys_of_a_report_are_not_repeated(request_server: HostileServer, key: str) -> None:
    report = fix_of(key)
    expected = Refusal(
        400, "INVALID_ARGUMENT", {"field": "format_report"}, inner="docops_flask/engine/integrity"
    )
    request_server.refuses(verification(report=report), expected, [report])
