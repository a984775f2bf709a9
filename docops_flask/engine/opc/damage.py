"""The refusal of an archive or package that is damaged or unsafe: one sentence, what to do, a reason."""

from docops_flask.engine.errors import InvalidTemplate


def damaged(what: str, reason: str) -> InvalidTemplate:
    """Return the error that says ``what`` is wrong with the file; ``reason`` is its ``detail.reason``."""
    return InvalidTemplate(
        f"template: {what}. Open it in Word, save it again as .docx and retry.", reason=reason
    )
