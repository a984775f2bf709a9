"""Templates with content controls, filled, and how tests look at what came of them."""

import re
from pathlib import Path
from typing import Any

from tests.engine.native.word_controls import entries
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, r
from tests.pictures import in_base64, png

OLD = r("old", "<w:b/>")
SIZES = entries(("s", "Small"), ("b", "Big"))
PNG = {"png": in_base64(png())}


def filled(folder: Path, body: str, payload: dict[str, Any], **parts: Any) -> OpenRun:
    """Fill a template with ``body``; every byte of the result is proved."""
    run = run_open(folder, docx(body, **parts), payload)
    proof = run.json("out.integrity.json")
    assert (proof["verdict"], proof["exactness"]) == ("intact", "bytes")
    assert b"docops-mark" not in run.part("word/document.xml")
    return run


def body_of(run: OpenRun) -> str:
    """The markup of the body."""
    content = run.part("word/document.xml").decode()
    return content[content.index("<w:body>") + 8 : content.index("<w:sectPr/></w:body>")]


def inside(run: OpenRun) -> list[str]:
    """The content of each control that holds no other."""
    return re.findall(r"<w:sdtContent>((?:(?!<w:sdt[ >]).)*?)</w:sdtContent>", body_of(run), re.DOTALL)


def texts(run: OpenRun) -> list[str]:
    """What each control shows that holds no other."""
    return [re.sub("<[^>]*>", "", each) for each in inside(run)]
