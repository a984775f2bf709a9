"""The key files of receipts: what is taken, and what is said of everything else."""

import dataclasses
import hashlib
import os
import pickle
import subprocess
import sys
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from docops_flask.jobs.receipts import keys
from docops_flask.jobs.receipts.keys import (
    KeyFault,
    read_public_key,
    read_signer,
    signer_of,
    signer_of_server,
)
from docops_flask.settings.settings import Settings, SettingsError
from tests.conftest import ROOT
from tests.receipts import make_keys

MESSAGE = b"what is signed"
# RFC 8032, 7.1, test 1: the private key (PKCS#8 adds these sixteen bytes), and the signature over the empty
# message.
RFC_8032_SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
RFC_8032_DER = bytes.fromhex("302e020100300506032b657004220420" + RFC_8032_SECRET)
RFC_8032_KEY = f"-----BEGIN PRIVATE KEY-----\n{b64encode(RFC_8032_DER).decode()}\n-----END PRIVATE KEY-----\n"
RFC_8032_SIGNATURE = (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
RFC_8032_PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def written(folder: Path, content: bytes | str, mode: int = 0o400) -> Path:
    file = folder / "key.pem"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(mode)
    return file


def pem_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed448.Ed448PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_key_signs_as_rfc_8032_says(tmp_path: Path) -> None:
    signer = read_signer(written(tmp_path, RFC_8032_KEY))
    assert signer.sign(b"").hex() == RFC_8032_SIGNATURE
    assert signer.public.key.public_bytes_raw().hex() == RFC_8032_PUBLIC


def test_the_public_key_is_told_as_pem_and_as_jwk_with_its_id(tmp_path: Path) -> None:
    public = read_signer(written(tmp_path, RFC_8032_KEY)).public
    told = public.as_dict()
    # SubjectPublicKeyInfo of RFC 8410, 4, is twelve bytes and the key.
    der = bytes.fromhex("302a300506032b6570032100" + RFC_8032_PUBLIC)
    assert told["keyid"] == public.keyid == hashlib.sha256(der).hexdigest()
    assert told["jwk"] == {
        "kty": "OKP",
        "crv": "Ed25519",
        # RFC 8037, appendix A.2.
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": public.keyid,
        "use": "sig",
        "alg": "EdDSA",
    }
    assert urlsafe_b64decode(f"{told['jwk']['x']}=").hex() == RFC_8032_PUBLIC
    assert read_public_key(str(told["pem"]).encode()).keyid == public.keyid


def test_a_signature_holds_for_its_message_and_its_key_alone(tmp_path: Path) -> None:
    signer = read_signer(make_keys(tmp_path, "one").private)
    other = read_public_key(make_keys(tmp_path, "other").public.read_bytes())
    signature = signer.sign(MESSAGE)
    assert signer.public.verifies(signature, MESSAGE)
    assert not signer.public.verifies(signature, MESSAGE + b" ")
    assert not signer.public.verifies(signature[:-1], MESSAGE)
    assert not signer.public.verifies(b"", MESSAGE)
    assert not other.verifies(signature, MESSAGE)


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440, 0o640, 0o500])
def test_a_key_for_the_owner_and_a_group_that_reads_is_taken(tmp_path: Path, mode: int) -> None:
    assert read_signer(written(tmp_path, RFC_8032_KEY, mode)).sign(b"").hex() == RFC_8032_SIGNATURE


@pytest.mark.parametrize("mode", [0o404, 0o402, 0o644, 0o660, 0o604, 0o401, 0o777])
def test_a_key_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(KeyFault, match=rf"mode {mode:04o}\); use chmod 400 or 440"):
        read_signer(written(tmp_path, RFC_8032_KEY, mode))


def test_a_link_counts_as_the_file_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(written(tmp_path, RFC_8032_KEY, 0o444))
    with pytest.raises(KeyFault, match="mode 0444"):
        read_signer(tmp_path / "link")


OTHER_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "holds no such key"),
    "text": (lambda: b"not a key at all", "holds no such key"),
    "cut off": (lambda: RFC_8032_KEY.encode()[:60], "holds no such key"),
    "damaged": (lambda: RFC_8032_KEY.encode().replace(b"MC4C", b"MC5C"), "holds no such key"),
    "large": (lambda: RFC_8032_KEY.encode() + b" " * 20_000, "larger than 16384 bytes"),
    "RSA": (lambda: pem_of(rsa.generate_private_key(65537, 2048)), "of another kind than Ed25519"),
    "P-256": (lambda: pem_of(ec.generate_private_key(ec.SECP256R1())), "of another kind than Ed25519"),
    "Ed448": (lambda: pem_of(ed448.Ed448PrivateKey.generate()), "of another kind than Ed25519"),
    "a public key": (
        lambda: (
            Ed25519PrivateKey.generate()
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        ),
        "holds a public key; use the private one",
    ),
    "with a passphrase": (
        lambda: Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"sesame"),
        ),
        "has a passphrase",
    ),
}


@pytest.mark.parametrize(("content", "problem"), OTHER_FILES.values(), ids=OTHER_FILES)
def test_a_file_that_is_no_such_key_is_refused_in_one_line(
    tmp_path: Path, content: Callable[[], bytes], problem: str
) -> None:
    file = written(tmp_path, content())
    with pytest.raises(KeyFault, match=problem) as caught:
        read_signer(file)
    assert "\n" not in str(caught.value)
    assert "MC4CAQ" not in str(caught.value)


def test_a_folder_or_nothing_cannot_be_read(tmp_path: Path) -> None:
    for file in (tmp_path, tmp_path / "absent"):
        with pytest.raises(KeyFault, match="cannot be read"):
            read_signer(file)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (RFC_8032_KEY.encode(), "private key; give the public one"),
        (b"", "no public key of Ed25519"),
        (b"x" * 100_000, "no public key of Ed25519"),
        (
            rsa.generate_private_key(65537, 2048)
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
            "no public key of Ed25519",
        ),
    ],
    ids=["private", "empty", "large", "RSA"],
)
def test_a_file_that_is_no_public_key_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(KeyFault, match=problem):
        read_public_key(content)


def test_nothing_shows_or_hands_on_a_signing_key(tmp_path: Path) -> None:
    signer = read_signer(written(tmp_path, RFC_8032_KEY))
    assert RFC_8032_SECRET not in f"{signer!r} {signer.public!r}"
    with pytest.raises(TypeError, match="not handed to other processes"):
        pickle.dumps(signer)


def test_a_server_without_the_setting_signs_nothing() -> None:
    assert signer_of_server(Settings()) is None
    assert signer_of(Settings()) is None


def test_the_setting_is_named_in_the_error(tmp_path: Path) -> None:
    settings = Settings(signing_key_file=written(tmp_path, "x"))
    for read in (signer_of, signer_of_server):
        with pytest.raises(SettingsError, match=r"^DOCOPS_SIGNING_KEY_FILE: the file holds no such key"):
            read(settings)


def test_renderers_that_share_the_servers_memory_are_refused(tmp_path: Path) -> None:
    settings = Settings(signing_key_file=written(tmp_path, RFC_8032_KEY), mp_start="fork")
    with pytest.raises(SettingsError, match="cannot be used with DOCOPS_MP_START=fork"):
        signer_of_server(settings)
    # A shell starts no renderer.
    assert signer_of(settings) is not None


def test_a_key_where_renderers_may_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, RFC_8032_KEY)
    (tmp_path / "link").symlink_to(file)
    settings = Settings(signing_key_file=tmp_path / "link")
    assert signer_of_server(settings) is not None
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    with pytest.raises(SettingsError, match="lies in a folder that renderers may read"):
        signer_of_server(settings)


def test_a_key_where_renderers_of_pdfs_may_read_is_refused(tmp_path: Path) -> None:
    """Such as one beside the fonts of the office, in a folder that is mounted for both."""
    (tmp_path / "own" / "keys").mkdir(parents=True)
    settings = Settings(
        signing_key_file=written(tmp_path / "own" / "keys", RFC_8032_KEY), fonts_dir=tmp_path / "own"
    )
    with pytest.raises(SettingsError, match="lies in a folder that renderers may read"):
        signer_of_server(settings)
    assert signer_of_server(dataclasses.replace(settings, pdf="off")) is not None
    office = dataclasses.replace(settings, fonts_dir=None, office_dir=tmp_path / "own")
    (tmp_path / "own" / "program").mkdir()
    (tmp_path / "own" / "program" / "libmergedlo.so").touch()
    with pytest.raises(SettingsError, match="lies in a folder that renderers may read"):
        signer_of_server(office)


WITHOUT_CRYPTOGRAPHY = """
import sys
sys.modules["cryptography"] = None
from pathlib import Path
from docops_flask.jobs.receipts.keys import KeyFault, read_signer
try:
    read_signer(Path(sys.argv[1]))
except KeyFault as fault:
    print(fault)
"""


def test_without_the_package_the_error_says_what_to_install(tmp_path: Path) -> None:
    file = written(tmp_path, RFC_8032_KEY)
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_CRYPTOGRAPHY, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.stdout.strip() == (
        "receipts need the package cryptography: pip install -r requirements-receipts.txt"
    )


def test_a_server_without_a_key_does_not_load_the_package() -> None:
    script = "import sys, wsgi; print('cryptography' in sys.modules)"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DOCOPS_")}
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.stdout.strip() == "False"
    assert keys.signer_of_server(Settings()) is None
