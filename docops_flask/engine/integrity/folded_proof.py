"""The proof of a document with long lists: copies that differ in values alone are compared by columns."""

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.integrity.byte_proof import prove_bytes
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.claims import Claims
from docops_flask.engine.integrity.expansion.expand import expand
from docops_flask.engine.integrity.expansion.whole_elements import NotAlike
from docops_flask.engine.integrity.members import Members
from docops_flask.engine.integrity.verdict import Proof
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package


def prove_folded(
    template: Package, members: Members, claims: Claims, limits: Limits, evidence: TemplateEvidence
) -> Proof | None:
    """Return the proof that every byte is accounted for by ``claims`` with their groups.

    ``None`` says that it takes the entries one by one to tell.
    """
    if claims.fixes or claims.removed or claims.blocks:
        return None
    try:
        expanded = expand(evidence, claims, limits)
        if expanded.misfits or sum(len(each.groups) for each in expanded.folded) != len(claims.groups):
            return None
        return prove_bytes(
            template, members, expanded.claims, expanded.evidence, expanded.changed, expanded.folded
        )
    except (NotAlike, TemplateLimitExceeded):
        return None
