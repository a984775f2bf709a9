"""The pictures that a payload gives to tags in copies of blocks: each in the scope of its copy."""

from collections.abc import Mapping, Sequence

from docops_flask.engine.job import Asset
from docops_flask.engine.template.block_run import BlockRun
from docops_flask.engine.template.blocks.scopes import Scope
from docops_flask.engine.template.copied_values import resolved
from docops_flask.engine.template.drawn_tags import is_told_in_copies
from docops_flask.engine.template.field_values import text_of
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.payload_check import MAX_ERRORS, PayloadError
from docops_flask.engine.template.pictures.given import (
    CopyKey,
    GivenPicture,
    GivenPictures,
    PictureFault,
    PictureReader,
)
from docops_flask.engine.template.pictures.tags_of_boxes import places_without_unfillable
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tags import read_tag


def take_pictures(run: BlockRun, assets: Sequence[Asset]) -> GivenPictures:
    """Return the pictures of the tags of ``run``; tags outside paragraphs get names of their own in copies.

    Raises ``TemplateLimitExceeded`` for a picture of too many pixels.
    """
    taken = _Taken(assets)
    for place, tags in run.tags.items():
        for of, frame, name in zip(*tags, strict=True):
            if of.found.kind is Kind.PLACEHOLDER and of.tag is not None:
                taken.take((place, name), of.tag, frame.scope)
    _take_places(run, taken)
    return GivenPictures({}, taken.errors, taken.reader.unused, taken.of_copies, taken.boxes)


class _Taken:
    def __init__(self, assets: Sequence[Asset]) -> None:
        self.reader = PictureReader(assets)
        self.errors: list[PayloadError] = []
        self.of_copies: dict[CopyKey, tuple[GivenPicture, str]] = {}
        self.boxes: dict[str, str] = {}

    def check(self, name: str, tag: Tag, scope: Scope) -> None:
        """Note what the check box of a content control shows in ``scope``."""
        box = text_of(tag, resolved(tag, scope).value, "")
        if box is not None:
            self.boxes[name] = box

    def take(self, key: CopyKey, tag: Tag, scope: Scope) -> None:
        """Read the picture of a tag, if it is one and has a value in ``scope``."""
        if tag.kind is not TagKind.PICTURE:
            return
        path, value = resolved(tag, scope)
        if not isinstance(value, Mapping) or len(self.errors) >= MAX_ERRORS:
            return
        try:
            self.of_copies[key] = self.reader.read(value, f"$.payload{path[1:]}"), path
        except PictureFault as fault:
            if fault.error not in self.errors:
                self.errors.append(fault.error)


def _take_places(run: BlockRun, taken: _Taken) -> None:
    root = run.expanded.root.scope
    places = []
    # The texts of one picture go by one name: they are in one scope.
    numbers: dict[Scope, int] = {}
    for bracketed in run.places.places:
        path = bracketed.place.path
        _, frame = run.place_copies.get(path, (path, None))
        scope = root if frame is None else frame.scope
        found = []
        for raw in bracketed.found:
            each, tag = raw, read_tag(raw.name)
            is_refused = each.kind in (Kind.UNSUPPORTED_PICTURE, Kind.UNSUPPORTED_TAG)
            # One that asks for an outer list may stand where there is none.
            is_sound = is_refused or each.kind is Kind.PLACEHOLDER
            if is_sound and isinstance(tag, Tag) and is_told_in_copies(tag, path):
                # What becomes of it is told for each copy.
                number = numbers.setdefault(scope, len(numbers))
                name = each.name if scope is root else f"{each.name}\0{number}"
                each = each._replace(kind=Kind.PLACEHOLDER if is_refused else each.kind, name=name)
                taken.take((path, name), tag, scope)
                if tag.kind is TagKind.CHECK:
                    taken.check(name, tag, scope)
            found.append(each)
        places.append(bracketed._replace(found=found))
    run.places = places_without_unfillable(run.places._replace(places=places))
