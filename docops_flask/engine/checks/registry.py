"""The checks, in the order in which a place's issues are listed.

A new check is one module and one line here.
"""

from docops_flask.engine.checks.attachment_note_end import AttachmentNoteEnd
from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.date_form import DateForm
from docops_flask.engine.checks.document_number_form import DocumentNumberForm
from docops_flask.engine.checks.first_line_indent_mismatch import FirstLineIndentMismatch
from docops_flask.engine.checks.leading_whitespace import LeadingWhitespace
from docops_flask.engine.checks.line_spacing_mismatch import LineSpacingMismatch
from docops_flask.engine.checks.numpr_present import NumprPresent
from docops_flask.engine.checks.page_break_missing import PageBreakMissing
from docops_flask.engine.checks.page_capacity_mismatch import PageCapacityMismatch
from docops_flask.engine.checks.page_length_mismatch import PageLengthMismatch
from docops_flask.engine.checks.recipient_colon import RecipientColon
from docops_flask.engine.checks.role_alignment_mismatch import RoleAlignmentMismatch
from docops_flask.engine.checks.role_bold_mismatch import RoleBoldMismatch
from docops_flask.engine.checks.role_color_mismatch import RoleColorMismatch
from docops_flask.engine.checks.role_font_mismatch import RoleFontMismatch
from docops_flask.engine.checks.role_indent_mismatch import RoleIndentMismatch
from docops_flask.engine.checks.role_line_spacing_mismatch import RoleLineSpacingMismatch
from docops_flask.engine.checks.role_size_mismatch import RoleSizeMismatch
from docops_flask.engine.checks.role_space_mismatch import RoleSpaceMismatch
from docops_flask.engine.checks.run_font_mismatch import RunFontMismatch
from docops_flask.engine.checks.run_size_mismatch import RunSizeMismatch
from docops_flask.engine.checks.table_forbidden import TableForbidden

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
