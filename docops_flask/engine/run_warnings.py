"""Warnings of a run about the whole document, in its log and its format report (``warnings``)."""

from collections.abc import Mapping
from typing import NamedTuple

from docops_flask.engine.bilingual import Bilingual

# By code.
WARNINGS: Mapping[str, Bilingual] = {
    "SIGNATURE_VOID": Bilingual(
        "The template has a digital signature, which filling made void: Word reports it as invalid. "
        "drop_signature=true leaves it out; sign the finished document instead.",
        "模板带有数字签名，填写后签名已失效，Word 会提示签名无效。"
        "使用 drop_signature=true 可去除该签名；请对成品文档重新签名。",
    ),
}


class RunWarning(NamedTuple):
    """A warning: its code, a key of ``WARNINGS``, and the part of the package that it is about."""

    code: str
    place: str

    def as_dict(self) -> dict[str, str]:
        """Return the warning as the log and the format report have it."""
        return {"code": self.code, "message": WARNINGS[self.code].en, "place": self.place}
