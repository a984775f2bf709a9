"""ATTACHMENT_NOTE_END: the name of an attachment ends with punctuation.

*Fails*: ``text.attachment_note_end`` is true and a paragraph with the role ``attachment_note`` ends with a
full stop, comma, semicolon or the like.

*Passes*: 附件：1. 会议日程; a closing bracket or title mark (》) belongs to the name. Baseline ``template``
never asks.

*Fix*: none, text is never changed.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.checks.text_issue import text_issue, written_paragraphs

_PUNCTUATION = tuple("。，、；！？.,;!?")


class AttachmentNoteEnd(Check):
    """Every name of an attachment below the body."""

    code = "ATTACHMENT_NOTE_END"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a name that ends with punctuation."""
        rule = subject.policy.house_style.text.attachment_note_end
        if rule is None or not rule.value:
            return
        for paragraph in written_paragraphs(subject, "attachment_note"):
            text = paragraph.text.rstrip()
            if text.endswith(_PUNCTUATION):
                yield text_issue(
                    self.code,
                    "attachment_note_end",
                    rule,
                    paragraph,
                    message=f"The name of an attachment ends without punctuation, not with {text[-1]}",
                    expected="no punctuation at the end",
                )
