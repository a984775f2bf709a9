"""Whether an XML part declares a document type (DTD), found out at its beginning.

Most parts are never parsed here, only copied, and whoever opens the result parses them all.
"""

import re
from typing import Any, NoReturn

from lxml import etree

# What nearly every producer writes: UTF-8 by the rules of XML 1.0 (appendix F), and the root right after it.
_PLAIN_START = rb"""(?x)(?:\xef\xbb\xbf)?
    (?:<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>)?
    \s*<[A-Za-z_]"""
# How Word and most libraries begin a part: settled without the pattern, which takes long to compile.
_USUAL_STARTS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>',
    b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>",
    b'<?xml version="1.0" encoding="UTF-8"?>',
    b'<?xml version="1.0" encoding="utf-8"?>',
)
HEAD_BYTES = 256
# What no parser of parts may do: resolve entities, load a DTD, fetch anything.
HARDENED: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True}


class _RootReached(Exception):
    """There can be no document type any more."""


class _DoctypeReached(Exception):
    """There is one."""


class _Prolog:
    """Hears the parser's events up to the root element."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> NoReturn:
        raise _DoctypeReached

    def start(self, _tag: str, _attributes: object) -> NoReturn:
        raise _RootReached

    def close(self) -> None:
        """End a part that has no root."""


def begins_plainly(head: bytes) -> bool:
    """Say whether a part that begins with ``head`` has its root where no document type can precede it."""
    if head.startswith(_USUAL_STARTS):
        root = head[head.index(b"?>") + 2 :].lstrip(b" \t\r\n")[:2]
        if root[:1] == b"<" and root[1:].isalpha():
            return True
    return re.match(_PLAIN_START, head) is not None


def declares_doctype(content: bytes) -> bool:
    """Say whether the part ``content`` declares one, whatever its encoding: by the parser's own event.

    Raises ``lxml.etree.XMLSyntaxError`` when there is no telling: no root is reached.
    """
    # The stubs ask a target for every event; lxml only tells it of those it has a method for.
    target: Any = _Prolog()
    parser = etree.XMLParser(target=target, **HARDENED)
    try:
        parser.feed(content)
        parser.close()
    except _DoctypeReached:
        return True
    except _RootReached:
        pass
    return False
