"""Keys for receipts, and what another implementation says of a receipt.

DSSE is read by securesystemslib, the Statement by in-toto's own classes; neither shares code with ours.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class KeyFiles(NamedTuple):
    """The files of a key pair, PEM."""

    private: Path
    public: Path


def make_keys(folder: Path, name: str = "key") -> KeyFiles:
    """Write a new pair of keys as openssl does; the private one is for its owner alone."""
    key = Ed25519PrivateKey.generate()
    files = KeyFiles(folder / f"{name}.pem", folder / f"{name}.pub.pem")
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files.private.write_bytes(private)
    files.private.chmod(0o400)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    files.public.write_bytes(public)
    return files


def signing_settings(folder: Path) -> dict[str, Any]:
    """The settings of a server that signs with a new key; its renderers must not share its memory."""
    return {"signing_key_file": make_keys(folder).private, "mp_start": "spawn"}


def keyid_of(public_pem: bytes) -> str:
    """The id of a public key as docs/receipts.md defines it."""
    der = load_pem_public_key(public_pem).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def verified_by_others(receipt: bytes, public_pem: bytes) -> dict[str, Any]:
    """The Statement in ``receipt``; raises what securesystemslib or in-toto raise for one that is wrong."""
    envelope = Envelope.from_dict(json.loads(receipt))
    assert envelope.payload_type == PAYLOAD_TYPE
    key = SSlibKey.from_crypto(load_pem_public_key(public_pem), keyid=keyid_of(public_pem))
    assert len(envelope.verify([key], 1)) == 1
    message = json_format.ParseDict(json.loads(envelope.payload), StatementMessage())
    Statement.copy_from_pb(message).validate()
    statement: dict[str, Any] = json.loads(envelope.payload)
    return statement
