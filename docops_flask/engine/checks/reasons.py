"""Why fix mode ``safe`` never repairs certain issues: by their rule, whatever the document says."""

from typing import NamedTuple

from docops_flask.engine.bilingual import Bilingual


class Reason(NamedTuple):
    """Why an issue is not fixable: a word for programs, a sentence for people."""

    code: str
    text: Bilingual


CHANGED_BY_FILLING = Reason(
    "changed_by_filling",
    Bilingual(
        "Not fixed automatically: without a policy nothing is changed beside the placeholders.",
        "未自动修复：不按格式规范检查时，只填写占位符，不改动其他内容。",
    ),
)
NOT_ALLOWED_BY_POLICY = Reason(
    "not_allowed_by_policy",
    Bilingual(
        "Not fixed automatically: tables, numbers and blanks are content, which is never changed.",
        "未自动修复：表格、编号和空格属于内容，系统从不改动内容。",
    ),
)
PAGE_SETUP = Reason(
    "page_setup",
    Bilingual(
        "Not fixed automatically: the page setup is never changed, as it would move the whole text.",
        "未自动修复：页面设置会影响全文排版，系统从不改动。",
    ),
)
WORDING = Reason(
    "wording",
    Bilingual(
        "Not fixed automatically: text is never changed.",
        "未自动修复：系统从不改动文字。",
    ),
)
LEFT_TO_AUTHOR = Reason(
    "left_to_author",
    Bilingual(
        "Not fixed automatically: it may be intended.",
        "未自动修复：这可能是作者有意设置的。",
    ),
)

LAYOUT = Reason(
    "layout",
    Bilingual(
        "Not fixed automatically: it would change the layout of the page.",
        "未自动修复：修改会影响页面版式。",
    ),
)

_FORBIDDEN = frozenset(("TABLE_FORBIDDEN", "NUMPR_PRESENT", "LEADING_WHITESPACE"))
_OF_THE_AUTHOR = frozenset((
    "PAGE_BREAK_MISSING", "ROLE_ALIGNMENT_MISMATCH", "ROLE_BOLD_MISMATCH", "ROLE_COLOR_MISMATCH",
))  # fmt: skip


def reason_of_kind(code: str, rule_key: str | None) -> Reason | None:
    """Return why issues with that code, about that rule (``None``: without a policy), are never fixable.

    ``None`` where issues of the kind can be fixable.
    """
    if rule_key is None:
        return CHANGED_BY_FILLING
    if code in _FORBIDDEN:
        return NOT_ALLOWED_BY_POLICY
    if code in _OF_THE_AUTHOR:
        return LEFT_TO_AUTHOR
    if rule_key.startswith("page."):
        return PAGE_SETUP
    return WORDING if rule_key.startswith("text.") else None
