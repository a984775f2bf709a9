"""What the data behind a control holds for the text that the control shows (w:dataBinding, 17.5.2.6)."""

from docops_flask.engine.oxml.markup import TOKEN, attributes_of, decoded
from docops_flask.engine.template.formats.date_pictures import date_shown
from docops_flask.engine.template.formats.table import as_written, rule_of
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tags import read_tag

# What a check box shows that is checked.
_CHECKED = "☑"


def stored_value(control: bytes, inner: str, text: str) -> str:
    """Return what is stored for ``text``, which ``control`` shows where its tag with ``inner`` stood.

    A check box stores true or false, a list the value of the entry, a date what w:storeMappedDataAs asks for:
    where that does not say, what is shown (17.5.2.40).
    """
    end = control.index(b"sdtContent")
    properties = [
        (match[2].rpartition(b":")[2].decode(), _attributes(match[3]))
        for match in TOKEN.finditer(control, 0, end)
        if match[2] is not None
    ]
    names = [name for name, _ in properties]
    if "checkbox" in names:
        return "true" if text == _CHECKED else "false"
    if "date" in names:
        stated = next((each.get("val") for name, each in properties if name == "storeMappedDataAs"), None)
        day = date_shown(text, _form(inner)) if stated in ("date", "dateTime") else None
        return text if day is None else day[:10] if stated == "date" else day
    for name, each in properties:
        if name == "listItem" and (each.get("displayText") or each.get("value")) == text:
            return each.get("value") or text
    return text


def _form(inner: str) -> str:
    tag = read_tag(inner)
    rules = [(each, rule_of(each)) for each in tag.formats] if isinstance(tag, Tag) else []
    return next((as_written(each) for each, rule in rules if rule is not None and rule.takes == "date"), "")


def _attributes(attributes: bytes) -> dict[str, str]:
    return {
        name.rpartition(b":")[2].decode(): decoded(value)
        for name, value in attributes_of(attributes.removesuffix(b"/")).items()
    }
