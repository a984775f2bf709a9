"""Results and logs that somebody changed: the proof calls none of them exact.

A changed document differs in a byte, so it is never exact. A changed log may say the same as before in other
words; what it claims tells.
"""

import copy
import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.integrity.claims import Claims, Replacement, read_claims
from docops_flask.engine.integrity.fix_claims import Fix
from docops_flask.engine.opc.xml_part import HARDENED
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from tests.engine.inline_markup import equation, field, mr, ruby, simple
from tests.engine.integrity.finished_job import STRICT, FinishedJob, finish, rewritten
from tests.engine.removal_packages import END, REFERENCE, START, commented, signed
from tests.factories import docx, p, r, tbl, tc, textbox, tr
from tests.fuzz.chance import Chance
from tests.fuzz.mutated_markup import mutate_markup

_VALUES = {"A": "one\ntwo", "B": " 值<& "}
_REPAIRED = p("【A】", properties='<w:spacing w:line="300"/><w:ind w:left="4" w:firstLine="0"/>')
_BODY = (
    p(r("x 【"), r("A】 y 【B】", "<w:b/>"), properties='<w:jc w:val="both"/>')
    + tbl(tr(tc("【B】"), tc(p("b"), p("【B】 end"))), tr(tc("plain", properties='<w:gridSpan w:val="2"/>')))
    + p("around", textbox(p("【B】 in a box")))
    + p(
        field(' QUOTE "【B】"'), simple(' QUOTE "【A】"'), ruby(r("【A】"), r("x")), equation(mr("【A", "】"))
    )
    + _REPAIRED
)
_POLICY = Policy(line_spacing_twips=560, first_line_indent_twips=640)
_ODD: Sequence[Any] = (
    "", "p0", "p1:r0", "p01", "t0.r0.c0.p0", "header1/p0", "【A】", "【B】", "A", "B", "one", "replaced",
    "missing", "word/document.xml", "ind", "firstLine", 0, 1, -1, 10**9, True, None, 1.5, [], {}, [[0, 0]],
)  # fmt: skip
# The parts of logs and reports that tell what was changed.
_CLAIMS = ("entries", "blocks", "removed")


def finished_jobs(folder: Path) -> list[FinishedJob]:
    """Results of all kinds of changes, each made in a folder inside ``folder``."""
    stories = {"header1": p("【B】 head"), "footnotes": f'<w:footnote w:id="1">{p("【A】")}</w:footnote>'}
    left_out = Options(strip_comments=True, drop_signature=True)
    template = docx(_BODY, stories=stories, styles='<w:style w:styleId="a"/>')
    jobs = [
        finish(_inside(folder, "breaks"), template, _VALUES, STRICT, _POLICY),
        finish(_inside(folder, "blocks"), template, _VALUES, STRICT, _POLICY, lines="paragraphs"),
        finish(_inside(folder, "plain"), template, {"A": "value", "B": "b"}),
        finish(
            _inside(folder, "comments"), commented(p(START, r("【A】"), END, REFERENCE)), _VALUES, left_out
        ),
        finish(_inside(folder, "signed"), signed(p("【A】")), _VALUES, left_out),
    ]
    assert all(job.proof().exactness == "bytes" for job in jobs)
    return jobs


def _inside(folder: Path, name: str) -> Path:
    inside = folder / name
    inside.mkdir()
    return inside


def forge(chance: Chance, jobs: Sequence[FinishedJob]) -> str:
    """Change a result or what its log says, and prove it; say what came of it."""
    job = chance.choice(jobs)
    return _forge_document(chance, job) if chance.randrange(2) else _forge_log(chance, job)


def _forge_document(chance: Chance, job: FinishedJob) -> str:
    with zipfile.ZipFile(io.BytesIO(job.document)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(["word/document.xml", *members])
    content = members[name]
    for _ in range(1 + chance.randrange(3)):
        content = mutate_markup(chance, content)
    if content == members[name]:
        return "unchanged"
    forged = replace(job, document=rewritten(job.document, {name: content}))
    told = f"{name}: {content!r}"
    verdict = _verdict(forged, is_same=False, told=told)
    if verdict == "intact":
        assert _canonical(content) == _canonical(members[name]), f"called intact: {told}"
    return verdict


def _canonical(content: bytes) -> bytes:
    """Return the canonical form of a part as libxml2 has it; the content itself where it has none."""
    root = etree.fromstring(content, etree.XMLParser(**HARDENED))
    try:
        return etree.tostring(root.getroottree(), method="c14n", with_comments=True)
    except etree.C14NError:
        # A namespace may be a relative address.
        return content


def _forge_log(chance: Chance, job: FinishedJob) -> str:
    log, report = copy.deepcopy((job.log, job.report))
    for _ in range(1 + chance.randrange(3)):
        _change_json(chance, log, report)
    try:
        claims = read_claims(log, report)
    except DocopsError as error:
        refusal = error
    else:
        is_same = _effect(claims) == _effect(read_claims(job.log, job.report))
        told = f"{log} {report['summary']['fix_changes']}"
        return _verdict(replace(job, log=log, report=report), is_same=is_same, told=told)
    assert refusal.status == 400
    return "a log that is refused"


def _verdict(forged: FinishedJob, *, is_same: bool, told: str) -> str:
    """Prove a forged result; ``is_same`` says that it is one in other words."""
    try:
        proof = forged.proof()
        by_bytes = forged.proof_by_bytes()
    except DocopsError as error:
        refusal = error
    else:
        if not is_same:
            assert by_bytes is None, f"called exact: {told}"
            assert proof.exactness == "canonical", f"called exact: {told}"
        assert proof.verdict == "intact" or proof.reason()
        return proof.verdict
    assert refusal.status in (400, 413), f"{refusal.code}: {told}"
    return "refused"


def _change_json(chance: Chance, log: dict[str, Any], report: dict[str, Any]) -> None:
    """Change a member of what a log or a report claims."""
    roots: list[Any] = [log[name] for name in _CLAIMS if log.get(name)]
    roots += [report["summary"]["fix_changes"]] if report["summary"]["fix_changes"] else []
    places: list[tuple[Any, Any]] = []
    pending = roots or [log["entries"]]
    while pending:
        holder = pending.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            places.append((holder, key))
            if isinstance(holder[key], dict | list):
                pending.append(holder[key])
    if not places:
        return
    holder, key = chance.choice(places)
    other, other_key = chance.choice(places)
    value, another = holder[key], copy.deepcopy(other[other_key])
    match chance.randrange(7):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(value))
        case 2:
            holder[key] = another
        case 3 if isinstance(value, str):
            at = chance.randrange(len(value) + 1)
            more = chance.choice(("", "0", "1", ":", "r", "/", "】", " ", "\n", "<", "\x00", "\ud800", "é"))
            holder[key] = value[:at] + more + value[at + chance.randrange(2) :]
        case 4 if type(value) is int:
            holder[key] = value + chance.choice((-1, 1, 2, -1000, 10**12))
        case 5 if isinstance(holder, dict):
            holder[str(chance.choice(("copy", "part", "mirrored_at", "run_id", "result_path", "x")))] = (
                another
            )
        case _:
            holder[key] = copy.deepcopy(chance.choice(_ODD))


def _effect(claims: Claims) -> object:
    """Return what claims say was done, whatever the order and the words they say it in."""
    return (
        Counter(each._replace(place=0) for each in claims.replacements if _is_effective(each)),
        [fix for fix in map(_effect_of_fix, claims.fixes) if fix[-1]],
        claims.blocks,
        Counter(
            each._replace(replacement=each.replacement._replace(place=0))
            for each in claims.inline
            if _is_effective(each.replacement)
        ),
        Counter(each._replace(place=0) for each in claims.places),
        Counter(claims.removed),
    )


def _is_effective(entry: Replacement) -> bool:
    return entry.original_text != entry.new_text


def _effect_of_fix(fix: Fix) -> tuple[object, ...]:
    names = sorted({*fix.before, *fix.after})
    changed = [(name, fix.before.get(name), fix.after.get(name)) for name in names]
    changed = [each for each in changed if each[1] != each[2]]
    return fix.paragraph_path, fix.run_id, fix.element, changed
