"""Whether a log says of sub-documents what the task gives: the name of a file, and that file."""

from collections.abc import Mapping
from typing import Any

from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.files import read_file
from docops_flask.engine.integrity.picture_tags import document_tag
from docops_flask.engine.integrity.plan import without_ignored
from docops_flask.engine.integrity.subdocument_claims import SubdocumentClaim, SubdocumentClaims
from docops_flask.engine.opc.digest import sha256


def named_value(original: str) -> str | None:
    """Return a tag of a field with the path of a tag of a document; ``None`` for other tags."""
    tag = document_tag(without_ignored(original[1:-1]))
    return None if tag is None else f"【{tag.path}】"


def is_of_value(claim: SubdocumentClaim | None, new_text: str, value: Any) -> bool:
    """Say whether what an entry of such a tag says is what ``value`` of the payload makes.

    Without a value nothing is put in.
    """
    if claim is None:
        return value is None and not new_text
    return isinstance(value, Mapping) and dict(value) == {"file": claim.file}


def with_assets(claims: SubdocumentClaims, files: Mapping[str, str]) -> SubdocumentClaims:
    """Return ``claims`` with the files that were sent: ``files`` are their paths by name.

    Raises ``OSError`` for one that cannot be read.
    """
    assets = {}
    for claim in claims.values.values():
        if claim.file in files and claim.sha256 not in assets:
            content = read_file(files[claim.file])
            if sha256(content) == claim.sha256:
                assets[claim.sha256] = content
    return claims._replace(assets=assets)


def with_sent_assets(claims: SubdocumentClaims, files: Mapping[str, str]) -> SubdocumentClaims:
    """Return ``claims`` with the files sent to verify them; raises ``InvalidArgument`` without one."""
    claims = with_assets(claims, files)
    for number, claim in claims.values.items():
        if claim.sha256 not in claims.assets:
            name = echo(claim.file)
            problem = "is not the file" if claim.file in files else "was not sent; send the file"
            raise InvalidArgument(
                f"asset: {name} {problem} that the replace log says was put in "
                f"(SHA-256 {echo(claim.sha256)}).",
                field="asset",
                path=f"$.entries[{number}].subdocument",
            )
    return claims
