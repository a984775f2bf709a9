"""The proof by bytes: each changed part is its template's bytes with the logged changes in, and nothing else.

The paragraphs that the log speaks of are found in the template by address, its entries and fixes replayed on
their bytes, and the outcome compared with what was written. It sees what a canonical form does not tell:
white space between attributes, their order, prefixes, how a character is written.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity.alike_entries import kinds_by_story, replay_alike
from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes, TemplateEvidence
from docops_flask.engine.integrity.claims import Claims, Replacement
from docops_flask.engine.integrity.gate import defects_of, may_have_defects
from docops_flask.engine.integrity.members import Members
from docops_flask.engine.integrity.template_parts import Template, TemplateParts
from docops_flask.engine.integrity.verdict import Defect, Findings, Proof
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import check_part, parse_part, recoded

if TYPE_CHECKING:
    from docops_flask.engine.integrity.added_pictures import AddedPictures, ExtendedPart
    from docops_flask.engine.integrity.expansion.folds import PartFolds
    from docops_flask.engine.integrity.place_claims import PlaceReplacement
    from docops_flask.engine.integrity.places import PlacedPart
    from docops_flask.engine.integrity.put_in import PutIn
    from docops_flask.engine.integrity.removals import Removals


def prove_bytes(  # noqa: PLR0917, called for two kinds of claims
    template: Package,
    members: Members,
    claims: Claims,
    evidence: TemplateEvidence | None = None,
    changed_by_blocks: Iterable[str] = (),
    folded: "Sequence[PartFolds]" = (),
) -> Proof | None:
    """Return the proof that every byte is accounted for; ``None`` where one is not, for whatever reason.

    ``claims`` are replayed on ``evidence``; where blocks were repeated it is of the expanded template, whose
    parts ``changed_by_blocks`` are not the template's, and copies in ``folded`` are left out of it.
    """
    evidence = evidence or TemplateEvidence(template)
    stories = Stories(evidence)
    removals = _removals(template, stories, claims)
    try:
        pictures = _pictures(template, stories, members, claims)
    except Misfit:
        return None
    unaccounted = members.unaccounted if removals is None else removals.others(members.unaccounted)
    if pictures is not None:
        unaccounted = pictures.others(unaccounted)
    if unaccounted or (removals is not None and removals.kept(members.records)):
        return None
    try:
        _replay(stories, claims if pictures is None else pictures.drawn(claims))
        others = _replay_others(stories, claims, pictures, folded)
        if removals is not None:
            removals.leave_out(template, stories, claims.removed, others)
        for name in changed_by_blocks:
            if name not in others and stories.named(name) is None:
                others[name] = _as_expanded(evidence.package, name)
        added = {} if pictures is None else pictures.finish(others)
        touched: dict[str, StoryBytes | PlacedPart | ExtendedPart]
        touched = {**stories.touched(), **others, **added}
        inserted = _put_in(template, stories, touched, members, claims, evidence.settle)
    except (Misfit, ValueError):
        return None
    changed = {member.record.name: member.after for member in members.changed}
    changed |= {member.record.name: member.content for member in members.added}
    for record in members.records:
        if removals is not None and record.name in removals.parts:
            continue
        part, after = touched.get(record.name), changed.get(record.name)
        made = None if inserted is None else inserted.parts.get(record.name)
        if part is None and made is None:
            if record.changed and (pictures is None or not pictures.is_media(record.name)):
                return None
            continue
        written = template.read(record.name) if after is None else after
        settle = evidence.settle.get(record.name)
        if not (_is_made(part, made, settle, written) and _is_sound(written, settle, record.name)):
            return None
        record.replacements = 0 if part is None else part.replacements
        record.fixes = part.fixes if isinstance(part, StoryBytes) else 0
    rests = {each.part.name: each.rest for each in folded}
    defects, own = _defects(template, stories, changed, pictures, rests, inserted)
    return Proof(
        parts=tuple(members.records),
        findings=Findings(),
        exactness="bytes",
        defects=tuple(defects),
        template_defects=(*evidence.untyped(template), *own),
    )


def _is_made(
    part: "StoryBytes | PlacedPart | ExtendedPart | None",
    made: bytes | None,
    settle: Callable[[bytes], bytes] | None,
    written: bytes,
) -> bool:
    """Say whether a part is ``written``: ``made`` of it by what is put in, or what the claims make of it."""
    if made is not None or part is None:
        return written == made
    return _comes_to(part, written) if settle is None else _settles(part, settle, written)


def _is_sound(content: bytes, settle: Callable[[bytes], bytes] | None, name: str) -> bool:
    """Say whether a part with native marks is well-formed XML.

    What they become is made of texts of the template, not of values alone, which were checked.
    """
    try:
        if settle is not None:
            check_part(content, name)
    except InvalidTemplate:
        return False
    return True


def _comes_to(part: "StoryBytes | PlacedPart | ExtendedPart", written: bytes) -> bool:
    try:
        return part.comes_to(written)
    except ValueError:
        return False


def _settles(
    part: "StoryBytes | PlacedPart | ExtendedPart", settle: Callable[[bytes], bytes], written: bytes
) -> bool:
    """Say whether a part with native marks comes to ``written``: marks without a value are as they were."""
    try:
        return settle(part.written()) == written
    except ValueError:
        return False


def _replay_others(
    stories: Stories, claims: Claims, pictures: "AddedPictures | None", folded: "Sequence[PartFolds]"
) -> "dict[str, PlacedPart]":
    """Replay what is no text of a paragraph, and what is left out; return the parts that are no stories."""
    for each in folded:
        each.insert(stories, claims)
    others = _replay_places(stories.package, stories, claims)
    if pictures is not None:
        pictures.fill_boxes(claims, others)
    return others


def _as_expanded(template: Template, name: str) -> "PlacedPart":
    """Return a part that is no story as blocks leave it: the numbering."""
    from docops_flask.engine.integrity.places import PlacedPart

    return PlacedPart(template.read(name), None, (), 0)


def _replay_places(template: Template, stories: Stories, claims: Claims) -> "dict[str, PlacedPart]":
    """Replay entries about places outside paragraphs; return the parts that are no stories."""
    if not claims.places:
        return {}
    # Most templates have no such places, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.places import replay_places

    replayed = replay_places(template, claims)
    if replayed.misfits:
        raise Misfit
    others = {}
    for name, placed in replayed.parts.items():
        story = stories.named(name)
        if story is None:
            others[name] = placed
        else:
            story.edits += placed.edits
            story.replacements += placed.replacements
    return others


def _pictures(
    template: Package, stories: Stories, members: Members, claims: Claims
) -> "AddedPictures | None":
    """Return what pictures add; raises ``Misfit`` where the document has added something else."""
    if not members.added and not claims.media and not _names_pictures(claims):
        return None
    if claims.alike is not None:
        # They are looked for among entries with addresses.
        raise Misfit
    # Few documents get pictures, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.added_pictures import AddedPictures

    return AddedPictures(template, stories, members, claims)


def _put_in(  # noqa: PLR0917, called once
    template: Package,
    stories: Stories,
    touched: "Mapping[str, StoryBytes | PlacedPart | ExtendedPart]",
    members: Members,
    claims: Claims,
    settle: Mapping[str, Callable[[bytes], bytes]],
) -> "PutIn | None":
    """Return what rich values and sub-documents make of the parts; raises as ``put_in`` does."""
    if not claims.puts_in:
        return None
    # Few documents have any, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.put_in import put_in

    return put_in(template, stories, touched, members, claims, settle)


# What the tags of pictures begin with, and the formats of codes.
_DRAWN = ("@", "＠", "图片", "IMAGE", "二维码", "QRCODE", "条码", "CODE128")


def _names_pictures(claims: Claims) -> bool:
    """Say whether an entry is about a picture or a code, or about what may be the tag of one."""
    alike = () if claims.alike is None else chain.from_iterable(claims.alike.kinds)
    entries: Sequence[Replacement | PlaceReplacement] = (*claims.replacements, *claims.places, *alike)
    if any(entry.picture is not None for entry in entries):
        return True
    if any(each.replacement.code is not None for each in claims.inline):
        return True
    return _holds(entries, _DRAWN) or any(entry.code is not None for entry in (*claims.replacements, *alike))


def _holds(entries: "Sequence[Replacement | PlaceReplacement]", words: Sequence[str]) -> bool:
    """Say whether a placeholder of ``entries`` holds one of ``words``."""
    # No word goes on across a NUL.
    texts = "\0".join({entry.original_text for entry in entries})
    return any(word in texts for word in words)


def _removals(template: Package, stories: Stories, claims: Claims) -> "Removals | None":
    if not claims.removed:
        return None
    # Most jobs leave nothing out, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.removals import removals_of

    return removals_of(template, stories.parts, claims.removed)


def _replay(stories: Stories, claims: Claims) -> None:
    """Replay what is claimed of paragraphs; raises ``Misfit`` where something does not fit."""
    if claims.replacements or claims.fixes or claims.inline:
        # The entries of most jobs are alike, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.entry_replay import replay_stories

        replay_stories(stories, claims)
    elif claims.alike is not None:
        for story, numbers in kinds_by_story(stories, claims.alike).items():
            story.find(numbers)
            if numbers:
                replay_alike(story, numbers, claims.alike.kinds, ())


def _defects(  # noqa: PLR0917, called once
    template: Package,
    stories: Stories,
    changed: Mapping[str, bytes],
    pictures: "AddedPictures | None",
    rests: Mapping[str, bytes],
    inserted: "PutIn | None" = None,
) -> tuple[list[Defect], list[Defect]]:
    """Return the new defects of changed parts, and those that the template has as well.

    ``rests`` are parts without copies that bring no defect that is not there already.
    """
    new, own = [], []

    def relationship_ids(part: str) -> Collection[str]:
        own = stories.parts.relationship_ids(part)
        if inserted is not None:
            own = own.union(inserted.ids.get(part, ()))
        return own if pictures is None else own.union(pictures.ids_of(part))

    for name, after in changed.items():
        part = stories.touched().get(name)
        if part is None:
            continue
        ids = relationship_ids
        rest = rests.get(name)
        if part.plain is not None and rest and not may_have_defects(name, rest, ids):
            continue
        if (
            pictures is None
            and inserted is None
            and isinstance(part, StoryBytes)
            and part.shows_no_defects(ids)
        ):
            continue
        content = recoded(after, part.encoding)
        if part.plain is not None and not may_have_defects(name, content, ids):
            continue
        written = parse_part(after, name)
        before = TemplateParts(template).fresh_root(name)
        original = recoded(template.read(name), part.encoding)
        known = set() if before is None else set(defects_of(name, before, original, ids))
        found = list(defects_of(name, written, content, ids))
        new += [defect for defect in found if defect not in known]
        own += [defect for defect in found if defect in known]
    return new, own
