"""What each foreign tag becomes: a tag of ours, or a reason for which it is left."""

import re
from collections.abc import Mapping, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.foreign.joined_paragraphs import note_paragraphs
from docops_flask.engine.template.foreign.names import Renaming, proposed_name
from docops_flask.engine.template.foreign.pairs import Block, Paired, Placed
from docops_flask.engine.template.foreign.scopes import (
    Scopes,
    Unresolved,
    Words,
    blocks_around,
    decide_sections,
)
from docops_flask.engine.template.foreign.table_rows import fault_of_rows, texts_of_rows
from docops_flask.engine.template.foreign.tag import Meant, Test
from docops_flask.engine.template.foreign.tools import DOCXTPL, Tool
from docops_flask.engine.template.foreign.written_tags import written_field, written_literal, written_tag

_IN_TABLES = ("ROW", "COLUMN")
_BLANKS = re.compile(r"\s*")


class Rewriting:
    """Decides what the tags of a template become; ``renaming`` has the names that differ.

    ``refused`` are tags, by address and first character, that were rewritten and are no sound tags of ours.
    ``local_names`` are names that the template itself gives values.
    """

    __slots__ = (
        "_local_names", "_paired", "_refused", "_row_texts", "_scopes", "_tool", "_words", "renaming",
    )  # fmt: skip

    def __init__(
        self,
        paired: Paired,
        words: Words,
        tool: Tool,
        *,
        places: Sequence[ParagraphPlace],
        refused: Mapping[tuple[str, int], str],
        local_names: frozenset[str] = frozenset(),
    ) -> None:
        self._tool = tool
        self._paired = paired
        self._words = words
        self._refused = refused
        self._local_names = local_names
        names = {name.removesuffix("[i]") for each in paired.tags for name in _names(each)}
        self.renaming = Renaming(names)
        self._scopes = Scopes(paired, self.renaming, words, is_explicit=tool.is_explicit)
        self._row_texts = texts_of_rows(places, paired)

    def rewrite(self) -> None:
        """Give each tag what it becomes, or the reason why it is left."""
        decide_sections(self._paired)
        for block in self._paired.blocks:
            block.why = block.why or self._block_fault(block)
            if not block.why:
                try:
                    self._write_start(block)
                except Unresolved as error:
                    block.why = error.why
            if block.why:
                for placed in block.tags():
                    placed.new = None
                    placed.why = placed.why or (block.why if placed is block.start else "of_block")
        for placed in self._paired.tags:
            own = placed.block
            if placed.why:
                continue
            if own is None:
                self._write(placed)
            elif placed is own.end and not own.why:
                placed.new = self._end(own)
        self._bind_lists()

    def _bind_lists(self) -> None:
        """Leave tags that go with a list that is left: the name of that below, and further next items."""
        naming: Placed | None = None
        ended: Block | None = None
        for placed in self._paired.tags:
            if placed.block is not None and placed is placed.block.end:
                ended = placed.block
            if placed.tag.meant is Meant.NOTHING and not placed.tag.path:
                if ended is not None and ended.why:
                    placed.new, placed.why = None, "of_block"
            elif placed.tag.meant is Meant.NOTHING:
                naming = placed
            elif naming is not None and placed.block is not None and not placed.written:
                if placed.block.why and placed is placed.block.start:
                    naming.new, naming.why, naming.proposed = None, placed.why, placed.proposed
                naming = None

    def _write(self, placed: Placed) -> None:
        refused = self._refused.get((placed.place.path, placed.tag.start))
        if refused is not None:
            placed.why, placed.proposed = "unsound", refused
            return
        try:
            placed.new = self._text_of(placed)
        except Unresolved as error:
            placed.why = error.why

    def _text_of(self, placed: Placed) -> str:
        tag = placed.tag
        if tag.path and tag.path[0] in self._local_names:
            raise Unresolved("set_there")
        if tag.meant is Meant.TEXT or tag.meant is Meant.NOTHING:
            return tag.text
        if tag.prefix and not self._is_alone(placed):
            raise Unresolved("beside")
        if tag.meant is Meant.REMARK:
            return _checked(f"--{tag.text}" if tag.text else "--")
        if tag.meant is Meant.NUMBER:
            _check_list(placed)
            return _checked("#")
        path = self._scopes.path(placed, tag.path)
        if tag.meant is Meant.PICTURE:
            if path == ".":
                raise Unresolved("no_item")
            return _checked(f"@{path}")
        if tag.choice is None:
            if tag.doubt == "numbering" and not self._is_alone_in_paragraph(placed):
                return _field(path, ("分隔:、",))
            return _field(path, tag.formats)
        shown, otherwise = tag.choice
        other = _field(path) if otherwise is None else otherwise
        word = _checked(self._words.otherwise)
        cases = (
            f"{self._condition(placed, (test,))}{text}{word}"
            for test, text in zip(tag.tests, shown, strict=True)
        )
        return f"{''.join(cases)}{other}{'【/】' * len(shown)}"

    def _write_start(self, block: Block) -> None:
        placed, tag = block.start, block.start.tag
        if tag.path and tag.path[0] in self._local_names:
            raise Unresolved("set_there")
        tests = tag.tests or (Test(tag.path),)
        if block.meant is Meant.EACH:
            block.path = self._scopes.path(placed, tag.path)
            if block.path == ".":
                raise Unresolved("nested_list")
            extent = self._extent(block)
            placed.new = "" if _follows(block) else _checked(f"#{block.path}{extent}")
            for divider in block.dividers:
                divider.new = _checked(self._words.otherwise)
            return
        if len(tests) > 1 and block.dividers:
            # What stands behind ELSE would have to stand in each of the conditions.
            placed.proposed = placed.proposed or proposed_name("_".join(_names(placed)))
            raise Unresolved("joined")
        condition = self._condition(placed, tests, self._extent(block))
        placed.new = "" if _follows(block) else condition
        if len(tests) == 1 and tests[0].copy is None:
            block.path = self._scopes.path(placed, tests[0].path)
        for divider in block.dividers:
            if divider.why or len(divider.tag.tests) > 1:
                divider.proposed = divider.proposed or proposed_name("_".join(_names(divider)))
                divider.why = divider.why or "joined"
                raise Unresolved("of_block")
            divider.new = self._divider(divider)

    def _condition(self, placed: Placed, tests: Sequence[Test], extent: str = "") -> str:
        pieces = []
        for test in tests:
            sign = "^" if test.is_negated else "?"
            if test.copy is not None:
                _check_list(placed)
                pieces.append(_checked(f"{sign}{getattr(self._words, test.copy)}{extent}"))
                continue
            path = self._scopes.path(placed, test.path)
            if path == "." or test.path[0] in self._local_names:
                raise Unresolved("no_item" if path == "." else "set_there")
            compared = (
                "" if test.operator is None else test.operator + "|".join(map(written_literal, test.literals))
            )
            pieces.append(_checked(f"{sign}{path}{compared}{extent}"))
        return "".join(pieces)

    def _divider(self, placed: Placed) -> str:
        otherwise = _checked(self._words.otherwise)
        if placed.tag.meant is Meant.ELSE:
            return otherwise
        return otherwise + self._condition(placed, placed.tag.tests)

    @staticmethod
    def _end(block: Block) -> str:
        if _follows(block):
            return ""
        count = max(1, len(block.start.tag.tests)) if block.meant is Meant.IF else 1
        count += sum(each.tag.meant is Meant.ELSE_IF for each in block.dividers)
        return _checked(f"/{block.path}") if count == 1 and block.path else "【/】" * count

    def _extent(self, block: Block) -> str:
        word = block.start.tag.extent if block.lead is None else "COLUMN"
        end = block.end
        if not word or end is None:
            return ""
        if word in _IN_TABLES and block.start.place.cell is None:
            raise Unresolved("apart")
        return f" {self._words.extents[word]}"

    def _block_fault(self, block: Block) -> str:
        """Return why a block cannot be rewritten where its tags stand; "" where it can."""
        if any(placed.why for placed in block.tags()):
            return "of_block"
        for placed in block.tags():
            refused = self._refused.get((placed.place.path, placed.tag.start))
            if refused is not None:
                placed.proposed = block.start.proposed = refused
                return "unsound"
            if placed.tag.prefix and not self._is_alone(placed):
                return "beside"
        if block.lead is not None:
            return "of_block" if block.lead.why else ""
        end = block.end
        assert end is not None
        prefixes = {placed.tag.prefix for placed in block.tags()}
        if len(prefixes) > 1:
            return "apart"
        if prefixes == {"tr"}:
            return fault_of_rows(block.start.place.cell, end.place.cell)
        if not self._stay_together(block):
            return "apart"
        note_paragraphs(block, end, self._tool)
        return ""

    def _stay_together(self, block: Block) -> bool:
        """Say whether the tags of a block stand where a block of ours can be: in one cell, or one table."""
        places = [placed.place for placed in block.tags()]
        if len({place.path.rpartition("p")[0] for place in places}) == 1:
            return True
        tables = {None if place.cell is None else place.cell.table for place in places}
        return self._tool.name != DOCXTPL and len(tables) == 1 and None not in tables

    def _is_alone(self, placed: Placed) -> bool:
        """Say whether what goes with a tag (``prefix``) holds nothing else."""
        if not self._is_alone_in_paragraph(placed):
            return False
        if placed.tag.prefix != "tr":
            return True
        cell = placed.place.cell
        return cell is not None and self._row_texts.get((cell.table, cell.row)) == 1

    @staticmethod
    def _is_alone_in_paragraph(placed: Placed) -> bool:
        text = placed.place.reading.text
        before, behind = _BLANKS.match(text), _BLANKS.match(text, placed.tag.end)
        assert before is not None
        assert behind is not None
        return before.end() >= placed.tag.start and behind.end() == len(text)


def _names(placed: Placed) -> list[str]:
    return [*placed.tag.path, *(name for test in placed.tag.tests for name in test.path)]


def _field(path: str, formats: Sequence[str] = ()) -> str:
    return _known(written_field(path, formats))


def _checked(inner: str) -> str:
    return _known(written_tag(inner))


def _known(tag: str | None) -> str:
    """Return a tag; raises ``Unresolved`` where there is none."""
    if tag is None:
        raise Unresolved("name")
    return tag


def _follows(block: Block) -> bool:
    """Say whether the block is that of the first row, in another one."""
    return block.lead is not None and block.lead is not block


def _check_list(placed: Placed) -> None:
    """Raise ``Unresolved`` where a tag that asks for the copy stands in no list, or in one that is left."""
    nearest = next((block for block in blocks_around(placed.inside) if block.meant is Meant.EACH), None)
    if nearest is None:
        raise Unresolved("no_item")
    if nearest.why:
        raise Unresolved("of_block")
