"""The members of the ZIP of a merge."""

from docops_flask.engine.artefacts import ARTEFACTS, DOCUMENT, PDF

CSV_NAME, JSON_NAME = "results.csv", "results.jsonl"
DOCUMENTS, ROWS = "docs/", "rows/"
# The task of a row, beside its receipt.
ROW_TASK = "task.json"
_EXTENSIONS = (".docx", ".pdf")
_OF_ROWS = frozenset((*ARTEFACTS, ROW_TASK)) - {DOCUMENT, PDF}


def is_member(name: str) -> bool:
    """Say whether ``name`` may be a member of a merge's ZIP."""
    if name in (CSV_NAME, JSON_NAME):
        return True
    if name.startswith(DOCUMENTS):
        rest = name.removeprefix(DOCUMENTS)
        return rest.endswith(_EXTENSIONS) and rest not in _EXTENSIONS and not set("/\\\0") & set(rest)
    number, _, artefact = name.removeprefix(ROWS).partition("/")
    is_number = number.isascii() and number.isdigit()
    return name.startswith(ROWS) and is_number and artefact in _OF_ROWS
