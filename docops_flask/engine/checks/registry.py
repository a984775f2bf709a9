"""The checks, in the order in which a place's issues are listed.

A new check is one module and one line here.
"""

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.first_line_indent_mismatch import FirstLineIndentMismatch
from docops_flask.engine.checks.leading_whitespace import LeadingWhitespace
from docops_flask.engine.checks.line_spacing_mismatch import LineSpacingMismatch
from docops_flask.engine.checks.numpr_present import NumprPresent
from docops_flask.engine.checks.run_font_mismatch import RunFontMismatch
from docops_flask.engine.checks.run_size_mismatch import RunSizeMismatch
from docops_flask.engine.checks.table_forbidden import TableForbidden

REGISTRY: tuple[Check, ...] = (
    TableForbidden(),
    NumprPresent(),
    LineSpacingMismatch(),
    FirstLineIndentMismatch(),
    LeadingWhitespace(),
    RunFontMismatch(),
    RunSizeMismatch(),
)
