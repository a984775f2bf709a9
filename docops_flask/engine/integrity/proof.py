"""Proves that a written document is its template with the logged changes and no others.

The proof runs after a document is written, before the response is sent, and again in ``verification``.

See docs/analysis/integrity.md. Of the code that fills templates it uses only ``engine.opc``.
"""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from lxml.etree import _Element

from docops_flask.engine.errors import DocopsError, InvalidTemplate, ResultRefused
from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.claims import Claims, Fix, read_claims
from docops_flask.engine.integrity.gate import defects_of, untyped_parts
from docops_flask.engine.integrity.members import (
    ChangedMember,
    check_document_limit,
    compare_members,
    is_same_declaration,
    is_same_document,
    is_written_as,
)
from docops_flask.engine.integrity.replay import Replay, replay_paragraph
from docops_flask.engine.integrity.template_parts import TemplateParts
from docops_flask.engine.integrity.verdict import Defect, Findings, PartRecord, Proof, Unaccounted
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import parse_part, serialize_part
from docops_flask.engine.opc.zip_reader import ZipReader


def prove(template: Package, document: ZipReader, claims: Claims, limits: Limits) -> Proof:
    """Check whether ``document`` is ``template`` with the changes in ``claims``.

    The result has the verdict and all differences that the claims do not account for.

    Raises ``InvalidTemplate`` if a member of the template cannot be read. Raises ``TemplateLimitExceeded`` if
    the changed members of ``document`` exceed ``limits.output_bytes`` or one exceeds
    ``limits.xml_part_bytes``.
    """
    members = compare_members(template.archive, document, limits.output_bytes)
    checks = _PartChecks(template, members.unaccounted, limits.xml_part_bytes)
    checks.replay(claims)
    changed = {member.record.name: member for member in members.changed}
    for record in members.records:
        member = changed.get(record.name)
        if member is None and checks.is_replayed(record.name) and not record.changed:
            # An entry refers to a part that was copied as stored, so the entry must not change anything.
            member = ChangedMember(record, template.read(record.name))
        if member is not None:
            checks.check(member)
    return Proof(
        parts=tuple(members.records),
        findings=checks.findings,
        defects=tuple(checks.defects),
        template_defects=(*untyped_parts(template), *checks.template_defects),
    )


class _PartChecks:
    """Replays the claims on the template's parts, then compares each written part with the result."""

    def __init__(self, template: Package, unaccounted: Iterable[Unaccounted], max_parsed: int) -> None:
        self._max_parsed = max_parsed
        self._parts = TemplateParts(template)
        self.findings = Findings()
        self.findings.extend(unaccounted)
        self.defects: list[Defect] = []
        self.template_defects: list[Defect] = []
        self._replacements: Counter[str] = Counter()
        self._fixes: Counter[str] = Counter()
        self._paths: dict[_Element, str] | None = None

    def is_replayed(self, name: str) -> bool:
        """Return whether a claim was replayed in the part ``name``."""
        return name in self._replacements or name in self._fixes

    def replay(self, claims: Claims) -> None:
        """Apply ``claims`` to the template's parts; claims that cannot be applied are unaccounted."""
        stories = self._parts.stories()
        addresses = Addresses(stories, self._parts.flow_of)
        replay = Replay(addresses)
        for entry in claims.replacements:
            misfit = replay.plan(entry)
            if misfit is not None:
                place = f"$.entries[{entry.place}]"
                self._misfit("log_entry", place, f"The entry cannot be replayed: {misfit}.")
        for planned in replay.planned():
            try:
                replay_paragraph(planned)
                self._replacements[planned.part] += len(planned.entries)
            except ValueError:
                place = f"$.entries[{planned.entries[0].place}]"
                self._misfit("log_entry", place, "Its new_text holds characters that XML cannot hold.")
        self._replay_fixes(claims.fixes, addresses)

    def _replay_fixes(self, fixes: Sequence[Fix], addresses: Addresses) -> None:
        if not fixes:
            return
        # Imported here to keep the renderer's start fast: most jobs have no fixes.
        from docops_flask.engine.integrity.fixes import FixReplay

        replay = FixReplay(addresses)
        for fix in fixes:
            part, misfit = replay.replay(fix)
            if misfit is None:
                self._fixes[part] += 1
            else:
                place = f"$.summary.fix_changes[{fix.place}]"
                self._misfit("fix_entry", place, f"The entry cannot be replayed: {misfit}.")

    def check(self, member: ChangedMember) -> None:
        """Compare a written part with the replayed one; record what accounts for it and what differs."""
        record = member.record
        record.replacements, record.fixes = self._replacements[record.name], self._fixes[record.name]
        expected = self._parts.root(record.name)
        if expected is None:
            self._found(record, "bytes", "The bytes of this member changed; it is not replayed as XML.")
        elif self.is_replayed(record.name) and is_written_as(expected, member.after):
            self._pass_gate(record, expected, member.after)
        elif record.before != record.after or self.is_replayed(record.name):
            self._explain(member, expected)

    def _explain(self, member: ChangedMember, expected: _Element) -> None:
        record, before = member.record, self.findings.count
        written = self._parsed(member)
        if written is None:
            return
        self._compare(record, expected, written)
        self._pass_gate(record, written, serialize_part(written))
        if self.findings.count == before and not self.is_replayed(record.name):
            self._found(record, "bytes", "The bytes of this part changed, and no log entry is about it.")

    def _parsed(self, member: ChangedMember) -> _Element | None:
        check_document_limit("xml_part_bytes", len(member.after), self._max_parsed)
        try:
            return parse_part(member.after, member.record.name)
        except InvalidTemplate:
            self._found(
                member.record,
                "not_well_formed",
                "The part is not well-formed XML, has a DTD or too many namespaces.",
            )
            return None

    def _compare(self, record: PartRecord, expected: _Element, written: _Element) -> None:
        if not is_same_declaration(expected, written):
            self._found(record, "declaration", "The XML declaration changed.")
        if is_same_document(expected, written):
            return
        # Imported here to keep the renderer's start fast: hardly any job has differences.
        from docops_flask.engine.integrity.differences import Differences

        before = self.findings.count
        Differences(record.name, self._paragraph_paths(), self.findings).find(expected, written)
        if self.findings.count == before:
            self._found(record, "canonical_form", "The canonical forms differ around the root.")

    def _paragraph_paths(self) -> Mapping[_Element, str]:
        """Return the addresses of all paragraphs, computed at first use."""
        if self._paths is None:
            from docops_flask.engine.integrity.differences import paragraph_paths

            self._paths = paragraph_paths(self._parts)
        return self._paths

    def _pass_gate(self, record: PartRecord, written: _Element, content: bytes) -> None:
        """Record the part's defects; those that the template has as well are recorded as the template's."""
        name = record.name
        defects = list(defects_of(name, written, content, self._parts.relationship_ids))
        if not defects:
            return
        known: set[Defect] = set()
        original = self._parts.fresh_root(name)
        if original is not None:
            known = set(defects_of(name, original, serialize_part(original), self._parts.relationship_ids))
        self.defects += [defect for defect in defects if defect not in known]
        self.template_defects += [defect for defect in defects if defect in known]

    def _found(self, record: PartRecord, what: str, message: str) -> None:
        self.findings.add(Unaccounted(record.name, "", what, message))

    def _misfit(self, what: str, place: str, message: str) -> None:
        self.findings.add(Unaccounted("", place, what, message))


def prove_written(
    template: Package, written: memoryview | None, replace_log: object, format_report: object, limits: Limits
) -> Proof | None:
    """Return the proof of a document just made; ``written`` is its bytes.

    ``replace_log`` and ``format_report`` are JSON values with the members that ``read_claims`` reads.

    ``None`` if no document was written. Raises ``ResultRefused`` if the verdict is not ``intact``; then no
    result may be delivered.
    """
    if written is None:
        return None
    try:
        proof = _prove(template, written, replace_log, format_report, limits)
    except DocopsError as error:
        # The template was read before without error, so the error is in the written document.
        raise ResultRefused(inner=f"the written document cannot be read: {error.detail}") from error
    if proof.verdict != "intact":
        raise ResultRefused(inner=proof.reason())
    return proof


def _prove(
    template: Package, written: memoryview, replace_log: object, format_report: object, limits: Limits
) -> Proof:
    # A filled document may be larger than a template is allowed to be.
    own = limits._replace(xml_part_bytes=max(limits.xml_part_bytes, limits.output_bytes))
    own = own._replace(output_bytes=limits.unpacked_bytes + limits.output_bytes)
    document = ZipReader(written, own)
    try:
        with _garbage_left_alone():
            return prove(template, document, read_claims(replace_log, format_report), own)
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
