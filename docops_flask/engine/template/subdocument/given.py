"""The documents that a payload gives: files sent beside the task."""

from collections.abc import Iterable, Mapping, Sequence

from docops_flask.engine.errors import TemplateLimitExceeded, echo
from docops_flask.engine.files import read_file
from docops_flask.engine.job import Asset as SentFile
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.payload_check import MAX_ERRORS, PayloadError, near_name
from docops_flask.engine.template.subdocument.asset import Asset, AssetRefused

_SHOWN = 10


def given_documents(
    wanted: Iterable[tuple[str, str]],
    sent: Sequence[SentFile],
    package: Package,
    namespace: str,
    limits: Limits,
) -> tuple[Mapping[str, Asset], Sequence[PayloadError]]:
    """Return the documents that values name, by the names of their files, and what is wrong with them.

    ``wanted`` are names of files and the JSON paths of the values that have them, ``namespace`` that of
    WordprocessingML in the template ``package``, whose size counts with theirs. Raises
    ``TemplateLimitExceeded`` where they are larger than ``limits``.
    """
    files = {each.name: each.file for each in sent}
    known: dict[str, Asset] = {}
    errors: dict[str, PayloadError] = {}
    for name, path in wanted:
        if name in known or len(errors) >= MAX_ERRORS:
            continue
        at = f"{path}.file"
        if name not in files:
            errors.setdefault(at, _not_sent(name, at, list(files)))
            continue
        try:
            known[name] = Asset(name, read_file(files[name]), namespace, limits)
        except AssetRefused as refused:
            errors.setdefault(at, PayloadError(at, *refused.error))
    _check_sizes(known.values(), package, limits)
    return known, list(errors.values())


def _not_sent(name: str, path: str, sent: Sequence[str]) -> PayloadError:
    near = near_name(name, sent)
    shown = ", ".join(map(echo, sent[:_SHOWN])) or "none"
    message = f"No part asset with the file name {echo(name)} was sent; sent were: {shown}."
    return PayloadError(path, message, None if near is None else f"Did you mean {echo(near)}?")


def _check_sizes(documents: Iterable[Asset], package: Package, limits: Limits) -> None:
    """Raise ``TemplateLimitExceeded`` where template and documents together are too large."""
    documents = list(documents)
    entries = package.archive.entries
    own = sum(each.size for each in entries), sum(each.size for each in entries if package.is_xml(each.name))
    for limit, size, maximum in (
        ("unpacked_bytes", own[0] + sum(each.size for each in documents), limits.unpacked_bytes),
        ("xml_bytes", own[1] + sum(each.xml_size for each in documents), limits.xml_bytes),
    ):
        if size > maximum:
            raise TemplateLimitExceeded(
                f"asset: the template and the documents put in would unfold to {size} bytes together "
                f"({limit}); {maximum} are allowed. Put in fewer or smaller documents.",
                limit=limit,
                maximum=maximum,
            )
