"""Whether an XML part declares a document type (DTD), found out at its beginning.

Most parts are never parsed here, only copied, and whoever opens the result parses them all.
"""

import re
from typing import Any, NoReturn

from lxml import etree

# What nearly every producer writes: UTF-8 by the rules of XML 1.0 (appendix F), and the root right after it.
_PLAIN_START = re.compile(
    rb"""(?:\xef\xbb\xbf)?
    (?:<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>)?
    \s*<[A-Za-z_]""",
    re.VERBOSE,
)
HEAD_BYTES = 256
_BLOCK_BYTES = 1 << 16


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
    return _PLAIN_START.match(head) is not None


def declares_doctype(content: bytes) -> bool:
    """Say whether the part ``content`` declares one, whatever its encoding: by the parser's own event.

    Raises ``lxml.etree.XMLSyntaxError`` when there is no telling: no root is reached.
    """
    # The stubs ask a target for every event; lxml only tells it of those it has a method for.
    target: Any = _Prolog()
    parser = etree.XMLParser(target=target, resolve_entities=False, load_dtd=False, no_network=True)
    try:
        for start in range(0, len(content), _BLOCK_BYTES):
            parser.feed(content[start : start + _BLOCK_BYTES])
        parser.close()
    except _RootReached:
        return False
    except _DoctypeReached:
        return True
    return False
