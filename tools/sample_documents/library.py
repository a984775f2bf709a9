"""The sample of a template library: the sample contract and minutes, each with its TOML file."""

import hashlib
import shutil
from pathlib import Path
from typing import NamedTuple

FOLDER = "library"


class LibrarySample(NamedTuple):
    """A template of the sample library: the stem of its file, and its TOML file without the hash."""

    stem: str
    toml: str


_CONTRACT = """\
# See docs/library.md. Whoever approves another version of the template writes its hash here.
approved_sha256 = "SHA256"
name = "【合同编号】-【乙方】"

[title]
en = "Purchase contract"
zh = "采购合同"

[description]
en = "Goods as rows, amounts in capitals, optional clauses, annexes and a seal."
zh = "货物逐项成行，金额大写，可省条款、附件及公章。"

[options]
lang = "zh"
format_report = "both"

[labels]
"合同编号" = { en = "Number of the contract", zh = "合同编号（办公室编）" }
"甲方" = { en = "Buyer", zh = "甲方（采购方）" }
"乙方" = { en = "Seller", zh = "乙方（供货方）" }
"公章" = { en = "Picture of the seal", zh = "公章图片" }
"""
_MINUTES = """\
# See docs/library.md. Whoever approves another version of the template writes its hash here.
approved_sha256 = "SHA256"

[title]
en = "Minutes of a meeting"
zh = "会议纪要"

[description]
en = "Those present, topics with decisions, and who does what by when."
zh = "出席人员、议题与决定，以及责任人与期限。"
"""

LIBRARY_SAMPLES = (LibrarySample("purchase_contract", _CONTRACT), LibrarySample("meeting_minutes", _MINUTES))


def build(samples: Path) -> None:
    """Make the folder ``library`` in ``samples``, where the templates lie."""
    folder = samples / FOLDER
    folder.mkdir(exist_ok=True)
    for sample in LIBRARY_SAMPLES:
        template = samples / f"{sample.stem}.docx"
        shutil.copyfile(template, folder / template.name)
        sha256 = hashlib.sha256(template.read_bytes()).hexdigest()
        (folder / f"{sample.stem}.toml").write_text(
            sample.toml.replace("SHA256", sha256, 1), encoding="utf-8"
        )
