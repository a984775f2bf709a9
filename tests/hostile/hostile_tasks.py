"""Tasks that are no task: bytes, JSON and values that are refused, by what is wrong with them."""

import json
from dataclasses import replace
from typing import Any

from tests.hostile.answer_checks import Refusal
from tests.web.forms import task

# Among what was refused: a name that no answer and no log line may hold.
SECRET = "SECRET-" + "z" * 70
_MOST_BYTES = 2 * 1024 * 1024

_BROKEN = Refusal(400, "INVALID_JSON", {"field": "task"}, inner="docops_flask/intake/task.py")
# Refused where its bytes are decoded.
_UNDECODED = replace(_BROKEN, inner="docops_flask/engine/text_encoding")
_UNFIT = Refusal(400, "INVALID_ARGUMENT", {"field": "task"}, inner="docops_flask/intake/task.py")
_TOO_LARGE = Refusal(413, "UPLOAD_TOO_LARGE", {"field": "task"}, inner="docops_flask/web/upload/form.py")
_OTHER_TYPE = Refusal(400, "INVALID_ARGUMENT", {"field": "task_type"}, inner="docops_flask/intake/job.py")


def _with(payload: str) -> bytes:
    """A task whose ``payload`` is this text."""
    return b'{"task_type": "meeting_notice", "payload": ' + payload.encode("utf-8", "surrogatepass") + b"}"


def _keys(count: int, first: str = "") -> str:
    members = ",".join(f'"k{number}":1' for number in range(count))
    return "{" + first + members + "}"


def _of(document: Any) -> bytes:
    return json.dumps(document).encode()


NOT_JSON = {
    "nothing": b"",
    "blanks": b" \r\n\t" * 1000,
    "a byte order mark alone": b"\xef\xbb\xbf",
    "two byte order marks": b"\xef\xbb\xbf" * 2 + task(),
    "a byte order mark inside": b"{\xef\xbb\xbf}",
    "NUL": b"\0" * 100,
    "NUL after the task": task() + b"\0",
    "a control character in a text": _with('{"meeting_title": "a\x01b"}'),
    "a line break in a text": _with('{"meeting_title": "a\nb"}'),
    "a second task": task() * 2,
    "lines of JSON": task() + b"\n" + task(),
    "cut short": task()[:-2],
    "cut inside a character": b'{"task_type": "\xe5\x91',
    "a comment": b"/* " + SECRET.encode() + b" */" + task(),
    "single quotes": b"{'task_type': '" + SECRET.encode() + b"'}",
    "names without quotes": b"{task_type: 1}",
    "a trailing comma": b'{"task_type": "meeting_notice",}',
    "an escape that is none": _with('{"meeting_title": "\\x41"}'),
    "half an escape": _with('{"meeting_title": "\\u12"}'),
    "a number with leading zeros": _with('{"meeting_title": 007}'),
    "a hexadecimal number": _with('{"meeting_title": 0x10}'),
    "100,000 open lists": b"[" * 100_000,
    "100,000 open objects": b'{"a":' * 100_000,
    "100,000 lists, closed": _with("[" * 100_000 + "]" * 100_000),
    "as deep as 2 MiB go": b"[" * (_MOST_BYTES - 1),
    "a list 65 deep": _with('{"attendees": ' + "[" * 63 + "]" * 63 + "}"),
    "open objects in a payload": _with('{"attendees":[{"a":' * 10_000),
    "an integer of 2 million digits": _with('{"meeting_title": ' + "9" * 2_000_000 + "}"),
    "an integer of 4,301 digits": _with('{"meeting_title": -' + "1" * 4301 + "}"),
    "NaN": _with('{"meeting_title": NaN}'),
    "Infinity": _with('{"meeting_title": Infinity}'),
    "minus infinity": _with('{"meeting_title": [-Infinity]}'),
    "NaN at the top": b"NaN",
    "a key twice": b'{"task_type": "meeting_notice", "payload": {}, "task_type": "training_notice"}',
    "a key twice, once escaped": b'{"task_type": "meeting_notice", "payload": {}, "t\\u0061sk_type": "x"}',
    "a key twice in the payload": _with('{"meeting_title": "a", "meeting_title": "b"}'),
    "a key twice among 100,000": _with(_keys(100_000, '"k99999":1,')),
    "a long key twice": _with(f'{{"{SECRET}": 1, "{SECRET}": 2}}'),
    "UTF-16": '{"task_type": "meeting_notice"}'.encode("utf-16"),
    "UTF-16 without its mark": task().decode().encode("utf-16-le"),
    "UTF-32": task().decode().encode("utf-32"),
    "GB18030": task().decode().encode("gb18030"),
    "UTF-7": b"+AHsAfQ-",
    "Latin-1": _with('{"meeting_title": "').replace(b"}", b"") + b'\xe9"}}',
    "a surrogate in bytes": _with('{"meeting_title": "\ud800"}'),
    "a surrogate pair in bytes": _with('{"meeting_title": "\ud83d\ude00"}'),
    "an overlong slash": _with('{"meeting_title": "').replace(b"}", b"") + b'\xc0\xaf"}}',
    "beyond Unicode": b'"\xf5\x80\x80\x80"',
    "compressed": b"\x1f\x8b\x08\0" + bytes(range(256)),
    "a Word file": b"PK\3\4" + bytes(100),
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "a list": b"[" + task() + b"]",
    "a text": _of(SECRET),
    "a number": b"1e400",
    "true": b"true",
    "null": b"null",
}  # fmt: skip

NOT_A_TASK = {
    "another key": _of({"task_type": "meeting_notice", "payload": {}, "__proto__": {"a": 1}}),
    "a long key": _of({SECRET: 1, "task_type": "meeting_notice", "payload": {}}),
    "a key of 2 MB": _with('{"' + "k" * 2_000_000 + '": 1}'),
    "an empty key": _with('{"": "x"}'),
    "a key of quotes and brackets": _with("{\"']['\": 1}"),
    "a key with a line break": _with('{"a\\r\\nX-Injected: 1": 1}'),
    "a key with an escape sequence": _with('{"a\\u001b[2J": 1}'),
    "a key that reads backwards": _with('{"a\\u202egnp.exe": 1}'),
    "a key of nothing to see": _with('{"\\u200b\\ufeff\\u00ad": 1}'),
    "a key of lone surrogates": _with('{"\\ud800\\udfff\\ud800": 1}'),
    "a key beyond the BMP": _with('{"' + "\\ud83d\\ude00" * 70 + '": 1}'),
    "200,000 keys": _with(_keys(180_000)),
    "200,000 keys at the top": _keys(180_000).encode(),
    "a list of 300,000 numbers": _with('{"attendees": [' + "1," * 299_999 + "1]}"),
    "a list of lists": _with('{"attendees": ' + "[" * 60 + "]" * 60 + "}"),
    "a payload that is a list": _with("[]"),
    "a payload that is a text": _with('"{}"'),
    "a payload that is null": _with("null"),
    "a payload 60 deep": _with('{"meeting_title":' * 60 + "1" + "}" * 60),
    "a number as text": _with('{"meeting_title": 1}'),
    "a number beyond all": _with('{"meeting_title": 1e400}'),
    "an exponent beyond all": _with('{"meeting_title": 1e99999999999999999999}'),
    "a number of 4,300 digits": _with('{"meeting_title": ' + "9" * 4300 + "}"),
    "true as text": _with('{"meeting_title": true}'),
    "an object as text": _with(f'{{"meeting_title": {{"{SECRET}": 1}}}}'),
    "a lone surrogate": _with('{"meeting_title": "a\\ud800b"}'),
    "surrogates the wrong way round": _with('{"meeting_title": "\\ude00\\ud83d"}'),
    "NUL in a text": _with('{"meeting_title": "a\\u0000b"}'),
    "an escape character in a list": _with('{"attendees": ["a", "\\u001b"]}'),
    "a noncharacter": _with('{"meeting_title": "\\uffff"}'),
    "another type's key": _with('{"trainer": "x"}'),
    "a key in capitals": _with('{"MEETING_TITLE": "x"}'),
    "a key in full width": _with('{"ｍeeting_title": "x"}'),
    "a task_type that is a list": _of({"task_type": ["meeting_notice"], "payload": {}}),
    "a task_type that is null": _of({"task_type": None, "payload": {}}),
    "a task_type with NUL": _of({"task_type": "meeting_notice\0", "payload": {}}),
}

OF_NO_TYPE = {
    "an unknown type": "invoice",
    "an empty type": "",
    "a path": "../../../../etc/passwd",
    "a type of 1 MB": "x" * 1_000_000,
    "a type that reads backwards": "\u202ememo",
    "a type with line breaks": "memo\r\n\r\nHTTP/1.1 200 OK",
    "a type in capitals": "Meeting_Notice",
    "a type of a class": "__class__",
}

TOO_LARGE = {"2 MiB and a byte": b" " * _MOST_BYTES + b"x", "9 MiB of brackets": b"[" * 9 * 1024 * 1024}


def _is_utf_8(content: bytes) -> bool:
    # JSON begins with an ASCII character: a zero byte there is of UTF-16 or UTF-32.
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in content[:4]


TASKS: dict[str, tuple[bytes, Refusal]] = {
    **{name: (content, _BROKEN if _is_utf_8(content) else _UNDECODED) for name, content in NOT_JSON.items()},
    **{name: (content, _UNFIT) for name, content in NOT_A_TASK.items()},
    **{name: (task(task_type=kind), _OTHER_TYPE) for name, kind in OF_NO_TYPE.items()},
    **{name: (content, _TOO_LARGE) for name, content in TOO_LARGE.items()},
}
