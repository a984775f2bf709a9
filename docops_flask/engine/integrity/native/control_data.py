"""What data behind a control that was read as a field may hold, for entries that write it."""

import re
from collections.abc import Iterable, Mapping

from lxml.etree import _Element

from docops_flask.engine.integrity.native.control_states import entries_of
from docops_flask.engine.integrity.native.date_words import day_of, format_of
from docops_flask.engine.integrity.place_claims import PlaceReplacement
from docops_flask.engine.integrity.tags import name_in_copies


def may_store(
    control: _Element, shown: str, entry: PlaceReplacement, logged: Mapping[str, Iterable[str]]
) -> bool:
    """Say whether ``entry`` stores what a control shows with one of the texts that are logged for its field.

    ``shown`` is the text of the control in the rewritten template: a tag and nothing else. A field that
    stands in copies alone has no text by its name, and may have any.
    """
    name = name_in_copies(shown[1:-1])
    if name is None or name != entry.field_name:
        return False
    texts = logged.get(name)
    return texts is None or any(entry.new_text == _stored(control, shown[1:-1], text) for text in texts)


def _stored(control: _Element, inner: str, text: str) -> str:
    namespace = str(control.tag).rpartition("}")[0] + "}"
    properties = control.find(f"{namespace}sdtPr")
    by_name = {} if properties is None else {str(each.tag).rpartition("}")[2]: each for each in properties}
    if "checkbox" in by_name:
        return {"☑": "true"}.get(text, "false")
    for kind in ("dropDownList", "comboBox"):
        if kind in by_name:
            return next((value for value, told in entries_of(by_name[kind]) if told == text), text)
    if "date" not in by_name:
        return text
    asked = by_name["date"].find(f"{namespace}storeMappedDataAs")
    wanted = None if asked is None else asked.get(f"{namespace}val")
    _, form = format_of(re.sub("^=", "", inner), None)
    day = day_of(text, form) if wanted in ("date", "dateTime") else None
    if day is None:
        return text
    return day.partition("T")[0] if wanted == "date" else day
