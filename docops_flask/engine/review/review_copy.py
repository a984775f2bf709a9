"""Makes ``out.review.docx`` of the written document, proves it and adds it to the results."""

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from typing import Literal, NamedTuple

from docops_flask.engine.artefacts import REVIEW, ArtefactSink
from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.edits import Edit, SetAttributes
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import ResultRefused
from docops_flask.engine.integrity.review import CommentClaim, prove_comments
from docops_flask.engine.integrity.review_changes import ChangeClaim, prove_changes
from docops_flask.engine.integrity.verdict import Findings
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.reports.page.facts import PageFacts
from docops_flask.engine.reports.page.words import Words
from docops_flask.engine.review.anchors import Anchors
from docops_flask.engine.review.comments import Comment, comment_parts, free_ids
from docops_flask.engine.review.remarks import more_line, remarks_of
from docops_flask.engine.review.tracked import tracked_parts
from docops_flask.engine.run_result import Review
from docops_flask.engine.template.alike import Filling


class ReviewBasis(NamedTuple):
    """What a copy needs to know of the rendering.

    ``removed_runs`` are the numbers of runs that the document lacks and reports count, by paragraph;
    ``unfixed`` are the parts with repairs as they are without these, ``repaired`` the addresses of the
    paragraphs with repairs.
    """

    removed_runs: Mapping[str, Collection[int]]
    unfixed: Mapping[str, bytes]
    repaired: Collection[str]

    def moved(self, path: Callable[[str], str], all_paths: Callable[[str], Sequence[str]]) -> "ReviewBasis":
        """Return it where ``path`` leads to the first address in the result, ``all_paths`` to all."""
        removed = {path(each): numbers for each, numbers in self.removed_runs.items()}
        repaired = {moved for each in self.repaired for moved in all_paths(each)}
        return self._replace(removed_runs=removed, repaired=repaired)


def basis_of(
    report: FormatReport,
    filling: Filling,
    edits: Sequence[Edit],
    written: Callable[[Sequence[Edit]], Mapping[str, bytes]],
) -> ReviewBasis:
    """Return what a copy needs of a rendering with ``edits``; ``written`` writes the parts of edits."""
    repaired = report.repaired_runs()
    removed: dict[str, set[int]] = {}
    for place, index, _ in filling.emptied:
        if (place, index) not in repaired:
            removed.setdefault(place.path, set()).add(index)
    names = {edit.part.name for edit in edits if isinstance(edit.why, SetAttributes)}
    paths = {change.paragraph_path for change in report.fix_changes}
    if not names:
        return ReviewBasis(removed, {}, paths)
    parts = written([each for each in edits if not isinstance(each.why, SetAttributes)])
    return ReviewBasis(removed, {name: parts[name] for name in names if name in parts}, paths)


def add_review(  # noqa: PLR0917, called once
    kind: Literal["comments", "tracked"],
    limits: Limits,
    sink: ArtefactSink,
    basis: ReviewBasis,
    report: FormatReport,
    facts: PageFacts,
) -> Review | None:
    """Add the reviewer's copy of the document in ``sink``; ``None`` where no document was kept.

    ``kind`` is the option ``review``. Raises ``ResultRefused`` where the copy is not proved, and what
    ``tracked_parts`` raises.
    """
    with sink.written() as written:
        if written is None:
            return None
        content = bytes(written)
    # A filled document may be larger than a template is allowed to be.
    own = limits._replace(
        xml_part_bytes=max(limits.xml_part_bytes, limits.output_bytes),
        xml_bytes=limits.xml_bytes + limits.output_bytes,
        unpacked_bytes=limits.unpacked_bytes + limits.output_bytes,
    )
    with closing(Package.of_bytes(content, own)) as package:
        document = open_document(package, own)
        make = _with_comments if kind == "comments" else _with_changes
        copy, made, more, findings = make(package, document, own, basis, report, facts)
    if findings.count:
        what = sorted({each.what for each in findings.listed})
        raise ResultRefused(inner=f"review copy violated: {findings.count} x {', '.join(what)}")
    sink.add(REVIEW, copy)
    return Review(kind, sha256(copy), made, more)


_Made = tuple[bytes, int, int, Findings]


def _with_comments(  # noqa: PLR0917, called once
    package: Package,
    document: Document,
    limits: Limits,
    basis: ReviewBasis,
    report: FormatReport,
    facts: PageFacts,
) -> _Made:
    words = Words(facts.language)
    remarks = remarks_of(report, facts, words)
    anchors = Anchors(document, package, basis.removed_runs)
    placed = []
    for remark in remarks.shown:
        anchor = anchors.of(remark.path, remark.run_ids)
        if anchor is None:
            # The body has no paragraph, and so no place for comments.
            return _written(package, {}), 0, len(remarks.shown) + remarks.more, Findings()
        lines = (
            remark.lines if anchor.is_own else (*remark.lines, words("where", "review", place=remark.place))
        )
        placed.append((anchor, lines))
    placed.sort(key=lambda each: (each[0].place.start, each[0].start))
    last = anchors.last()
    if remarks.more and last is not None:
        placed.append((last, (more_line(remarks.more, words),)))
    ids = free_ids(document, len(placed))
    comments = [Comment(number, *each) for number, each in zip(ids, placed, strict=True)]
    if not comments:
        return _written(package, {}), 0, remarks.more, Findings()
    parts = comment_parts(package, document, comments)
    copy = _written(package, parts.changed, parts.added)
    claims = [CommentClaim(each.id, each.anchor.place.path, "\n".join(each.lines)) for each in comments]
    return copy, len(comments), remarks.more, prove_comments(package, copy, claims, limits)


def _with_changes(
    package: Package,
    document: Document,
    limits: Limits,
    basis: ReviewBasis,
    _report: FormatReport,
    _facts: PageFacts,
) -> _Made:
    unfixed = _written(package, basis.unfixed)
    with closing(Package.of_bytes(unfixed, limits)) as before:
        parts = tracked_parts(document, open_document(before, limits), basis.repaired)
        copy = _written(package, parts.changed)
        claims = [ChangeClaim(each.id, each.path, each.run is not None) for each in parts.changes]
        return copy, len(claims), 0, prove_changes(package, before, copy, claims, limits)


def _written(
    package: Package, changed: Mapping[str, bytes], added: Mapping[str, bytes] | None = None
) -> bytes:
    stream = io.BytesIO()
    package.write(stream, changed, added or {})
    return stream.getvalue()
