"""The members of the ZIP of a merge."""

from docops_flask.engine.artefacts import ARTEFACTS, DOCUMENT

CSV_NAME, JSON_NAME = "results.csv", "results.jsonl"
DOCUMENTS, ROWS = "docs/", "rows/"


def is_member(name: str) -> bool:
    """Say whether ``name`` may be a member of a merge's ZIP."""
    if name in (CSV_NAME, JSON_NAME):
        return True
    if name.startswith(DOCUMENTS):
        rest = name.removeprefix(DOCUMENTS)
        return rest.endswith(".docx") and rest != ".docx" and not set("/\\\0") & set(rest)
    number, _, artefact = name.removeprefix(ROWS).partition("/")
    is_number = number.isascii() and number.isdigit()
    return name.startswith(ROWS) and is_number and artefact in ARTEFACTS and artefact != DOCUMENT
