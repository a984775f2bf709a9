"""Multipart bodies that are none, or mean something else than they seem to; file names meant to do harm."""

import base64
from dataclasses import dataclass

from tests.e2e.gunicorn_server import FORM_TYPE
from tests.hostile.answer_checks import Refusal
from tests.web.forms import BOUNDARY, TEMPLATE, part, task_part, template_part

# In every hostile file name; nothing on disk or in the log may hold it.
NAMED = "HOSTILE-NAME"
_END = f"--{BOUNDARY}--\r\n".encode()
_FILES = template_part() + task_part()
_OTHER = b"--another-boundary"


@dataclass(frozen=True)
class Form:
    """A request's body and its Content-Type."""

    body: bytes
    content_type: str = FORM_TYPE


def raw_part(headers: bytes, content: bytes = b"x") -> bytes:
    """A part whose headers are these bytes."""
    return f"--{BOUNDARY}\r\n".encode() + headers + b"\r\n\r\n" + content + b"\r\n"


def _disposed(disposition: bytes, content: bytes = TEMPLATE) -> bytes:
    return raw_part(b"Content-Disposition: form-data; " + disposition, content)


def _encoded(encoding: str, template: bytes) -> bytes:
    headers = b'Content-Disposition: form-data; name="template"; filename="a.docx"\r\n'
    return raw_part(headers + f"Content-Transfer-Encoding: {encoding}".encode(), template) + task_part()


def form(*parts: bytes, end: bytes = _END) -> Form:
    """A form of these parts."""
    return Form(b"".join(parts) + end)


_BODY = Refusal(400, "INVALID_ARGUMENT", {"field": "body"}, inner="docops_flask/web/upload/multipart.py")

MALFORMED = {
    "no boundary named": Form(_FILES + _END, "multipart/form-data"),
    "an empty boundary": Form(_FILES + _END, 'multipart/form-data; boundary=""'),
    "a boundary that is not ASCII": Form(_FILES + _END, "multipart/form-data; boundary=\xe9\xe8"),
    "another boundary": Form(_FILES.replace(b"--boundary", b"--Boundary") + _END.swapcase()),
    "a boundary of 4,000 letters": Form(_FILES + _END, "multipart/form-data; boundary=" + "x" * 4000),
    "a boundary among 900 parameters": Form(_FILES + _END, "multipart/form-data" + "; a=b" * 900),
    "nothing at all": Form(b""),
    "no part and no end": Form(b"\r\n" * 1000),
    "bytes of no kind": Form(bytes(range(256)) * 4096),
    "the end of a part missing": form(_FILES, end=b""),
    "half an end": form(_FILES, end=_END[:-8]),
    "cut inside a part's headers": Form(_FILES + f"--{BOUNDARY}\r\nContent-Dispo".encode()),
    "a part without headers": form(_FILES, raw_part(b"")),
    "headers without a disposition": form(_FILES, raw_part(b"Content-Type: text/plain")),
    "headers that are not UTF-8": form(_FILES, _disposed(b'name="\xff\xfe"')),
    "headers that are not closed": form(f"--{BOUNDARY}\r\n".encode() + b"a" * 20_000),
    "165 parts": form(part("preset", b"quick") * 165),
    "100,000 parts": form(part("x", b"") * 100_000),
    "a million boundaries": Form(f"--{BOUNDARY}\r\n".encode() * 1_000_000),
    "a header of 40 KB": form(_FILES, raw_part(b"X-Long: " + b"x" * 40_000)),
    "10,000 headers": form(raw_part(b"\r\n".join(b"X-%d: y" % number for number in range(10_000))), _FILES),
    "parameters that take long to read": form(*[_disposed(b"name*0=a" + b";" * 400_000)] * 64),
    "a preamble of 2 MB": Form(b"x" * 2_000_000 + b"\r\n" + _FILES + _END),
    "an epilogue of 2 MB": Form(_FILES + _END + b"x" * 2_000_000),
}  # fmt: skip


def _argument(field: str) -> Refusal:
    return Refusal(400, "INVALID_ARGUMENT", {"field": field}, inner="docops_flask/web/upload/form.py")


def _media(field: str) -> Refusal:
    return Refusal(415, "INVALID_MEDIA_TYPE", {"field": field}, inner="docops_flask/intake/files.py")


UNFIT = {
    "no part": (form(), _argument("template")),
    "the template missing": (form(task_part()), _argument("template")),
    "the task missing": (form(template_part()), _argument("task")),
    "the template twice": (form(_FILES, template_part()), _argument("template")),
    "the task twice": (form(_FILES, task_part(b"{}")), _argument("task")),
    "the template as a field": (form(part("template", TEMPLATE), task_part()), _argument("template")),
    "an empty file name": (form(part("template", TEMPLATE, ""), task_part()), _argument("template")),
    "a part without a name": (form(_FILES, part(None, b"x")), _argument("")),
    "a part with an empty name": (form(_FILES, part("", b"x")), _argument("")),
    "a part of another name": (form(_FILES, part("Template", TEMPLATE, "a.docx")), _argument("Template")),
    "a name with a line break": (
        form(_FILES, _disposed(b"name*=UTF-8''a%0D%0AX-Injected%3A%201")),
        _argument("a\\u000d\\u000aX-Injected: 1"),
    ),
    "a name that reads backwards": (
        form(_FILES, _disposed(b"name*=UTF-8''%E2%80%AEx")), _argument("\\u202ex"),
    ),
    "a name with NUL": (form(_FILES, _disposed(b'name="a\0b"')), _argument("a\\u0000b")),
    "a name of 15 KB": (form(_FILES, part("n" * 15_000, b"x")), _argument("n" * 64)),
    "a charset part": (form(part("_charset_", b"utf-16"), _FILES), _argument("_charset_")),
    "an empty template": (form(template_part(b""), task_part()), _media("template")),
    "a template in base64": (form(_encoded("base64", base64.b64encode(TEMPLATE))), _media("template")),
    "a template in quoted-printable": (
        form(_encoded("quoted-printable", b"=50=4B=03=04")), _media("template"),
    ),
    "a form in the form": (
        form(
            raw_part(
                b'Content-Disposition: form-data; name="template"; filename="a.docx"\r\n'
                b"Content-Type: multipart/mixed; boundary=another-boundary",
                _OTHER + b"\r\nContent-Disposition: file; filename=a.docx\r\n\r\n" + TEMPLATE,
            ),
            task_part(),
        ),
        _media("template"),
    ),
    "a form field of 20 MB": (form(_FILES, part("preset", b"q" * 20_000_000)),
                              Refusal(400, "INVALID_ARGUMENT", {"field": "preset"}, inner="options.py")),
    "a template that is over its limit": (
        form(template_part(b"PK\3\4" + bytes(26_214_400)), task_part()),
        Refusal(413, "UPLOAD_TOO_LARGE", {"field": "template"}, inner="docops_flask/web/upload/form.py"),
    ),
    "a body that is over all limits": (
        form(template_part(b"PK\3\4" + bytes(60_000_000)), task_part()),
        Refusal(413, "UPLOAD_TOO_LARGE", {"field": "body"}, inner="docops_flask/web/request.py"),
    ),
}  # fmt: skip

FORMS: dict[str, tuple[Form, Refusal]] = {
    **{name: (each, _BODY) for name, each in MALFORMED.items()},
    **UNFIT,
}

OTHER_TYPES = {
    "JSON": "application/json",
    "a form without files": "application/x-www-form-urlencoded",
    "another multipart": f"multipart/mixed; boundary={BOUNDARY}",
    "no type": "",
    "a type of a kind": f"multipart/form-dataX; boundary={BOUNDARY}",
    "two types": f"text/plain, {FORM_TYPE}",
    "a type of 8 KB": "a" * 8000,
    "no ASCII": "\xff\xfe",
}

# What looks odd and is a sound form.
ODD_FORMS = {
    "a short preamble and epilogue": Form(b"ignored\r\n" + _FILES + _END + b"ignored"),
    "a boundary of characters with a meaning": Form(
        (_FILES + _END).replace(BOUNDARY.encode(), b"(.*)+[a'?"),
        "multipart/form-data; boundary=\"(.*)+[a'?\"",
    ),
    "a type in capitals": Form(_FILES + _END, FORM_TYPE.replace("form-data", "FORM-DATA")),
    "an encoding that changes nothing": form(_encoded("binary", TEMPLATE)),
    "folded headers": form(_disposed(b'name="template";\r\n filename="a.docx"'), task_part()),
}  # fmt: skip


def _named(disposition: bytes) -> Form:
    return form(_disposed(b'name="template"; ' + disposition), task_part())


# What of a name is a sound name for a .docx file, whatever else it tries.
FILE_NAMES = {
    "a way up": _named(f'filename="../../../../../../tmp/{NAMED}.docx"'.encode()),
    "an encoded way up": _named(f"filename*=UTF-8''%2e%2e%2f%2e%2e%2f{NAMED}.docx".encode()),
    "a way from the root": _named(f'filename="/tmp/{NAMED}.docx"'.encode()),
    "backslashes": _named(f'filename="..\\\\..\\\\{NAMED}.docx"'.encode()),
    "a drive": _named(f'filename="C:\\{NAMED}.docx"'.encode()),
    "NUL": _named(f'filename="{NAMED}\0.docx"'.encode()),
    "an encoded NUL": _named(f"filename*=UTF-8''{NAMED}%00.exe%00.docx".encode()),
    "line breaks": _named(f"filename*=UTF-8''{NAMED}%0D%0AX-Injected%3A%201%0D%0A%0D%0A.docx".encode()),
    "an escape sequence": _named(f'filename="\x1b[2J{NAMED}.docx"'.encode()),
    "a name that reads backwards": _named(f"filename*=UTF-8''{NAMED}%E2%80%AEcod.docx".encode()),
    "10 KB": _named(f'filename="{NAMED}{"x" * 10_000}.docx"'.encode()),
    "10 KB of 4-byte characters": _named(f'filename="{NAMED}{"😀" * 2500}.docx"'.encode()),
    "no UTF-8": _named(f"filename*=UTF-8''{NAMED}%ff%fe.docx".encode()),
    "a lone surrogate": _named(f"filename*=UTF-8''{NAMED}%ed%a0%80.docx".encode()),
    "an encoding nobody knows": _named(f"filename*=x-none''{NAMED}.docx".encode()),
    "two names": _named(f'filename="a.exe"; filename="{NAMED}.docx"'.encode()),
    "a name in pieces": _named(f'filename*0="../{NAMED}"; filename*1=".docx"'.encode()),
    "a command": _named(f'filename="$(touch {NAMED});`id`|.docx"'.encode()),
    "markup": _named(f'filename="<script>{NAMED}</script>.docx"'.encode()),
    "our own file's": _named(f'filename="task.json {NAMED}.docx"'.encode()),
    "a lock's": _named(f'filename="{NAMED}.lock.docx"'.encode()),
    "a dot file's": _named(f'filename=".{NAMED}.docx"'.encode()),
}  # fmt: skip

OTHER_FILE_NAMES = {
    "a program": _named(f'filename="{NAMED}.docx.exe"'.encode()),
    "NUL before the end": _named(f'filename="{NAMED}.docx\0"'.encode()),
    "a line break after the end": _named(f"filename*=UTF-8''{NAMED}.docx%0A".encode()),
    "a stream": _named(f'filename="{NAMED}.docx::$DATA"'.encode()),
    "a blank after the end": _named(f'filename="{NAMED}.docx "'.encode()),
    "letters of full width": _named(f'filename="{NAMED}.ｄｏｃｘ"'.encode()),
    "a dot": _named(b'filename="."'),
    "two dots": _named(b'filename=".."'),
}
