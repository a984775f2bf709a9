"""Tasks, policies and forms that a fuzzer has been at: sound ones with bytes, tokens or parts changed."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from docops_flask.engine.checks.suggested_policy import policy_to_yaml
from docops_flask.engine.policy.policy import Policy
from tests.conftest import ROOT
from tests.web.forms import BOUNDARY, part, task_part, template_part

_TASKS = [
    {"task_type": "meeting_notice", "payload": {"meeting_title": "周例会", "attendees": ["王伟", "Li Na"]}},
    {
        "task_type": "meeting_notice",
        "payload": {"organizer": None, "meeting_date": "\t3\n4", "attendees": []},
    },
    {"task_type": "training_notice", "payload": {"training_title": "😀"}},
    {"task_type": "inspection_record", "payload": {}},
    {"payload": {"甲方": "某公司", "采购项": [{"金额": 20.5}, {"金额": "23.50"}], "MEETING_TITLE": True}},
    {"task_type": "open", "payload": {"合同": {"编号": 12}, "公章": {"png": "iVBORw0KGgo="}}},
]
_POLICIES = [
    policy_to_yaml(Policy()).encode(),
    *(
        path.read_bytes()
        for path in sorted((ROOT / "docops_flask/intake/catalogue/built_in/policies").glob("*.yaml"))
    ),
]

_JSON_TOKENS = [
    b"[", b"]", b"{", b"}", b":", b",", b'"', b"\\", b"\\u", b"\\ud800", b"\\udc00", b"\\u0000", b"null",
    b"true", b"NaN", b"-Infinity", b"1e400", b"-0", b"9" * 5000, b"0x1", b"//", b"'", b"\0", b"\x7f", b"\xff",
    b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"[" * 70, b'{"a":' * 70, b'"payload"', b'"task_type"',
    b"\r\n", b"x" * 300,
]  # fmt: skip
_YAML_TOKENS = [
    b": ", b"\n", b"- ", b"? ", b"[", b"]", b"{", b"}", b"&a ", b"*a", b"!", b"!!python/name:os", b"<<: ",
    b"---\n", b"...\n", b"%YAML 1.1\n", b"|\n", b">\n", b'"', b"'", b"\\", b"~", b".inf", b".nan", b"0x1F",
    b"1:30", b"9" * 400, b"\t", b"\0", b"\xff", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"# ",
    b"version: 2\n", b"a: " * 9, b"yes",
]  # fmt: skip
_FORM_TOKENS = [
    b"\r\n", b"\n", b"\r", b"--", b"; ", b"=", b'"', b"\\", b":", b"\0", b"\xff", b"%00", b"''", b"*0*", b"*",
    f"--{BOUNDARY}".encode(), f"\r\n--{BOUNDARY}--\r\n".encode(), f"--{BOUNDARY}\r\n".encode(), b"\r\n\r\n",
    b"Content-Disposition: form-data; ", b'name="template"', b'filename="a.docx"', b"filename*=UTF-8''%ff",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n", b"x" * 9_000,
    b"X-A: b\r\n", b" \t", b"PK\3\4", b"true", b"strict", b"\xe2\x80\xae",
]  # fmt: skip
_FIELDS = {
    "skill": [b"meeting_notice", b"memo", b"open"],
    "preset": [b"quick", b"strict", b"template", b"fast"],
    "strict": [b"true", b"false", b"1"],
    "format_mode": [b"off", b"report", b"strict"],
    "format_baseline": [b"policy", b"template"],
    "format_fix_mode": [b"none", b"safe"],
    "format_report": [b"both", b"human", b"json,sarif,junit", b""],
    "policy": [b"default", b"gbt9704-2012", b"../x"],
    "policy_yaml": _POLICIES,
    "export_suggested_policy": [b"true", b"TRUE"],
    "strip_comments": [b"true", b"no"],
    "drop_signature": [b"true", b"off"],
    "lang": [b"zh", b"en"],
    "unused": [b"refuse", b"allow"],
    "review": [b"comments", b"tracked"],
    "other": [b""],
}


# A value, in JSON, YAML or a header.
_WORD = re.compile(rb'"[^"]*"|[\w.-]+')
_WORDS_BYTES = 4_000


@dataclass(frozen=True)
class Body:
    """A request's body and its Content-Type."""

    content: bytes
    content_type: str


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def mutated_tasks(draw: st.DrawFn) -> bytes:
    """A task after a change or two: of its values, or of its bytes and tokens."""
    document = json.loads(json.dumps(draw(st.sampled_from(_TASKS))))
    for _ in range(draw(st.integers(0, 2))):
        _change_value(draw, document)
    ascii_ = draw(st.booleans())
    # Python writes NaN and lone surrogates, which is as well: they are to be refused.
    content = json.dumps(document, ensure_ascii=ascii_).encode("utf-8", "surrogatepass")
    for _ in range(draw(st.integers(0, 2))):
        content = _changed(draw, content, _JSON_TOKENS)
    return content


@st.composite
def mutated_policies(draw: st.DrawFn) -> bytes:
    """A policy's YAML after one to three changes, of lines or of bytes and tokens."""
    lines = draw(st.sampled_from(_POLICIES)).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 2))):
        _change_pieces(draw, lines)
    content = b"".join(lines)
    for _ in range(draw(st.integers(0, 2))):
        content = _changed(draw, content, _YAML_TOKENS)
    return content


@st.composite
def forms_of(draw: st.DrawFn, task: bytes | None = None, policy: bytes | None = None) -> Body:
    """A sound form, with this task and policy if given, and a few options otherwise."""
    parts = [template_part(), task_part(task)]
    if policy is not None:
        parts.append(part("policy_yaml", policy))
    elif task is None:
        parts += [_option(draw) for _ in range(draw(st.integers(0, 2)))]
    return _body(parts)


@st.composite
def mutated_forms(draw: st.DrawFn) -> Body:
    """A form after one to four changes: parts dropped, doubled or moved, headers and bytes changed."""
    parts = [template_part(), task_part(), *(_option(draw) for _ in range(draw(st.integers(0, 2))))]
    for _ in range(draw(st.integers(0, 1))):
        _change_pieces(draw, parts)
    for _ in range(draw(st.integers(0, 2))):
        if parts:
            at = draw(st.integers(0, len(parts) - 1))
            head, blank, content = parts[at].partition(b"\r\n\r\n")
            if draw(st.booleans()):
                head = _changed(draw, head, _FORM_TOKENS)
            else:
                content = _changed(draw, content, _FORM_TOKENS)
            parts[at] = head + blank + content
    body = _body(parts)
    if draw(st.integers(0, 3)) == 0:
        return Body(_changed(draw, body.content, _FORM_TOKENS), body.content_type)
    if draw(st.integers(0, 7)) == 0:
        type_ = _changed(draw, body.content_type.encode(), _FORM_TOKENS).decode("latin-1")
        return Body(body.content, re.sub(r"[\r\n]", " ", type_))
    return body


def _body(parts: Sequence[bytes]) -> Body:
    return Body(b"".join(parts) + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}")


def _option(draw: st.DrawFn) -> bytes:
    name = draw(st.sampled_from(sorted(_FIELDS)))
    return part(name, draw(st.sampled_from(_FIELDS[name])))


def _change_value(draw: st.DrawFn, document: dict[str, Any]) -> None:
    where = (
        document
        if draw(st.booleans()) or not isinstance(document.get("payload"), dict)
        else document["payload"]
    )
    key = draw(st.sampled_from([*where, "trainer", "x"]) | st.text(max_size=80))
    if draw(st.integers(0, 4)) == 0:
        where.pop(key, None)
    else:
        where[key] = draw(_JSON)


def _change_pieces(draw: st.DrawFn, pieces: list[bytes]) -> None:
    """Drop, double or move some of ``pieces``."""
    at = draw(st.integers(0, len(pieces)))
    some = pieces[at : at + draw(st.integers(1, 2))]
    match draw(st.integers(0, 2)):
        case 0:
            del pieces[at : at + len(some)]
        case 1:
            pieces[at:at] = some * draw(st.sampled_from([1, 2, 40]))
        case _:
            del pieces[at : at + len(some)]
            to = draw(st.integers(0, len(pieces)))
            pieces[to:to] = some


def _changed(draw: st.DrawFn, content: bytes, tokens: Sequence[bytes]) -> bytes:
    """Return ``content`` with a token put in or in place of a word, bytes changed, or some of it cut out."""
    words = [match.span() for match in _WORD.finditer(content[:_WORDS_BYTES])]
    at = draw(st.integers(0, len(content)))
    kind = draw(st.integers(0, 5))
    if kind <= 1 and words:
        start, end = draw(st.sampled_from(words))
        return content[:start] + draw(st.sampled_from(tokens)) + content[end:]
    match kind:
        case 0 | 1 | 2:
            return content[:at] + draw(st.sampled_from(tokens)) + content[at:]
        case 3:
            return content[:at] + draw(st.binary(min_size=1, max_size=3)) + content[at + 1 :]
        case 4:
            return content[:at] + content[at + draw(st.integers(1, 60)) :]
        case _:
            return content[:at]
