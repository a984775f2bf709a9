"""The proof: the member of the ZIP (out.integrity.json) and the answer of ``/v1/verify``."""

from docops_flask.web.api import member
from docops_flask.web.api.member import SAMPLE_REQUEST_ID, Answer

_VERDICTS = ["intact", "violated"]
_SAMPLE_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_SAMPLE_DEFECT = {
    "part": "word/document.xml",
    "code": "duplicate_id",
    "subject": "docPr 1",
    "message": "Two elements have the same id.",
}


class Unaccounted(Answer):
    """A difference that no entry accounts for, or an entry that the template does not fit."""

    part = member.text("The member of the package; empty where an entry or the whole is meant.")
    place = member.text("The paragraph (p3), or the entry ($.entries[3]); empty where neither is meant.")
    what = member.text("A short stable word, such as text or attribute; docs/analysis/integrity.md has all.")
    message = member.text("What it is, for people.")
    expected = member.text("What should be there, at most 120 characters.", nullable=True)
    actual = member.text("What is there, likewise.", nullable=True)


class Defect(Answer):
    """What Word would want to repair, in the template as in the document."""

    part = member.text("The member of the package.")
    code = member.text("A short stable word, such as duplicate_id; docs/analysis/integrity.md has all.")
    subject = member.text("The id or cell it is about.")
    message = member.text("What it is, for people.")


class Verification(Answer):
    """Whether a document is its template with the logged changes and nothing else."""

    verdict = member.text("intact, or violated when anything is unaccounted.", one_of=_VERDICTS)
    unaccounted_count = member.whole("How much is unaccounted; the list stops at 100.")
    unaccounted = member.many(Unaccounted, "What is unaccounted.")
    template_defect_count = member.whole("How many defects the template has; the list stops at 100.")
    template_defects = member.many(Defect, "What was broken in the template already, in parts that changed.")
    request_id = member.request_id()

    sample = {  # noqa: RUF012 -- read only
        "verdict": "violated",
        "unaccounted_count": 1,
        "unaccounted": [
            {
                "part": "word/document.xml",
                "place": "p3",
                "what": "text",
                "message": "The text is other than the template and the entries make it.",
                "expected": "Annual meeting",
                "actual": "Annual meetings",
            }
        ],
        "template_defect_count": 1,
        "template_defects": [_SAMPLE_DEFECT],
        "request_id": SAMPLE_REQUEST_ID,
    }


class PartHash(Answer):
    """A member of the package before and after, by its SHA-256 in hexadecimal."""

    name = member.text("Its name.")
    changed = member.truth("Whether it was written anew; otherwise it was copied byte for byte.")
    hashed = member.text(
        "Of what: its bytes as stored in the ZIP, or its uncompressed content.", one_of=["stored", "content"]
    )
    before = member.text("In the template.", nullable=True)
    after = member.text("In the document.", nullable=True)
    replacements = member.whole("How many entries of the replace log explain its differences.")
    fixes = member.whole("How many entries of fix_changes do.")


class Integrity(Answer):
    """The proof that nothing but the logged changes happened (out.integrity.json)."""

    verdict = member.text("Always intact: a violated document is never handed out.", one_of=["intact"])
    unaccounted_count = member.whole("Always 0.", one_of=[0])
    unaccounted = member.many(Unaccounted, "Always empty.")
    template_defect_count = member.whole("How many defects the template has; the list stops at 100.")
    template_defects = member.many(Defect, "What was broken in the template already, in parts that changed.")
    algorithm = member.text("The hash.", one_of=["SHA-256"])
    parts = member.many(PartHash, "Every member of the package, in its order.")

    sample = {  # noqa: RUF012 -- read only
        "verdict": "intact",
        "unaccounted_count": 0,
        "unaccounted": [],
        "template_defect_count": 1,
        "template_defects": [_SAMPLE_DEFECT],
        "algorithm": "SHA-256",
        "parts": [
            {
                "name": "word/media/image1.png",
                "changed": False,
                "hashed": "stored",
                "before": _SAMPLE_HASH,
                "after": _SAMPLE_HASH,
                "replacements": 0,
                "fixes": 0,
            }
        ],
    }
