"""A flow of blocks: the body, a header, a note, a cell, a text box."""

from dataclasses import dataclass
from functools import cached_property

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import blocks_of
from docops_flask.engine.integrity.names import Names


@dataclass(frozen=True, eq=False)
class Flow:
    """What holds the blocks: ``element`` in the part ``part``, whose WordprocessingML names are ``names``."""

    part: str
    element: _Element
    names: Names

    def inner(self, element: _Element) -> "Flow":
        """Return the flow in ``element``, which lies in this one."""
        return Flow(self.part, element, self.names)

    @cached_property
    def blocks(self) -> list[_Element]:
        """The paragraphs and tables in document order, wrappers seen through."""
        return list(blocks_of(self.element, self.names))

    @cached_property
    def paragraphs(self) -> list[_Element]:
        """The paragraphs alone; an address counts them (``p3``)."""
        return [block for block in self.blocks if block.tag == self.names.p]

    @cached_property
    def tables(self) -> list[_Element]:
        """The tables alone; an address counts them (``t0``)."""
        return [block for block in self.blocks if block.tag == self.names.tbl]


@dataclass(frozen=True, slots=True, eq=False)
class Paragraph:
    """A paragraph that an address leads to."""

    part: str
    element: _Element
    names: Names
