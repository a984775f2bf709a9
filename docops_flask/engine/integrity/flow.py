"""A flow of blocks: the body, a header, a note, a cell, a text box."""

from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import children_of
from docops_flask.engine.integrity.names import Names


class Flow(NamedTuple):
    """What holds the blocks: ``element`` in the part ``part``, whose WordprocessingML names are ``names``."""

    part: str
    element: _Element
    names: Names

    def inner(self, element: _Element) -> "Flow":
        """Return the flow in ``element``, which lies in this one."""
        return Flow(self.part, element, self.names)

    def paragraphs(self) -> list[_Element]:
        """Return the paragraphs in document order; an address counts them (``p3``)."""
        return children_of(self.element, self.names.p, self.names)

    def tables(self) -> list[_Element]:
        """Return the tables in document order; an address counts them (``t0``)."""
        return children_of(self.element, self.names.tbl, self.names)
