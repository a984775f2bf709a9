"""The checks, in the order in which a place's issues are listed.

A new check is one module and one line here.
"""

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.page.geometry import PageCapacityMismatch, PageLengthMismatch
from docops_flask.engine.checks.page.page_break import PageBreakMissing
from docops_flask.engine.checks.paragraph.forbidden import LeadingWhitespace, NumprPresent, TableForbidden
from docops_flask.engine.checks.paragraph.indent import FirstLineIndentMismatch, RoleIndentMismatch
from docops_flask.engine.checks.paragraph.spacing import (
    LineSpacingMismatch,
    RoleAlignmentMismatch,
    RoleLineSpacingMismatch,
    RoleSpaceMismatch,
)
from docops_flask.engine.checks.run.font import RoleFontMismatch, RunFontMismatch
from docops_flask.engine.checks.run.size import RoleSizeMismatch, RunSizeMismatch
from docops_flask.engine.checks.run.weight_and_color import RoleBoldMismatch, RoleColorMismatch
from docops_flask.engine.checks.text.wording import (
    AttachmentNoteEnd,
    DateForm,
    DocumentNumberForm,
    RecipientColon,
)

REGISTRY: tuple[Check, ...] = (
    PageLengthMismatch(),
    PageCapacityMismatch(),
    TableForbidden(),
    NumprPresent(),
    PageBreakMissing(),
    RoleAlignmentMismatch(),
    LineSpacingMismatch(),
    RoleLineSpacingMismatch(),
    RoleSpaceMismatch(),
    FirstLineIndentMismatch(),
    RoleIndentMismatch(),
    LeadingWhitespace(),
    RunFontMismatch(),
    RoleFontMismatch(),
    RunSizeMismatch(),
    RoleSizeMismatch(),
    RoleBoldMismatch(),
    RoleColorMismatch(),
    DocumentNumberForm(),
    RecipientColon(),
    AttachmentNoteEnd(),
    DateForm(),
)
