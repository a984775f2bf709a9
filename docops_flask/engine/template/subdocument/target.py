"""The document that others are put into: its parts as they grow, and what is added to its package."""

from collections.abc import Callable, Mapping, Sequence

from lxml.etree import _Element

from docops_flask.engine.opc.additions import Additions
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL
from docops_flask.engine.opc.xml_part import encoded, encoding_of, parse_part, recoded
from docops_flask.engine.oxml.markup import TOKEN, spliced
from docops_flask.engine.oxml.names import W_STRICT
from docops_flask.engine.template.elements import elements_in
from docops_flask.engine.template.subdocument.asset import EXTENSIONS, Picture

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
# Parts that may have to be made: what they are called, by the kinds of relationship that lead to them.
_NAMES = {"styles": "Styles", "numbering": "Numbering", "footnotes": "Footnotes", "endnotes": "Endnotes"}


class Target:
    """The parts that content comes into, and relationships, pictures and parts that it adds.

    ``changed`` are parts of the package with other content by now; ``additions`` takes what is added.
    """

    def __init__(
        self, package: Package, changed: Mapping[str, bytes], additions: Additions, namespace: str
    ) -> None:
        """``namespace`` is that of WordprocessingML in the document."""
        self.w = f"{{{namespace}}}"
        self._namespace = namespace
        self._package = package
        self._additions = additions
        self._base = REL_STRICT if namespace == W_STRICT else REL_TRANSITIONAL
        self.changed = dict(changed)
        self.main = package.main_part
        self._media: dict[str, str] = {}
        self._relationships: dict[tuple[str, str], str] = {}
        self._number = 0

    def name_of(self, kind: str) -> str | None:
        """Return the name of the part of a kind that the main part leads to, ``None`` without one."""
        for each in self._package.relationships(self.main):
            if each.kind == kind and not each.external and self._package.has(each.target):
                return each.target
        return self._additions.related_part(self.main, f"{self._base}/{kind}")

    def root_of(self, kind: str) -> _Element | None:
        """Return the root of the part of a kind, ``None`` without one."""
        name = self.name_of(kind)
        return None if name is None else parse_part(self.content_of(name), name)

    def content_of(self, name: str) -> bytes:
        """Return a part as it is by now."""
        if name in self.changed:
            return self.changed[name]
        new = self._additions.content_of(name)
        return self._package.read(name) if new is None else new

    def link(self, source: str, address: str) -> tuple[str, bool]:
        """Return the id of the relationship of a part to an address outside, and whether it is new."""
        known = self._relationships.get((source, address))
        if known is not None:
            return known, False
        identity = self._additions.relate_external(source, f"{self._base}/hyperlink", address)
        self._relationships[source, address] = identity
        return identity, True

    def picture(self, source: str, picture: Picture) -> tuple[str, dict[str, str] | None]:
        """Return the id of a part's relationship to a picture and, for a new part, what the log says of it.

        One part has each content, one relationship leads there from each part.
        """
        added = None
        if picture.sha256 not in self._media:
            name = self._free_media(EXTENSIONS[picture.content_type])
            self._additions.add_part(name, picture.content_type, picture.content)
            self._media[picture.sha256] = name
            added = {"part": name, "sha256": picture.sha256}
        # NUL tells digests from the addresses of links, which have no such character.
        key = source, f"\0{picture.sha256}"
        if key not in self._relationships:
            name = self._media[picture.sha256]
            self._relationships[key] = self._additions.relate(source, f"{self._base}/image", name)
        return self._relationships[key], added

    def append(self, kind: str, pieces: Sequence[bytes]) -> None:
        """Put ``pieces`` at the end of the part of a kind, which is made if there is none."""
        if pieces:
            self._write(kind, lambda content: before_end(content, b"".join(pieces)))

    def add_lists(self, abstracts: Sequence[bytes], numbers: Sequence[bytes]) -> None:
        """Put definitions before the first list of the numbering part, and lists behind the last."""
        if numbers:
            self._write("numbering", lambda content: _with_lists(content, abstracts, numbers))

    def make(self, kind: str) -> str:
        """Add an empty part of a kind, to which the main part leads; return its name."""
        number = 1
        while self._is_taken(f"word/docops{_NAMES[kind]}{number}.xml"):
            number += 1
        name, root = f"word/docops{_NAMES[kind]}{number}.xml", kind.encode()
        head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        content = b'<w:%b xmlns:w="%b"></w:%b>' % (root, self._namespace.encode(), root)
        self._additions.add_part(name, f"{_WORD}{kind}+xml", head + content)
        self._additions.relate(self.main, f"{self._base}/{kind}", name)
        return name

    def _write(self, kind: str, change: Callable[[bytes], bytes]) -> None:
        name = self.name_of(kind) or self.make(kind)
        content = self.content_of(name)
        encoding = encoding_of(content, name)
        written = encoded(change(recoded(content, encoding)), encoding)
        if self._additions.content_of(name) is None:
            self.changed[name] = written
        else:
            self._additions.replace_part(name, written)

    def _free_media(self, extension: str) -> str:
        self._number += 1
        while self._is_taken(f"word/media/docopsSub{self._number}.{extension}"):
            self._number += 1
        return f"word/media/docopsSub{self._number}.{extension}"

    def _is_taken(self, name: str) -> bool:
        return self._additions.has(name) or self._package.content_types.is_overridden(name)


def before_end(content: bytes, new: bytes) -> bytes:
    """Return a part, as UTF-8, with ``new`` as the last in its root, which may have been an empty element."""
    content = _opened(content)
    end = content.rindex(b"</")
    return content[:end] + new + content[end:]


def _opened(content: bytes) -> bytes:
    start = next(match for match in TOKEN.finditer(content) if match[2] is not None)
    if not start[3].endswith(b"/"):
        return content
    root = b"<%b%b></%b>" % (start[2], start[3][:-1], start[2])
    return content[: start.start()] + root + content[start.end() :]


def _with_lists(content: bytes, abstracts: Sequence[bytes], numbers: Sequence[bytes]) -> bytes:
    content = _opened(content)
    start = next(match for match in TOKEN.finditer(content) if match[2] is not None)
    root, *others = elements_in(content, {}, start.start())
    children = [each for each in others if each.parent == 0]
    end = content.rindex(b"</", root.start, root.end)
    tail = next((each.start for each in children if each.local == b"numIdMacAtCleanup"), end)
    first = next((each.start for each in children if each.local == b"num"), tail)
    return spliced(content, [(first, first, b"".join(abstracts)), (tail, tail, b"".join(numbers))])
