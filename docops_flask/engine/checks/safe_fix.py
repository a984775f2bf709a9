"""What fix mode ``safe`` repairs, and the reasons for which it leaves other issues alone.

A safe fix corrects a slip, never a decision: a value of direct formatting that differs from what the text
around it has.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.checks.check import PolicySubject
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.mismatch import Mismatch
from docops_flask.engine.checks.reasons import Reason
from docops_flask.engine.formatting.effective import DEFAULTS_ORIGIN, DIRECT_ORIGIN, Effective

UNSTATED = Reason(
    "unstated",
    Bilingual(
        "Not fixed automatically: the document does not set it, so Word's default applies here as elsewhere.",
        "未自动修复：文档没有设置此项，此处与别处一样采用 Word 默认值。",
    ),
)
FROM_DEFAULTS = Reason(
    "from_document_defaults",
    Bilingual(
        "Not fixed automatically: it comes from the document's defaults, which other paragraphs use too.",
        "未自动修复：此值来自文档默认值，其他段落也在使用。",
    ),
)
FROM_NUMBERING = Reason(
    "from_numbering",
    Bilingual(
        "Not fixed automatically: it comes from the numbering, which other paragraphs use too.",
        "未自动修复：此值来自编号，其他段落也在使用。",
    ),
)
FROM_TABLE_STYLE = Reason(
    "from_table_style",
    Bilingual(
        "Not fixed automatically: it comes from the table style, a decision of whoever made the template.",
        "未自动修复：此值来自表格样式，由模板作者决定。",
    ),
)
FROM_STYLE = Reason(
    "from_style",
    Bilingual(
        "Not fixed automatically: it comes from the style, a decision of whoever made the template.",
        "未自动修复：此值来自样式，由模板作者决定。",
    ),
)
NEEDS_ROLES = Reason(
    "needs_roles",
    Bilingual(
        "Not fixed automatically: fonts and sizes are only set under a policy with rules for titles, "
        "headings and body.",
        "未自动修复：只有分别规定了标题、正文等的格式规范，才会自动设置字体和字号。",
    ),
)
NOT_FILLED = Reason(
    "not_filled",
    Bilingual(
        "Not fixed automatically: only filled text of the body outside tables is changed.",
        "未自动修复：只修改正文中（表格以外）填写了内容的文字。",
    ),
)
NOT_RUNNING_TEXT = Reason(
    "not_running_text",
    Bilingual(
        "Not fixed automatically: under rules for the whole document only running text of the body is "
        "changed, no headings, tables, headers or lines that are centred or on the right.",
        "未自动修复：适用于全文的规则只修改正文段落，不修改标题、表格、页眉页脚以及居中或右对齐的行。",
    ),
)
NUMBERED = Reason(
    "numbered",
    Bilingual(
        "Not fixed automatically: the indents of a numbered paragraph come from its numbering.",
        "未自动修复：自动编号段落的缩进由编号决定。",
    ),
)
BEGINS_WITH_BLANKS = Reason(
    "begins_with_blanks",
    Bilingual(
        "Not fixed automatically: the text begins with blanks, and text is never changed.",
        "未自动修复：文字以空白开头，而系统从不改动文字。",
    ),
)
UNKNOWN_SIZE = Reason(
    "unknown_size",
    Bilingual(
        "Not fixed automatically: the width of a character is not known.",
        "未自动修复：无法确定字符宽度。",
    ),
)
NOT_BY_FORMATTING = Reason(
    "not_by_direct_formatting",
    Bilingual(
        "Not fixed automatically: direct formatting of the text would not change it.",
        "未自动修复：直接设置文字格式不起作用。",
    ),
)
NEIGHBOURS_ALIKE = Reason(
    "neighbours_alike",
    Bilingual(
        "Not fixed automatically: other text of the same style looks the same, so it is no slip.",
        "未自动修复：同一样式的其他文字也是如此，并非疏漏。",
    ),
)
ROLE_NOT_ALIKE = Reason(
    "role_not_alike",
    Bilingual(
        "Not fixed automatically: other paragraphs of the same kind break the rule too and are not changed; "
        "all are changed alike, or none.",
        "未自动修复：同类的其他段落也不符合此规则且不会被修改；要么全部一致修改，要么都不修改。",
    ),
)


def obstacle_of_origin(found: Effective[Any]) -> Reason | None:
    """Return why a value from that place is not repaired; ``None`` for direct formatting."""
    place = found.place
    if place == DIRECT_ORIGIN:
        return None
    if place is None:
        return UNSTATED
    if place == DEFAULTS_ORIGIN:
        return FROM_DEFAULTS
    if place.kind == "numbering":
        return FROM_NUMBERING
    return FROM_TABLE_STYLE if place.label.startswith("table style") else FROM_STYLE


def paragraph_obstacle(mismatch: Mismatch, look: ParagraphLook) -> Reason | None:
    """Return why a paragraph with that look is not repaired, ``None`` if it may be."""
    if (reason := obstacle_of_origin(mismatch.found)) is not None:
        return reason
    if not look.is_touched_in_body:
        return NOT_FILLED
    return None if look.is_safe_to_fix(mismatch.rule) else NOT_RUNNING_TEXT


# What is wrong in the same way: the rule, which font, the value, and the paragraph's style.
_Likeness = tuple[str | None, str | None, object, str | None]


def settled(issues: Sequence[Issue], subject: PolicySubject) -> tuple[Issue, ...]:
    """Return ``issues``, all that one check found, with those not fixable that are no slips.

    That is where untouched text of the same style looks the same, and where of the paragraphs of a role some
    break a rule and cannot be repaired: those that can are then left as they are.
    """
    if not any(issue.fixable for issue in issues):
        return tuple(issues)
    around = {likeness for issue in issues if (likeness := _of_untouched(issue, subject)) is not None}
    found = [
        _left(issue, NEIGHBOURS_ALIKE) if issue.fixable and _likeness(issue, subject) in around else issue
        for issue in issues
    ]
    kept = {issue.rule_key for issue in found if issue.is_for_role and not issue.fixable}
    return tuple(_all_alike_or_none(found, kept))


def _all_alike_or_none(issues: Iterable[Issue], kept: set[str | None]) -> Iterator[Issue]:
    for issue in issues:
        if issue.fixable and issue.is_for_role and issue.rule_key in kept:
            yield _left(issue, ROLE_NOT_ALIKE)
        else:
            yield issue


def _left(issue: Issue, reason: Reason) -> Issue:
    return issue._replace(finding=issue.finding.left(reason))


def _of_untouched(issue: Issue, subject: PolicySubject) -> _Likeness | None:
    """Return what is wrong with untouched text of the body; ``None`` where filling changed it."""
    look = subject.look_at(issue.paragraph_path)
    if look is None or not look.in_body:
        return None
    touched = look.touched if issue.run_id is None else issue.run_id in subject.filled_ids
    return None if touched else _likeness(issue, subject)


def _likeness(issue: Issue, subject: PolicySubject) -> _Likeness:
    look, finding = subject.look_at(issue.paragraph_path), issue.finding
    style = None if look is None else subject.style_of(look.values)
    return finding.rule_key, finding.slot, finding.actual, style
