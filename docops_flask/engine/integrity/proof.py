"""Proves that a written document is its template with the logged changes and no others.

The proof runs after a document is written, before the response is sent, and again in ``verification``.

See docs/analysis/integrity.md. Of the code that fills templates it uses only ``engine.opc``.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from docops_flask.engine.errors import DocopsError, ResultRefused
from docops_flask.engine.integrity.alike_entries import one_by_one, read_run_claims
from docops_flask.engine.integrity.byte_proof import prove_bytes
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.claims import Claims
from docops_flask.engine.integrity.members import compare_members
from docops_flask.engine.integrity.verdict import Proof, Unaccounted
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader

# The formats that make a value rich.
_RICH = ("富文本", "RICH")


def prove(
    template: Package,
    document: ZipReader,
    claims: Claims,
    limits: Limits,
    evidence: TemplateEvidence | None = None,
) -> Proof:
    """Check whether ``document`` is ``template`` with the changes in ``claims``.

    ``evidence`` is what earlier proofs read of ``template``.

    Every byte is compared. Where that fails, another program may have saved the document again: then
    canonical forms are compared, and the proof says so (``exactness``).

    Raises ``InvalidTemplate`` when a member of the template cannot be read, ``TemplateLimitExceeded`` when
    what changed in ``document`` is more than ``limits`` allows to read (``output_bytes``) or to parse
    (``xml_part_bytes``), or the blocks of ``claims`` come to more copies than they allow (``block_copies``).
    """
    evidence = evidence or TemplateEvidence(template)
    proof = _proof(template, document, claims, limits, evidence)
    if claims.rich is not None or any(word in text for text in _tags(claims) for word in _RICH):
        # Few documents have rich values, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.rich.forms import untold

        proof.findings.extend(untold(one_by_one(claims)))
    return proof._replace(template_sha256=template.sha256())


def _tags(claims: Claims) -> set[str]:
    """Return the tags of entries, but for those that are claimed for many copies together."""
    alike = () if claims.alike is None else (entry for kind in claims.alike.kinds for entry in kind)
    inside = (each.replacement for each in claims.inline)
    return {entry.original_text for entry in (*claims.replacements, *claims.places, *alike, *inside)}


def _proof(
    template: Package, document: ZipReader, claims: Claims, limits: Limits, evidence: TemplateEvidence
) -> Proof:
    members = compare_members(template.archive, document, limits.output_bytes, evidence.digests)
    wrong: Sequence[Unaccounted] = ()
    if claims.native:
        # Few templates have marks of Word itself, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.native.rewritten import rewritten

        evidence, wrong, _ = rewritten(evidence, claims.native)
    if claims.alike is not None and not wrong:
        proof = prove_bytes(template, members, claims, evidence)
        if proof is not None:
            return proof
    claims = one_by_one(claims)
    if claims.groups:
        # Few documents have long lists, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.folded_proof import prove_folded
        from docops_flask.engine.integrity.ungrouped_claims import ungrouped

        proof = None if wrong else prove_folded(template, members, claims, limits, evidence)
        if proof is not None:
            return proof
        claims = ungrouped(claims)
    expanded = None
    if claims.blocks or claims.entries_of_blocks or claims.tells_results:
        # Few documents have blocks, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.expansion.expand import expand

        expanded = expand(evidence, claims, limits)
        claims, evidence = expanded.claims, expanded.evidence
    if not wrong and (expanded is None or not expanded.misfits):
        changed = () if expanded is None else expanded.changed
        proof = prove_bytes(template, members, claims, evidence, changed)
        if proof is not None:
            return proof
    # A renderer starts the faster for what it does not load, and hardly any comes here.
    from docops_flask.engine.integrity.canonical_proof import prove_canonically

    if claims.native:
        from docops_flask.engine.integrity.expansion.expanded import Expanded

        expanded = expanded or Expanded(evidence.package, claims, (), evidence)
        expanded = expanded._replace(misfits=(*wrong, *expanded.misfits))
    proof = prove_canonically(template, members, claims, limits.xml_part_bytes, expanded)
    if claims.subdocuments is not None:
        message = (
            "Documents put in are compared byte by byte alone: they are not what the log says, a file that "
            "was put in is not the one that the log names, or another program saved the document again. "
            "Signs U+FDD2 and U+FDD3 stand for them in what was expected."
        )
        proof.findings.add(Unaccounted("", "$.added.subdocuments", "log_entry", message))
    if claims.rich is not None:
        message = (
            "Rich values are compared byte by byte alone: they are not what the log says, or another program "
            "saved the document again. Signs U+FDD0 and U+FDD1 stand for them in what was expected."
        )
        proof.findings.add(Unaccounted("", "$.added.rich", "log_entry", message))
    return proof._replace(template_sha256=template.sha256())


def prove_written(  # noqa: PLR0917, called once
    template: Package,
    evidence: TemplateEvidence,
    written: memoryview | None,
    replace_log: Mapping[str, Any],
    format_report: object,
    limits: Limits,
    payload: Mapping[str, Any] | None = None,
    keys: Mapping[str, str] = MappingProxyType({}),
    files: Mapping[str, str] | None = None,
) -> Proof | None:
    """Return the proof of a document just made; ``written`` is its bytes, ``evidence`` is of ``template``.

    With the ``payload`` of a task in language 2 copies, branches and values are checked too; ``keys`` are its
    keys by the names of fields where a document type has others, ``files`` the paths of the pictures and
    documents sent with it, by name.

    ``replace_log`` and ``format_report`` are JSON values with the members that ``read_run_claims`` reads.

    ``None`` if no document was written. Raises ``ResultRefused`` if the verdict is not ``intact``; then no
    result may be delivered.
    """
    if written is None:
        return None
    try:
        claims = _claims(replace_log, format_report)
        if claims.subdocuments is not None:
            # Few documents have others in them, and a renderer starts the faster for what it does not load.
            from docops_flask.engine.integrity.subdocument.values import with_assets

            claims = claims._replace(subdocuments=with_assets(claims.subdocuments, files or {}))
        proof = _prove(template, evidence, written, claims, limits)
        if payload is not None:
            # Most jobs have a document type, and a renderer starts the faster for what it does not load.
            from docops_flask.engine.integrity.values import value_faults

            proof.findings.extend(value_faults(one_by_one(claims), payload, keys, files, evidence.choices()))
    except DocopsError as error:
        # The template was read before without error, so the error is in the written document.
        raise ResultRefused(inner=f"the written document cannot be read: {error.detail}") from error
    if proof.verdict != "intact" or proof.exactness != "bytes":
        raise ResultRefused(inner=proof.reason())
    return proof


def _claims(replace_log: Mapping[str, Any], format_report: object) -> Claims:
    with _garbage_left_alone():
        claims = read_run_claims(replace_log, format_report)
        if type(replace_log) is dict and "groups" in replace_log:
            # As above.
            from docops_flask.engine.integrity.copy_groups import read_groups

            claims = claims._replace(groups=read_groups(replace_log))
        return claims


def _prove(
    template: Package, evidence: TemplateEvidence, written: memoryview, claims: Claims, limits: Limits
) -> Proof:
    # A filled document may be larger than a template is allowed to be.
    own = limits._replace(xml_part_bytes=max(limits.xml_part_bytes, limits.output_bytes))
    own = own._replace(output_bytes=limits.unpacked_bytes + limits.output_bytes)
    document = ZipReader(written, own)
    try:
        with _garbage_left_alone():
            return prove(template, document, claims, own, evidence)
    finally:
        document.close()


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Pause garbage collection: a proof creates thousands of objects that are all needed until its end."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
