"""What rich values and sub-documents put into the parts that entries and fixes come to."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes
from docops_flask.engine.integrity.claims import Claims
from docops_flask.engine.integrity.members import Members
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import encoding_of, recoded

if TYPE_CHECKING:
    from docops_flask.engine.integrity.added_pictures import ExtendedPart
    from docops_flask.engine.integrity.places import PlacedPart
    from docops_flask.engine.integrity.subdocument.proving import SubdocumentParts

    TouchedPart = StoryBytes | PlacedPart | ExtendedPart


class PutIn(NamedTuple):
    """The bytes of parts that are changed or added, by name; all relationship ids of parts with new ones."""

    parts: Mapping[str, bytes]
    ids: Mapping[str, set[str]]


def put_in(  # noqa: PLR0917, called once
    template: Package,
    stories: Stories,
    touched: "Mapping[str, TouchedPart]",
    members: Members,
    claims: Claims,
    settle: Mapping[str, Callable[[bytes], bytes]],
) -> PutIn:
    """Return what is put into the parts ``touched``.

    ``settle`` has, by part, what native marks without a value make of its bytes. Raises ``Misfit`` where the
    log says something else than the values make.
    """
    parts: dict[str, bytes] = {}
    ids: dict[str, set[str]] = {}
    new: list[str] = []
    if claims.rich is not None:
        # Few documents have rich values, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.rich.proving import RichParts

        rich = RichParts(template, stories, touched, members, claims, settle)
        parts |= rich.parts
        ids |= rich.ids
        new += rich.new
    if claims.subdocuments is not None:
        documents = _subdocuments(template, stories, touched, parts, claims, settle)
        parts |= documents.parts
        ids |= documents.ids
        new += documents.new
    _check_order([each.record.name for each in members.added], new)
    return PutIn(parts, ids)


def _subdocuments(  # noqa: PLR0917, called once
    template: Package,
    stories: Stories,
    touched: "Mapping[str, TouchedPart]",
    rich: Mapping[str, bytes],
    claims: Claims,
    settle: Mapping[str, Callable[[bytes], bytes]],
) -> "SubdocumentParts":
    # As above: few documents have others in them.
    from docops_flask.engine.integrity.subdocument.proving import SubdocumentParts, names_of_part
    from docops_flask.engine.integrity.subdocument.target import Target

    assert claims.subdocuments is not None
    by_name = {name.lower(): name for name in touched}

    def read(name: str) -> bytes:
        if name in rich:
            return rich[name]
        known = by_name.get(name.lower())
        if known is None:
            return stories.package.read(name)
        return settle.get(known, bytes)(touched[known].written())

    added = {name.lower(): name for name in (*rich, *touched) if not template.has(name)}
    main = template.main_part
    content = read(main)
    names = names_of_part(recoded(content, encoding_of(content, main)))
    target = Target(template, read, added, names)
    return SubdocumentParts(main, target, claims.subdocuments, template.limits)


def _check_order(added: Sequence[str], new: Sequence[str]) -> None:
    """Raise ``Misfit`` unless the new parts are all of ``added`` that pictures did not bring, in their order.

    Parts come before lists of relationships, and those of pictures before the others.
    """
    before = [name for name in added if name not in new]
    expected = [
        name
        for is_list in (False, True)
        for names in (before, new)
        for name in names
        if name.endswith(".rels") == is_list
    ]
    if added != expected:
        raise Misfit
