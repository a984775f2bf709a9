"""What elements mean to the structure of a story, by their names."""

from collections.abc import Mapping
from functools import lru_cache

from docops_flask.engine.oxml.markup import Scope

_MC = b"http://schemas.openxmlformats.org/markup-compatibility/2006"

OTHER, BODY, NOTE, PARAGRAPH, TABLE, ROW, CELL, SDT, SDT_CONTENT = range(9)
WRAPPER, ALTERNATE, BRANCH, BOX, ROW_PROPERTIES, CELL_PROPERTIES, GRID_BEFORE, GRID_SPAN = range(9, 17)
CLOSE = 17

_KINDS_OF_W = {
    "body": BODY,
    "footnote": NOTE,
    "endnote": NOTE,
    "comment": NOTE,
    "p": PARAGRAPH,
    "tbl": TABLE,
    "tr": ROW,
    "tc": CELL,
    "sdt": SDT,
    "sdtContent": SDT_CONTENT,
    "customXml": WRAPPER,
    "smartTag": WRAPPER,
    "ins": WRAPPER,
    "moveTo": WRAPPER,
    "hyperlink": WRAPPER,
    "txbxContent": BOX,
    "trPr": ROW_PROPERTIES,
    "tcPr": CELL_PROPERTIES,
    "gridBefore": GRID_BEFORE,
    "gridSpan": GRID_SPAN,
}
_KINDS_OF_MC = {"AlternateContent": ALTERNATE, "Choice": BRANCH, "Fallback": BRANCH}


@lru_cache(maxsize=16)
def _qualified(prefix: bytes, kinds: tuple[tuple[str, int], ...]) -> Mapping[bytes, int]:
    before = prefix + b":" if prefix else b""
    return {before + local.encode(): kind for local, kind in kinds}


_W_KINDS, _MC_KINDS = tuple(_KINDS_OF_W.items()), tuple(_KINDS_OF_MC.items())


def kinds_in(scope: Scope, namespace: bytes) -> Mapping[bytes, int]:
    """Return qualified name to kind, as ``scope`` has the prefixes."""
    kinds: dict[bytes, int] = {}
    for prefix, uri in scope.items():
        if uri == namespace:
            kinds |= _qualified(prefix, _W_KINDS)
        elif uri == _MC:
            kinds |= _qualified(prefix, _MC_KINDS)
    return kinds
