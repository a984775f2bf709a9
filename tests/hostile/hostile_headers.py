"""Requests with hostile heads: contradictory framing, encodings, ids, methods, and malformed requests."""

from tests.e2e.gunicorn_server import FORM_TYPE, form_body
from tests.hostile.answer_checks import Refusal

BODY = form_body()
_LENGTH = f"Content-Length: {len(BODY)}".encode()
_TYPE = f"Content-Type: {FORM_TYPE}".encode()
_CHUNKED = b"Transfer-Encoding: chunked"


def head(*headers: bytes, method: bytes = b"POST", target: bytes = b"/v1/run") -> bytes:
    """The head of a request."""
    return b"\r\n".join([method + b" " + target + b" HTTP/1.1", b"Host: x", *headers, b"", b""])


def job(*headers: bytes) -> bytes:
    """A whole good job with further headers."""
    return head(_TYPE, _LENGTH, *headers) + BODY


def chunked(*chunks: bytes, headers: bytes = _TYPE) -> bytes:
    """A job with these bytes as its chunked body."""
    return head(headers, _CHUNKED) + b"".join(chunks)


def _chunk(content: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(content), extension, content)


_COMPRESSED = Refusal(
    415, "INVALID_MEDIA_TYPE", {"field": "body"}, inner="docops_flask/web/upload/received.py"
)
_UNREADABLE = Refusal(400, "INVALID_ARGUMENT", {"field": "body"}, inner="docops_flask/web/")
_TOO_LARGE = Refusal(413, "UPLOAD_TOO_LARGE", {"field": "body"}, inner="docops_flask/web/request.py")

ENCODINGS = [
    b"gzip", b"GZIP", b"x-gzip", b"deflate", b"br", b"zstd", b"compress", b"gzip, identity",
    b"identity, gzip", b"identity;q=1", b"aes128gcm", b"*", b"", b"\xff\xfe", b"x" * 8000,
]  # fmt: skip

REFUSED: dict[str, tuple[bytes, Refusal]] = {
    **{f"Content-Encoding: {ascii(each)[2:40]}": (job(b"Content-Encoding: " + each), _COMPRESSED)
       for each in ENCODINGS},
    "two encodings": (job(b"Content-Encoding: identity", b"Content-Encoding: gzip"), _COMPRESSED),
    "a length of 0": (head(_TYPE, b"Content-Length: 0"), _UNREADABLE),
    "no length and no chunks": (head(_TYPE), _UNREADABLE),
    "a length that is too short": (
        head(_TYPE, b"Connection: close", b"Content-Length: %d" % (len(BODY) // 2)) + BODY[: len(BODY) // 2],
        _UNREADABLE,
    ),
    "a length of 60 MB": (head(_TYPE, b"Content-Length: 60000000") + BODY, _TOO_LARGE),
    "a length beyond 64 bits": (head(_TYPE, b"Content-Length: " + b"9" * 30) + BODY, _TOO_LARGE),
    "chunks without their end": (chunked(_chunk(BODY), b"zz\r\n"), _UNREADABLE),
    "a chunk that is longer than it says": (chunked(b"5\r\nabcdefgh\r\n0\r\n\r\n"), _UNREADABLE),
    "a chunk of no size": (chunked(b"\r\n", BODY), _UNREADABLE),
    "a chunk of a negative size": (chunked(b"-1\r\n", BODY), _UNREADABLE),
    "a chunk of a size with underlines": (chunked(b"1_0\r\n", BODY), _UNREADABLE),
    "a chunk of a size with a sign": (chunked(b"0x10\r\n", BODY), _UNREADABLE),
    "a chunk's extension of 60 KB": (chunked(_chunk(b"x", b";" + b"e" * 60_000), b"0\r\n\r\n"), _UNREADABLE),
    "no chunk at all": (chunked(b"0\r\n\r\n"), _UNREADABLE),
    "chunks of 60 MB": (
        chunked(_chunk(BODY[: len(BODY) // 2]), *[_chunk(bytes(1_000_000))] * 60, b"0\r\n\r\n"), _TOO_LARGE,
    ),
    "a trailer of 100 KB": (chunked(_chunk(BODY), b"0\r\nX-Trailer: " + b"x" * 100_000 + b"\r\n\r\n"),
                            _UNREADABLE),
}  # fmt: skip

# Whatever else they say, these are good jobs.
GOOD: dict[str, bytes] = {
    "an encoding that is none": job(b"Content-Encoding: identity"),
    "an encoding that is none, in capitals": job(b"Content-Encoding: Identity"),
    "chunks and no length": chunked(_chunk(BODY), b"0\r\n\r\n"),
    "chunks of a byte": chunked(*(_chunk(BODY[at : at + 1]) for at in range(len(BODY))), b"0\r\n\r\n"),
    "chunks with extensions and a trailer": chunked(_chunk(BODY, b";a=b"), b"0\r\nX-Trailer: 1\r\n\r\n"),
    "90 headers of 8,000 letters": job(*(b"X-%d: " % number + b"x" * 8_000 for number in range(90))),
    "another host": job(
        b"X-Forwarded-Host: evil.example", b"X-Forwarded-For: 9.9.9.9", b"Forwarded: for=9.9.9.9"
    ),
    "another address": job(b"X-Original-URL: /v1/meta", b"X-Rewrite-URL: /v1/meta", b"SCRIPT_NAME: /x"),
    "another method": job(b"X-HTTP-Method-Override: DELETE"),
    "a range": job(b"Range: bytes=0-1", b"If-None-Match: *", b"If-Modified-Since: x"),
    "an upgrade": job(b"Connection: Upgrade", b"Upgrade: h2c", b"HTTP2-Settings: AAA"),
    "kinds of answers nobody has": job(b"Accept: text/x-none;q=0", b"Accept-Encoding: br;q=1, *;q=0"),
    "qualities that are none": job(b"Accept: */*;q=" + b"9" * 5_000, b"Accept-Language: zh;q=nan;q=\xff"),
    "a broken date": job(b"Date: never", b"If-Range: \xff"),
    "cookies": job(b"Cookie: " + b"a=b; " * 1_500),
}

# An id that a client chose could be anything; it is neither taken over nor logged.
MARK = "HOSTILE-ID"
IDS = {
    "an id": MARK.encode(),
    "an id as ours": b"a" * 32 + MARK.encode(),
    "8,000 letters": MARK.encode() + b"x" * 8_000,
    "bytes beyond ASCII": MARK.encode() + b"\xff\xfe\xe8\xaf\x8d",
    "a line of JSON": b'","event":"done","x":"' + MARK.encode(),
    "an escaped line break": MARK.encode() + b"\\r\\nX-Injected: 1",
    "a format": b"%s%n${jndi:ldap://127.0.0.1:1/" + MARK.encode() + b"}",
    "two ids": MARK.encode() + b"\r\nX-Request-Id: " + MARK.encode(),
    "nothing": b"",
}

METHODS = [
    b"GET", b"PUT", b"PATCH", b"DELETE", b"TRACE", b"OPTIONS", b"PROPFIND", b"BREW", b"POSTS",
    b"XPOST", b"A" * 20,
]  # fmt: skip

# What gunicorn refuses before the app is shown it (contract section 1 has no body for these).
REFUSED_BY_THE_SERVER = {
    "no request": b"GARBAGE\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another version": b"GET /healthz HTTP/3.1\r\nHost: x\r\n\r\n",
    "a method in small letters": head(method=b"post"),
    "a method of 21 letters": head(method=b"A" * 21),
    "a method with NUL": head(method=b"PO\0ST"),
    "an address of 10 KB": head(target=b"/" + b"x" * 10_000),
    "an address beyond ASCII": head(target=b"/web\xff"),
    "an address with NUL": head(target=b"/web\0"),
    "an address with a tab": head(target=b"/web\t/x"),
    "a header of 9 KB": head(b"X-Long: " + b"x" * 9_000),
    "an Authorization of 9 KB": head(b"Authorization: Basic " + b"A" * 9_000),
    "an Authorization with NUL": head(b"Authorization: Basic \0"),
    "an id with NUL": head(b"X-Request-Id: a\0b"),
    "an id with a bare line break": head(b"X-Request-Id: a\nX-Injected: 1"),
    "101 headers": head(*(b"X-%d: y" % number for number in range(101))),
    "a header without a name": head(b": x"),
    "a header without a colon": head(b"X-Header"),
    "a header with a blank in its name": head(b"X Header: y"),
    "a folded header": head(b"X-Header: a\r\n b"),
    "two lengths": head(_TYPE, _LENGTH, b"Content-Length: 1") + BODY,
    "a length and chunks": head(_TYPE, _LENGTH, _CHUNKED) + BODY,
    "a length of letters": head(_TYPE, b"Content-Length: ten") + BODY,
    "a negative length": head(_TYPE, b"Content-Length: -1") + BODY,
    "a length with a sign": head(_TYPE, b"Content-Length: +10") + BODY,
    "a length of superscripts": head(_TYPE, b"Content-Length: \xb2") + BODY,
    "a length of 5,000 digits": head(_TYPE, b"Content-Length: " + b"9" * 5_000) + BODY,
    "chunks twice": head(_TYPE, b"Transfer-Encoding: chunked, chunked") + BODY,
    "chunks that are compressed last": head(_TYPE, b"Transfer-Encoding: chunked, gzip") + BODY,
    "an encoding without chunks": head(_TYPE, b"Transfer-Encoding: gzip") + BODY,
    "an unknown transfer": head(_TYPE, b"Transfer-Encoding: xchunked") + BODY,
    "chunks in HTTP/1.0": head(_TYPE, _CHUNKED).replace(b"HTTP/1.1", b"HTTP/1.0") + BODY,
    "an expectation nobody meets": job(b"Expect: 200-ok"),
}
