"""The parts that pictures become, one for each content, and the relationships to them."""

from typing import Any, NamedTuple

from docops_flask.engine.opc.additions import Additions
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.picture_header import CONTENT_TYPES
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL
from docops_flask.engine.template.pictures.given import Media


class MediaPart(NamedTuple):
    """An added part: its name, the digest of its content, the JSON path of the value that came first."""

    name: str
    sha256: str
    payload_path: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return an item of ``added.media`` in the replace log."""
        of = {} if self.payload_path is None else {"of": self.payload_path}
        return {"part": self.name, "sha256": self.sha256, **of}


class MediaParts:
    """Adds pictures to ``package``; ``added`` are the parts, in the order of their first use."""

    def __init__(self, package: Package, limits: Limits) -> None:
        self.additions = Additions(package, limits)
        self.added: dict[str, MediaPart] = {}
        self._package = package
        self._relationships: dict[tuple[str, str], str] = {}
        self._number = 0

    def part_of(self, media: Media, payload_path: str | None = None) -> MediaPart:
        """Return the part of a picture, added at its first use."""
        known = self.added.get(media.sha256)
        if known is None:
            kind = media.header.kind
            name = self._free_name(kind)
            self.additions.add_part(name, CONTENT_TYPES[kind], media.content)
            known = self.added[media.sha256] = MediaPart(name, media.sha256, payload_path)
        return known

    def relationship(self, source: str, part: MediaPart, *, is_strict: bool) -> str:
        """Return the id of the relationship from the part ``source`` to ``part``, made at its first use."""
        key = source, part.name
        if key not in self._relationships:
            kind = f"{REL_STRICT if is_strict else REL_TRANSITIONAL}/image"
            self._relationships[key] = self.additions.relate(source, kind, part.name)
        return self._relationships[key]

    def _free_name(self, kind: str) -> str:
        self._number += 1
        while any(map(self._is_taken, (f"word/media/docops{self._number}.{each}" for each in CONTENT_TYPES))):
            self._number += 1
        return f"word/media/docops{self._number}.{kind}"

    def _is_taken(self, name: str) -> bool:
        return self._package.has(name) or self._package.content_types.is_overridden(name)
