"""Ways past the password: credentials of every wrong shape, paths that lead elsewhere, origins nearly so."""

import base64

from tests.hostile.conftest import ORIGIN, PASSWORD

_GOOD = base64.b64encode(":".join(PASSWORD).encode())
RIGHT = b"Authorization: Basic " + _GOOD


def _basic(credentials: bytes, scheme: bytes = b"Basic") -> bytes:
    return b"Authorization: " + scheme + b" " + base64.b64encode(credentials)


_USER, _WORD = (each.encode() for each in PASSWORD)
_PAIR = _USER + b":" + _WORD

# Header lines as they are sent; none of them opens anything.
WRONG_CREDENTIALS = {
    "none": b"X-Other: 1",
    "an empty header": b"Authorization:",
    "blanks": b"Authorization: \t ",
    "a scheme alone": b"Authorization: Basic",
    "a scheme and blanks": b"Authorization: Basic   ",
    "credentials alone": b"Authorization: " + _GOOD,
    "no base64": b"Authorization: Basic !!!!",
    "base64 cut short": b"Authorization: Basic " + _GOOD.rstrip(b"=")[:-2],
    "base64 without its end": b"Authorization: Basic " + _GOOD.rstrip(b"=")[:-1],
    "base64 with a comma inside": b"Authorization: Basic " + _GOOD[:4] + b"," + _GOOD[4:],
    "base64 with a blank inside": b"Authorization: Basic " + _GOOD[:4] + b" " + _GOOD[4:],
    "base64 with more after its end": b"Authorization: Basic " + _GOOD + b"=" * 4 + b"AAAA",
    "base64 in quotes": b'Authorization: Basic "' + _GOOD + b'"',
    "base64 for addresses": b"Authorization: Basic " + b"_-" * 8,
    "base64 twice": _basic(_GOOD),
    "one equals sign": b"Authorization: Basic =",
    "no colon": _basic(_USER + _WORD),
    "a colon alone": _basic(b":"),
    "nothing": _basic(b""),
    "the user alone": _basic(_USER + b":"),
    "the password alone": _basic(b":" + _WORD),
    "another user": _basic(b"root:" + _WORD),
    "the user in capitals": _basic(_PAIR.upper()),
    "a blank before": _basic(b" " + _PAIR),
    "a blank after": _basic(_PAIR + b" "),
    "a line break after": _basic(_PAIR + b"\r\n"),
    "NUL after": _basic(_PAIR + b"\0"),
    "NUL before": _basic(b"\0" + _PAIR),
    "a byte order mark": _basic(b"\xef\xbb\xbf" + _PAIR),
    "UTF-16": _basic(_PAIR.decode().encode("utf-16")),
    "GBK": _basic(_PAIR.decode().encode("gbk")),
    "no UTF-8": _basic(_USER + b":\xff\xfe\x80"),
    "the password up to its colon": _basic(_USER + b":" + _WORD.partition(b":")[0]),
    "5 KB of password": _basic(_USER + b":" + b"x" * 5_000),
    "5 KB of user": _basic(b"u" * 5_000 + b":" + _WORD),
    "another scheme": _basic(_PAIR, b"Bearer"),
    "a scheme that begins so": _basic(_PAIR, b"Basics"),
    "a scheme of full width": b"Authorization: \xef\xbc\xa2asic " + _GOOD,
    "a bearer": b"Authorization: Bearer a.b.c",
    "a digest": b'Authorization: Digest username="office", realm="docops", uri="/web", response="0"',
    "a broken digest": b'Authorization: Digest =,=,",,="',
    "negotiation": b"Authorization: Negotiate YII=",
    "parameters": b"Authorization: Basic user=office, password=" + _WORD.partition(b":")[0],
    "bytes beyond ASCII": b"Authorization: Basic \xff\xfe\x80",
    "bytes beyond ASCII alone": b"Authorization: \xe8\xaf\x8d",
    "8,000 letters": b"Authorization: " + b"x" * 8_000,
    "8,000 letters of base64": b"Authorization: Basic " + b"A" * 8_000,
    "8,000 equals signs": b"Authorization: Basic " + b"=" * 8_000,
    "8,000 commas": b"Authorization: Digest " + b"," * 8_000,
    "two schemes": b"Authorization: Basic Basic " + _GOOD,
    "two headers, both right": RIGHT + b"\r\n" + RIGHT,
    "two headers, the first right": RIGHT + b"\r\n" + _basic(b"a:b"),
    "two headers, the second right": _basic(b"a:b") + b"\r\n" + RIGHT,
    "a proxy's header": b"Proxy-" + RIGHT,
    "a header of underlines": RIGHT.replace(b"Authorization", b"Authori_zation"),
    "a cookie": RIGHT.replace(b"Authorization: ", b"Cookie: authorization="),
}  # fmt: skip

# Addresses of the console and of what describes the server, however they are written: asked for the password.
PROTECTED = [
    b"/web", b"/web/", b"/web?x=%00%ff", b"/web#x", b"/%77eb", b"//web", b"///web", b"http://x/web",
    b"http://x//web", b"http://y:x@z/web", b"/web%2fstatic%2f..",
    b"/web/static/console.js", b"/web/static/nope",
    b"/web/static/../../v1/run", b"/web/static/%2e%2e/%2e%2e/healthz", b"/web/static/%00",
    b"/web/static/..%2f..%2fapp.py", b"/web/static/%ff%fe", b"/web/static/%c0%ae",
    b"/web/static/" + b"x/" * 1500, b"/v1/meta", b"/v1/%6deta", b"//v1/meta", b"/v1/openapi.json",
    b"/v1/skills/%00/template.docx", b"/v1/skills/../template.docx",
]  # fmt: skip

# Nothing is there, with the password or without.
NOWHERE = [
    b"/web//", b"/./web", b"/web/.", b"/web/..", b"/web/../web", b"/web/../v1/meta", b"/web/%2e%2e/",
    b"/web/%2e%2e/v1/meta", b"/web%2f..%2fv1%2fmeta", b"/web%00", b"/%00", b"/web%0d%0aX-Injected:1", b"/WEB",
    b"/Web", b"/web%20", b"/web;x", b"/web.", b"/web\\", b"/web%5c", b"/web%ff", b"/web%u0000", b"/web%252e",
    b"/web%", b"/%e2%80%aebew", b"/%EF%BD%97eb", b"/web/static//etc/passwd", b"/static/console.js",
    b"/templates/console.html", b"/web/templates/console.html", b"/v1//meta", b"/v1/./meta", b"/v1/meta/",
    b"/v1/meta%00", b"/v1/meta%2f", b"/v1/run/../meta", b"/V1/META", b"/v1/meta;a=b",
    b"/v1/skills/../template.docx/..", b"/v1/skills/..%2f..%2fetc/template.docx",
    b"/.git/config", b"/etc/passwd",
    b"/..%2f..%2fetc%2fpasswd", b"/" * 4000, b"/" + b"%2e%2e%2f" * 400 + b"etc/passwd", b"/" + b"x" * 4000,
    b"http://x@y/..", b"http://web", b"//",
]  # fmt: skip

# With the password, these are still no file of the console's.
NO_FILES = [
    b"/web/static/..", b"/web/static/../static/console.js", b"/web/static/../../app.py",
    b"/web/static/./console.js", b"/web/static/%2e%2e/%2e%2e/docops_flask/app.py",
    b"/web/static/..%2f..%2fapp.py", b"/web/static//console.js", b"/web/static/console.js%00",
    b"/web/static/console.js%00.css", b"/web/static/console.js/", b"/web/static/CONSOLE.JS",
    b"/web/static/%2fetc%2fpasswd", b"/web/static/%ff", b"/web/static/..\\..\\app.py",
    b"/web/static/..%5c..%5capp.py", b"/web/static/%c0%ae%c0%ae/app.py",
    b"/web/static/file:%2f%2f%2fetc%2fpasswd", b"/web/static/" + b"../" * 1000 + b"etc/passwd",
    b"/v1/skills/meeting_notice%00/template.docx", b"/v1/skills/Meeting_Notice/template.docx",
]  # fmt: skip

_O = ORIGIN.encode()

# Origin header lines that are not the allowed origin.
OTHER_ORIGINS = {
    "null": b"Origin: null",
    "nothing": b"Origin:",
    "any": b"Origin: *",
    "a dot after": b"Origin: " + _O + b".",
    "the default port": b"Origin: " + _O + b":443",
    "another port": b"Origin: " + _O + b":8443",
    "a colon after": b"Origin: " + _O + b":",
    "a slash after": b"Origin: " + _O + b"/",
    "a path": b"Origin: " + _O + b"/web",
    "another scheme": b"Origin: " + _O.replace(b"https", b"http"),
    "no scheme": b"Origin: " + _O.removeprefix(b"https:"),
    "the scheme in capitals": b"Origin: " + _O.replace(b"https", b"HTTPS"),
    "the host in capitals": b"Origin: " + _O.replace(b"office", b"OFFICE"),
    "a longer name": b"Origin: " + _O + b".evil.example",
    "a longer last part": b"Origin: " + _O + b"s",
    "a letter before": b"Origin: " + _O.replace(b"office", b"xoffice"),
    "a part before": b"Origin: " + _O.replace(b"office", b"a.office"),
    "a user": b"Origin: " + _O + b"@evil.example",
    "a fragment": b"Origin: https://evil.example#" + _O,
    "a letter of another script": b"Origin: " + _O.replace(b"o", "о".encode(), 1),
    "an encoded NUL": b"Origin: " + _O + b"%00",
    "a list": b"Origin: " + _O + b", https://evil.example",
    "two in one": b"Origin: " + _O + b" https://evil.example",
    "two headers": b"Origin: " + _O + b"\r\nOrigin: https://evil.example",
    "the same twice": b"Origin: " + _O + b"\r\nOrigin: " + _O,
    "bytes beyond ASCII": b"Origin: \xff\xfe",
    "8,000 letters": b"Origin: https://" + b"x" * 8_000,
}  # fmt: skip
