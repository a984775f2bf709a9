"""Folders of templates for the tests of the library."""

import hashlib
from pathlib import Path

from tests.factories import docx, p

CONTRACT = docx(p("合同编号：【=合同编号】") + p("甲方：【=甲方】"))
NOTICE = docx(p("会议：【MEETING_TITLE】") + p("时间：【MEETING_DATE】"))


def sha256(content: bytes) -> str:
    """The SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def put(folder: Path, name: str, content: bytes = CONTRACT, toml: str | None = None) -> Path:
    """Put a template, and its TOML file if it has one, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.docx"
    file.write_bytes(content)
    if toml is not None:
        (folder / f"{name}.toml").write_text(toml, encoding="utf-8")
    return file
