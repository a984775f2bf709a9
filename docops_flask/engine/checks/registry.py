"""The checks, in the order in which a place's issues are listed.

A new check is a class in one of the modules, and a line here.
"""

from docops_flask.engine.checks import layout_warnings
from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.page.geometry import PageCapacityMismatch, PageLengthMismatch
from docops_flask.engine.checks.page.page_break import PageBreakMissing
from docops_flask.engine.checks.paragraph.forbidden import LeadingWhitespace, NumprPresent, TableForbidden
from docops_flask.engine.checks.paragraph.indent import IndentMismatch
from docops_flask.engine.checks.paragraph.spacing import (
    LineSpacingMismatch,
    RoleAlignmentMismatch,
    RoleSpaceMismatch,
)
from docops_flask.engine.checks.run.font import FontMismatch
from docops_flask.engine.checks.run.size import SizeMismatch
from docops_flask.engine.checks.run.weight_and_color import RoleBoldMismatch, RoleColorMismatch
from docops_flask.engine.checks.text.numbers import HeadingNumberForm, PageNumberForm
from docops_flask.engine.checks.text.wording import (
    AttachmentNoteEnd,
    DateForm,
    DocumentNumberForm,
    RecipientColon,
    SignatureDateLines,
)

REGISTRY: tuple[Check, ...] = (
    PageLengthMismatch(),
    PageCapacityMismatch(),
    TableForbidden(),
    NumprPresent(),
    PageBreakMissing(),
    RoleAlignmentMismatch(),
    LineSpacingMismatch(),
    RoleSpaceMismatch(),
    IndentMismatch(),
    LeadingWhitespace(),
    FontMismatch(),
    SizeMismatch(),
    RoleBoldMismatch(),
    RoleColorMismatch(),
    DocumentNumberForm(),
    RecipientColon(),
    HeadingNumberForm(),
    AttachmentNoteEnd(),
    DateForm(),
    SignatureDateLines(),
    PageNumberForm(),
)

CODES = (*(code for check in REGISTRY for code in check.codes), *layout_warnings.CODES)
