"""The proof by canonical forms, for documents that another program saved again.

The template's parts are parsed, the logged changes replayed on their trees, and the outcome compared with the
written parts in canonical form (docs/analysis/integrity.md). It also describes differences: which element,
which attribute, what was expected.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.claims import Claims, InlineReplacement, Removed
from docops_flask.engine.integrity.gate import defects_of, untyped_parts
from docops_flask.engine.integrity.members import (
    ChangedMember,
    Members,
    check_document_limit,
    is_same_declaration,
    is_same_document,
    is_written_as,
)
from docops_flask.engine.integrity.replay import Emptied, drop_emptied_runs, plan_on_trees, replay_paragraph
from docops_flask.engine.integrity.template_parts import Template, TemplateParts
from docops_flask.engine.integrity.verdict import Defect, Findings, PartRecord, Proof, Unaccounted
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import parse_part, serialize_part

if TYPE_CHECKING:
    from docops_flask.engine.integrity.expansion.expanded import Expanded
    from docops_flask.engine.integrity.fix_claims import Fix
    from docops_flask.engine.integrity.removals import Removals


def prove_canonically(
    template: Package, members: Members, claims: Claims, max_parsed: int, expanded: "Expanded | None" = None
) -> Proof:
    """Return the proof that the document of ``members`` is ``template`` with what ``claims`` say.

    Where blocks of the template were repeated, the claims of ``expanded`` are replayed on its template, and
    its misfits are unaccounted.

    Raises ``TemplateLimitExceeded`` when a changed part is more than ``max_parsed`` bytes.
    """
    account = _Account(template, max_parsed, expanded)
    replayed = claims if expanded is None else expanded.claims
    account.replay_places(template if expanded is None else expanded.template, replayed)
    account.leave_out(replayed.removed, members)
    account.replay(replayed)
    account.drop_elements()
    changed = {member.record.name: member for member in members.changed}
    for record in members.records:
        member = changed.get(record.name)
        if member is None and account.is_replayed(record.name) and not record.changed:
            # An entry speaks of a part that was copied raw: it has to be without effect.
            member = ChangedMember(record, template.read(record.name))
        if member is not None:
            account.settle(member)
    return Proof(
        parts=tuple(members.records),
        findings=account.findings,
        exactness="canonical",
        defects=tuple(account.defects),
        template_defects=(*untyped_parts(template), *account.template_defects),
    )


class _Account:
    """Replays the claims on the template's parts, then settles each written part against its own."""

    def __init__(self, template: Package, max_parsed: int, expanded: "Expanded | None" = None) -> None:
        self._template = template
        self._max_parsed = max_parsed
        self._original = TemplateParts(template)
        self._parts = self._original if expanded is None else TemplateParts(expanded.template)
        self.findings = Findings()
        self.findings.extend(() if expanded is None else expanded.misfits)
        self._removals: Removals | None = None
        self.defects: list[Defect] = []
        self.template_defects: list[Defect] = []
        self._replacements: Counter[str] = Counter()
        self._fixes: Counter[str] = Counter()
        self._paths: dict[_Element, str] | None = None
        self._by_blocks = frozenset(() if expanded is None else expanded.changed)
        self._settle = {} if expanded is None else expanded.evidence.settle

    def is_replayed(self, name: str) -> bool:
        """Say whether a claim was replayed in the part ``name``."""
        removals = self._removals
        is_cut = removals is not None and (name in removals.marks or name in removals.children)
        return name in self._replacements or name in self._fixes or name in self._by_blocks or is_cut

    def leave_out(self, claimed: Sequence[Removed], members: Members) -> None:
        """Find what is to be left out; what else is missing, added or moved is unaccounted."""
        unaccounted: Sequence[Unaccounted] = members.unaccounted
        if claimed:
            from docops_flask.engine.integrity.removals import removals_of

            self._removals = removals_of(self._template, self._parts, claimed)
            unaccounted = self._removals.others(unaccounted)
            for name in self._removals.kept(members.records):
                message = "The log says that this member was left out; the document has it."
                self.findings.add(Unaccounted(name, "", "member_added", message))
            if not self._removals.is_listed_by(claimed):
                message = "The list is not what belongs to the comments or the signature of the template."
                self._misfit("log_entry", "$.removed", message)
        self.findings.extend(unaccounted)

    def drop_elements(self) -> None:
        """Take out of the template's parts what is to be left out of them, once entries were replayed."""
        if self._removals is None:
            return
        from docops_flask.engine.integrity.removals import drop

        for elements in (*self._removals.marks.values(), *self._removals.children.values()):
            for element in elements:
                drop(element)

    def replay_places(self, template: Template, claims: Claims) -> None:
        """Change places outside paragraphs as ``claims`` say, in the bytes that the trees are parsed from."""
        if not claims.places:
            return
        from docops_flask.engine.integrity.places import replay_places

        replayed = replay_places(template, claims)
        for entry, misfit in replayed.misfits:
            place = f"$.entries[{entry.place}]"
            self._misfit("log_entry", place, f"The entry cannot be replayed: {misfit}.")
        for name, placed in replayed.parts.items():
            try:
                self._parts.replace(name, placed.written())
            except ValueError:
                self._misfit("log_entry", "", "Two entries are about the same bytes.")
                continue
            self._replacements[name] += placed.replacements

    def replay(self, claims: Claims) -> None:
        """Change the template's parts as ``claims`` say; what they say wrong is unaccounted."""
        stories = self._parts.stories()
        addresses = Addresses(stories, self._parts.flow_of)
        plan = plan_on_trees(addresses)
        for entry in claims.replacements:
            misfit = plan.take(entry)
            if misfit is not None:
                place = f"$.entries[{entry.place}]"
                self._misfit("log_entry", place, f"The entry cannot be replayed: {misfit}.")
        if claims.inline:
            self._replay_inline(claims.inline, addresses)
        emptied: list[Emptied] = []
        for planned in plan.planned():
            try:
                emptied += replay_paragraph(planned)
                self._replacements[planned.where.part] += len(planned.entries)
            except ValueError:
                place = f"$.entries[{planned.entries[0].place}]"
                self._misfit("log_entry", place, "Its new_text holds characters that XML cannot hold.")
        self._replay_fixes(claims.fixes, addresses)
        # The numbers of runs count those that are taken away.
        drop_emptied_runs(emptied, {fix.run_id for fix in claims.fixes if fix.run_id is not None})

    def _replay_inline(self, entries: Sequence[InlineReplacement], addresses: Addresses) -> None:
        # Few templates have placeholders in field codes, ruby or equations.
        from docops_flask.engine.integrity.inline_replay import plan_inline_on_trees, replay_on_tree

        plan = plan_inline_on_trees(addresses)
        for entry in entries:
            misfit = plan.take(entry)
            if misfit is not None:
                place = f"$.entries[{entry.replacement.place}]"
                self._misfit("log_entry", place, f"The entry cannot be replayed: {misfit}.")
        for planned in plan.planned():
            try:
                replay_on_tree(planned)
                self._replacements[planned.where.part] += len(planned.entries)
            except ValueError:
                place = f"$.entries[{planned.entries[0].place}]"
                self._misfit("log_entry", place, "Its new_text cannot stand there, or XML cannot hold it.")

    def _replay_fixes(self, fixes: "Sequence[Fix]", addresses: Addresses) -> None:
        if not fixes:
            return
        # Most jobs repair nothing, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.fixes import FixReplay

        replay = FixReplay(addresses)
        for fix in fixes:
            part, misfit = replay.replay(fix)
            if misfit is None:
                self._fixes[part] += 1
            else:
                place = f"$.summary.fix_changes[{fix.place}]"
                self._misfit("fix_entry", place, f"The entry cannot be replayed: {misfit}.")

    def settle(self, member: ChangedMember) -> None:
        """Hold a written part against its replayed one; note how it is accounted for, or what is not."""
        record = member.record
        record.replacements, record.fixes = self._replacements[record.name], self._fixes[record.name]
        expected = self._parts.root(record.name)
        settle = self._settle.get(record.name)
        if expected is not None and settle is not None:
            # Native marks without a value are as they were.
            self._parts.replace(record.name, settle(serialize_part(expected)))
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
        # A renderer starts the faster for what it does not load, and hardly any has differences to name.
        from docops_flask.engine.integrity.differences import Differences

        before = self.findings.count
        Differences(record.name, self._paragraph_paths(), self.findings).find(expected, written)
        if self.findings.count == before:
            self._found(record, "canonical_form", "The canonical forms differ around the root.")

    def _paragraph_paths(self) -> Mapping[_Element, str]:
        """Return the addresses of all paragraphs, worked out when they are first asked for."""
        if self._paths is None:
            from docops_flask.engine.integrity.differences import paragraph_paths

            self._paths = paragraph_paths(self._parts)
        return self._paths

    def _pass_gate(self, record: PartRecord, written: _Element, content: bytes) -> None:
        """Note the part's defects: those that the template has as well are its own."""
        name = record.name
        defects = list(defects_of(name, written, content, self._parts.relationship_ids))
        if not defects:
            return
        known: set[Defect] = set()
        original = self._original.fresh_root(name)
        if original is not None:
            known = set(defects_of(name, original, serialize_part(original), self._parts.relationship_ids))
        self.defects += [defect for defect in defects if defect not in known]
        self.template_defects += [defect for defect in defects if defect in known]

    def _found(self, record: PartRecord, what: str, message: str) -> None:
        self.findings.add(Unaccounted(record.name, "", what, message))

    def _misfit(self, what: str, place: str, message: str) -> None:
        self.findings.add(Unaccounted("", place, what, message))
