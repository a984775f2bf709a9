"""Reads the content controls of a story that are bound to data (w:dataBinding; ECMA-376 part 1, 17.5.2.6)."""

from collections.abc import Iterator

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.oxml.markup import TOKEN, attributes_of, decoded

# What a control does not show: properties, tracked deletions (17.13.5).
_HIDDEN = frozenset((b"sdtPr", b"sdtEndPr", b"rPr", b"del", b"moveFrom"))
_OF_BINDING = (b"dataBinding", b"repeatingSection")


class Control:
    """A content control: its number in its part, its prefix, its first byte, its binding, its text."""

    __slots__ = (
        "binding",
        "end",
        "first_text",
        "is_repeated",
        "is_rich",
        "number",
        "prefix",
        "start",
        "text",
    )

    def __init__(self, number: int, prefix: bytes, start: int, first_text: int) -> None:
        self.number = number
        self.prefix = prefix
        self.start = self.end = start
        # How many texts of the story come before its own.
        self.first_text = first_text
        self.binding: dict[str, str] | None = None
        self.is_rich = False
        # Whether it repeats the controls in it, which are bound themselves, for each element of the data.
        self.is_repeated = False
        self.text = ""

    def take_property(self, prefix: bytes, local: bytes, attributes: bytes) -> None:
        """Take a property that says what it shows; of bindings the first counts."""
        if local == b"repeatingSection":
            self.is_repeated = True
            return
        # Word binds controls with formatted text by an element of its own (w15:dataBinding).
        self.is_rich |= prefix != self.prefix
        if self.binding is None:
            self.binding = {
                key.rpartition(b":")[2].decode(): decoded(value)
                for key, value in attributes_of(attributes).items()
                if key.rpartition(b":")[0] == self.prefix
            }


def controls_of(story: StoryPart) -> Iterator[Control]:
    """Yield the content controls of a story that are bound, each where it ends."""
    content = story.content
    opened: list[tuple[bytes, bytes]] = []
    controls: list[Control] = []
    texts: list[str] = []
    # How many of the open elements hold what is not shown.
    count = at = hidden = 0
    for match in TOKEN.finditer(content, story.text.root_start):
        slash, name, attributes = match.groups()
        if controls and not hidden and opened[-1:] == [(b"t", controls[-1].prefix)]:
            texts.append(decoded(content[at : match.start()]))
            if content.startswith(b"<![CDATA[", match.start()):
                texts.append(content[match.start() + 9 : match.end() - 3].decode().replace("\r\n", "\n"))
        at = match.end()
        if slash:
            local, _ = opened.pop()
            hidden -= local in _HIDDEN
            if local == b"sdt" and controls:
                control = controls.pop()
                if control.binding is not None and not control.is_repeated:
                    control.text = "".join(texts[control.first_text :])
                    control.end = match.end()
                    yield control
        elif name is not None:
            prefix, _, local = name.rpartition(b":")
            if local == b"sdt":
                controls.append(Control(count, prefix, match.start(), len(texts)))
                count += 1
            elif local in _OF_BINDING and [each for each, _ in opened[-2:]] == [b"sdt", b"sdtPr"]:
                controls[-1].take_property(prefix, local, attributes)
            elif local in (b"br", b"cr") and controls and not hidden:
                texts.append("\n")
            if not attributes.endswith(b"/"):
                opened.append((local, prefix))
                hidden += local in _HIDDEN
            elif local == b"sdt":
                controls.pop()
