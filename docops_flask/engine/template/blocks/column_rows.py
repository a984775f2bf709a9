"""Repeated columns in rows that are repeated too: each row has a list of its own.

It is as long as that of the headings.
"""

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.scopes import Decision, Resolved, Scope
from docops_flask.engine.template.conditions import is_list


def decision_in_row(found: FoundBlock, columns: Decision, scope: Scope) -> Decision:
    """Return what becomes of the cells ``found`` of columns in a row, which has the names of ``scope``.

    ``columns`` is what the block of columns is where it begins: each row has as many. Raises
    ``InvalidArgument`` where the list that the row has is longer or shorter. Cells of a row without it are
    filled from items that give nothing.
    """
    tag = found.start.tag
    told = columns.resolved
    if columns.is_kept or told is None or tag.path is None or not found.block.opens_scope:
        return columns
    if tag.path.up or tag.path.is_root or not found.has_own_list:
        return columns
    count = len(told.value) if is_list(told.value) else 0
    own = scope.resolve(tag.path)
    if own.value is None:
        return Decision(Resolved(own.path, [None] * count))
    given = len(own.value) if is_list(own.value) else 0
    if given != count:
        path = own.path.replace("$", "$.payload", 1)
        message = f"This row has {given} items, and {told.path} has {count}: {found.start.placed.text}."
        advice = "Give each row an item for each column, in the same order."
        raise InvalidArgument(
            f"task: {path}: {message} {advice}",
            field="task",
            errors=[{"path": path, "message": message, "suggestion": advice}],
        )
    return Decision(own)
