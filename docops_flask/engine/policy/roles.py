"""What a paragraph is in an official document: the roles that a policy can have rules for."""

from collections.abc import Mapping

# Role to its name for people, in the order in which an official document has them.
ROLE_LABELS: Mapping[str, tuple[str, str]] = {
    "mark": ("classification or urgency", "密级和紧急程度"),
    "letterhead": ("letterhead", "发文机关标志"),
    "document_number": ("document number", "发文字号"),
    "signer": ("signer", "签发人"),
    "title": ("title", "标题"),
    "recipient": ("recipient", "主送机关"),
    "heading_1": ("heading 1", "一级标题"),
    "heading_2": ("heading 2", "二级标题"),
    "heading_3": ("heading 3", "三级标题"),
    "heading_4": ("heading 4", "四级标题"),
    "body": ("body", "正文"),
    "attachment_note": ("attachment note", "附件说明"),
    "signature": ("signature", "发文机关署名"),
    "date": ("date", "成文日期"),
    "attachment_label": ("attachment label", "附件标识"),
    "attachment_title": ("attachment title", "附件标题"),
    "imprint": ("imprint", "版记"),
    "page_number": ("page number", "页码"),
    "table_text": ("table text", "表格文字"),
}
ROLES = tuple(ROLE_LABELS)
HEADINGS = ("heading_1", "heading_2", "heading_3", "heading_4")
