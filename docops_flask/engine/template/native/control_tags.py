"""What content controls are called and hold as fields: tags, formats of dates, entries of lists."""

from docops_flask.engine.template.formats.date_pictures import format_of_picture
from docops_flask.engine.template.formats.table import OPTIONAL, Format, as_written, rule_of
from docops_flask.engine.template.grammar import OPEN
from docops_flask.engine.template.native.controls import Control, value_of


def items_of(control: Control) -> tuple[tuple[str, str], ...]:
    """Return value and shown text of the entries of a list (17.5.2.20, 17.5.2.21), without empty ones.

    Word's own first entry asks to choose one, and is none: it alone has no text to show.
    """
    holder = control.setting("dropDownList") or control.setting("comboBox")
    found = []
    items = [] if holder is None else [each for each in holder.children if each.local == "listItem"]
    shows = [value_of(each, "displayText") is not None for each in items]
    for each in items[1:] if any(shows) and not shows[0] else items:
        value, shown = value_of(each, "value"), value_of(each, "displayText")
        if value or shown:
            found.append((value or shown or "", shown or value or ""))
    return tuple(found)


def written_tag(control: Control) -> str:
    """Return what a control is called by as a tag in brackets."""
    return control.written if control.written.startswith(OPEN) else f"【{control.written}】"


def path_of_control(control: Control) -> str:
    """Return the path that a control is called by."""
    return str(control.tag.path)


def optional_part(control: Control) -> str:
    """Return what says in a tag that the value may be absent, if the control's own says so."""
    return f"|{OPTIONAL}" if any(each.name == OPTIONAL for each in control.tag.formats) else ""


def date_format(control: Control) -> str:
    """Return the format of a date's tag, else of its picture; "" where no format equals that.

    Word has other calendars than the Gregorian one, with pictures of the same form (17.18.5).
    """
    formats: tuple[Format, ...] = control.tag.formats
    for each in formats:
        rule = rule_of(each)
        if rule is not None and rule.takes == "date":
            return as_written(each)
    if other_calendar(control):
        return ""
    picture = value_of(control.setting("dateFormat"))
    return "yyyy-MM-dd" if picture is None else format_of_picture(picture) or ""


def other_calendar(control: Control) -> str:
    """Return the calendar of a date that is not the Gregorian one, "" for that."""
    calendar = value_of(control.setting("calendar")) or "gregorian"
    return "" if calendar.startswith(("gregorian", "none")) else calendar
