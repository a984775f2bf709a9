"""The OpenAPI document of a server that serves every address; as a program, written as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.jobs.pdf_support import PdfSupport
from docops_flask.settings.settings import Settings
from docops_flask.web.openapi import build_document


def every_address() -> dict[str, Any]:
    """The document of a server with a library, a key of receipts and PDFs."""
    settings = Settings(signing_key_file=Path("key.pem"))
    templates = ["NAME"]
    return build_document(settings, load_skills(), load_policies(), PdfSupport(True, None, None), templates)


if __name__ == "__main__":
    # For ``make collection``.
    sys.stdout.write(json.dumps(every_address()))
