"""The Ed25519 keys of receipts (RFC 8032): the private key in its file, and public keys.

``cryptography`` is an extra (requirements-receipts.txt). It is imported where a key is used, so a server
without a key neither needs nor loads it.
"""

import base64
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.sandbox.sandbox import readable_paths
from docops_flask.jobs.office_paths import find_program, readable_beside
from docops_flask.settings.settings import Settings, SettingsError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

# A PEM file of an Ed25519 key has about 120 bytes; one with a long chain or a large RSA key is no such key.
_MAX_BYTES = 16 * 1024
_MAKE_ONE = "make one with: openssl genpkey -algorithm ed25519 -out FILE"
_NEEDED = "receipts need the package cryptography: pip install -r requirements-receipts.txt"


class KeyFault(ValueError):
    """A key that cannot be used; the message is one line: problem, what to do, nothing of the key."""


class PublicKey(NamedTuple):
    """A public key; ``keyid`` is the SHA-256 of its DER form (SubjectPublicKeyInfo, RFC 8410), in hex."""

    key: "Ed25519PublicKey"
    keyid: str
    pem: str

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Return whether ``signature`` over ``message`` was made with the private key of this one."""
        from cryptography.exceptions import InvalidSignature

        try:
            self.key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def as_dict(self) -> dict[str, object]:
        """Return the key as ``/v1/keys`` answers it: as PEM and as JWK (RFC 8037)."""
        raw = base64.urlsafe_b64encode(self.key.public_bytes_raw()).decode().rstrip("=")
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": raw, "kid": self.keyid, "use": "sig", "alg": "EdDSA"}
        return {"keyid": self.keyid, "pem": self.pem, "jwk": jwk}


class Signer:
    """Signs with a private key, which nothing shows: no attribute of a public name, no repr, no pickle."""

    __slots__ = ("__key", "public")

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        self.__key = key
        self.public = _public(key.public_key())

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``, 64 bytes; the same message always has the same."""
        return self.__key.sign(message)

    def __reduce__(self) -> str:
        raise TypeError("a signing key is not handed to other processes")


def read_signer(file: Path) -> Signer:
    """Return the signer with the private key in ``file``: Ed25519, PEM (PKCS#8), without a passphrase.

    Raises ``KeyFault`` where the file cannot be read, may be read by other users or changed by its group,
    or holds something else, and where the package that signs is missing.
    """
    serialization = _serialization()
    content = _private_bytes(file)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except TypeError:
        raise KeyFault(
            "the key has a passphrase; use one without, protected by the mode of its file"
        ) from None
    except Exception:
        # Errors of the library are of several classes, and some messages quote what they read.
        what = "a public key; use the private one" if b"PUBLIC KEY-----" in content else "no such key"
        raise KeyFault(f"the file holds {what} (Ed25519, PEM, PKCS#8); {_MAKE_ONE}") from None
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFault(f"the key is of another kind than Ed25519; {_MAKE_ONE}")
    return Signer(key)


def signer_of_server(settings: Settings) -> Signer | None:
    """Return the signer of ``DOCOPS_SIGNING_KEY_FILE``; ``None`` where it is not set.

    Raises ``SettingsError`` for a key that cannot be used, and for one that renderers could get at.
    """
    file = settings.signing_key_file
    if file is None:
        return None
    if settings.mp_start == "fork":
        raise _refused("cannot be used with DOCOPS_MP_START=fork, where renderers share the server's memory")
    real = file.resolve()
    if any(real.is_relative_to(os.path.realpath(path)) for path in _readable(settings)):
        raise _refused(
            "lies in a folder that renderers may read, of Python, its libraries, LibreOffice or fonts; move "
            "it elsewhere"
        )
    return signer_of(settings)


def _readable(settings: Settings) -> Iterator[str]:
    """Yield the paths that renderers may read, those of PDFs among them."""
    yield from readable_paths()
    if settings.pdf != "off":
        fonts_dir = None if settings.fonts_dir is None else str(settings.fonts_dir)
        yield from readable_beside(find_program(settings.office_dir), fonts_dir)


def signer_of(settings: Settings) -> Signer | None:
    """Return the signer of ``DOCOPS_SIGNING_KEY_FILE`` in a shell; raises ``SettingsError``."""
    try:
        return None if settings.signing_key_file is None else read_signer(settings.signing_key_file)
    except KeyFault as fault:
        raise _refused(str(fault)) from None


def _refused(reason: str) -> SettingsError:
    return SettingsError(f"DOCOPS_SIGNING_KEY_FILE: {reason}")


def read_public_key(content: bytes) -> PublicKey:
    """Return the public key in ``content``: Ed25519, PEM (SubjectPublicKeyInfo).

    Raises ``KeyFault`` where it holds something else, and where the package that verifies is missing.
    """
    serialization = _serialization()
    if b"PRIVATE KEY-----" in content:
        raise KeyFault(
            "this is a private key; give the public one: openssl pkey -in PRIVATE -pubout -out PUBLIC"
        )
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = None
    if len(content) <= _MAX_BYTES:
        try:
            key = serialization.load_pem_public_key(content)
        except Exception:
            # Errors of the library are of several classes.
            key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFault("the file holds no public key of Ed25519 in PEM; /v1/keys answers it as pem")
    return _public(key)


def _public(key: "Ed25519PublicKey") -> PublicKey:
    serialization = _serialization()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    keyid = hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).hexdigest()
    return PublicKey(key, keyid, key.public_bytes(serialization.Encoding.PEM, form).decode())


def _private_bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise KeyFault(f"the file cannot be read ({error.strerror})") from None
    # The group may read it: Kubernetes gives files of a secret to the group of the pod (fsGroup).
    if mode & (stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP):
        raise KeyFault(
            f"other users may read or change the file (mode {stat.S_IMODE(mode):04o}); use chmod 400 or 440"
        )
    if len(content) > _MAX_BYTES:
        raise KeyFault(f"the file is larger than {_MAX_BYTES} bytes and holds no such key; {_MAKE_ONE}")
    return content


def _serialization() -> ModuleType:
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError:
        raise KeyFault(_NEEDED) from None
    return serialization
