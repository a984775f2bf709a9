"""What is told of a tag that is not filled, beside its kind: what is accepted, which format is meant."""

import re
from typing import TYPE_CHECKING

from docops_flask.engine.reports.log_entry import UNSUPPORTED_REASONS
from docops_flask.engine.template.formats.chains import misfit_of
from docops_flask.engine.template.formats.table import FORMATS, Format, as_written, rule_of
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.payload_check import near_name
from docops_flask.engine.template.tag_kinds import BadTag, Tag, TagKind
from docops_flask.engine.template.tags import read_tag

if TYPE_CHECKING:
    from docops_flask.engine.template.tag_meaning import Detail


# What is probably meant as a pattern of a date, with letters of other programs.
_DATE = re.compile(r"(?=.*[yYdDM])[yYMdDHhms年月日时分秒\s,./:T'-]+")
_OF_DATES = (
    "a date is written with yyyy yy MM M dd d HH H mm m ss; MM is the month and mm the minute, "
    "and there are no names of months and days"
)


def fault_of(
    kind: Kind, written: str, suggestion: str | None, detail: "Detail | None" = None
) -> tuple[str, str | None]:
    """Return why a tag that is ``written`` so, brackets and all, is not filled, and what is meant by it.

    ``suggestion`` is a name that is known and similar.
    """
    reason = UNSUPPORTED_REASONS[kind]
    tag = read_tag(written[1:-1])
    if isinstance(tag, BadTag):
        return f"{reason}: {tag.accepted}", suggestion
    if kind is Kind.UNKNOWN_FORMAT and isinstance(tag, Tag):
        unknown = next(each for each in tag.formats if rule_of(each) is None)
        text = as_written(unknown)
        if _DATE.fullmatch(text):
            meant = text.replace("m", "M")
            return f"{reason}: {text}; {_OF_DATES}", meant if rule_of(Format(meant)) else None
        return f"{reason}: {text}", near_name(unknown.name, list(FORMATS))
    if kind is Kind.BAD_FORMATS and isinstance(tag, Tag):
        return f"{reason}: {misfit_of(tag.formats, of_number=tag.kind is TagKind.NUMBER)}", suggestion
    if detail is not None and detail.reason:
        return f"{reason}: {detail.reason}", suggestion
    return reason, suggestion
