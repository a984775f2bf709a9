"""The names the proof needs of WordprocessingML, kept apart from those of the code that fills."""

from functools import lru_cache

NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
ALTERNATE_CONTENT = f"{_COMPATIBILITY}AlternateContent"
BRANCHES = (f"{_COMPATIBILITY}Choice", f"{_COMPATIBILITY}Fallback")
ANCHORS = (
    "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}anchor",
    "{http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing}anchor",
)
DRAWING_PROPERTIES = (
    "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr",
    "{http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing}docPr",
)
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class Names:
    """The Clark names of one WordprocessingML namespace: ``names("p")`` is ``{…}p``."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self._prefix = f"{{{namespace}}}"
        self.p, self.r, self.t = self("p"), self("r"), self("t")
        self.tbl, self.tr, self.tc = self("tbl"), self("tr"), self("tc")
        self.sdt, self.sdt_content = self("sdt"), self("sdtContent")
        self.blocks = frozenset((self.p, self.tbl))
        self.text_box = self("txbxContent")
        self.wrappers = self.all("customXml smartTag ins moveTo hyperlink")
        self.around_blocks = self.wrappers | {self.sdt, ALTERNATE_CONTENT, self.text_box}
        self.properties = self.all("tcPr trPr tblPr")
        self.look = self.all("pPr rPr")
        self.br, self.tab = self("br"), self("tab")

    def __call__(self, local: str) -> str:
        """Return the Clark name of ``local``."""
        return self._prefix + local

    def all(self, locals_: str) -> frozenset[str]:
        """Return the Clark names of the words in ``locals_``."""
        return frozenset(self(local) for local in locals_.split())


@lru_cache(maxsize=2)
def names_of(namespace: str) -> Names:
    """Return the names of ``namespace``, one object for each."""
    return Names(namespace)


def names_in(tag: str) -> Names | None:
    """Return the names of the namespace of a root's ``tag``; ``None`` when it is no WordprocessingML."""
    namespace = tag[1:].partition("}")[0]
    return names_of(namespace) if namespace in NAMESPACES else None
