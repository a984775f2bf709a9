"""Content controls as Word writes them (ECMA-376 part 1, 17.5.2; [MS-DOCX] 2.5 and 2.6)."""

from tests.factories import r

NAMESPACES = (
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
)
PROMPT = r("Click here to enter text.", '<w:rStyle w:val="PlaceholderText"/>')
EMPTY = "<w:showingPlcHdr/>"
TEXT, LINES, RICH = "<w:text/>", '<w:text w:multiLine="1"/>', ""
GROUP, PICTURE = "<w:group/>", "<w:picture/>"
_NUMBERS = iter(range(1, 1_000_000))


def control(name: str, content: str = PROMPT, kind: str = TEXT, *, more: str = "", by: str = "tag") -> str:
    """A control called ``name`` around ``content``; ``more`` are properties before its kind."""
    named = f'<w:{by} w:val="{name}"/>' if name else ""
    return (
        f'<w:sdt {NAMESPACES}><w:sdtPr>{named}<w:id w:val="{next(_NUMBERS)}"/>{more}{kind}</w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def empty(name: str, content: str = PROMPT, kind: str = TEXT, more: str = "") -> str:
    """A control that shows its placeholder."""
    return control(name, content, kind, more=EMPTY + more)


def date(picture: str | None = "yyyy年M月d日", stored: str = "dateTime", full: str = "") -> str:
    """What says that a control takes a date."""
    shown = "" if picture is None else f'<w:dateFormat w:val="{picture}"/>'
    stated = f' w:fullDate="{full}"' if full else ""
    return (
        f'<w:date{stated}>{shown}<w:lid w:val="zh-CN"/><w:storeMappedDataAs w:val="{stored}"/>'
        '<w:calendar w:val="gregorian"/></w:date>'
    )


def entries(*items: tuple[str, str], kind: str = "dropDownList", last: str = "") -> str:
    """A list with Word's own first entry; ``items`` are value and shown text."""
    stated = f' w:lastValue="{last}"' if last else ""
    inner = "".join(f'<w:listItem w:displayText="{shown}" w:value="{value}"/>' for value, shown in items)
    return f'<w:{kind}{stated}><w:listItem w:value="Choose an item."/>{inner}</w:{kind}>'


def box(checked: tuple[str, str] = ("2612", "MS Gothic")) -> str:
    """What says that a control is a check box."""
    code, font = checked
    return (
        f'<w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="{code}" w14:font="{font}"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
    )


def section(name: str, *items: str, more: str = "") -> str:
    """A repeating section; each of ``items`` is in an item of its own."""
    inner = "".join(control("", each, "<w15:repeatingSectionItem/>") for each in items)
    return control(name, inner, "<w15:repeatingSection/>", more=more)


def bound(path: str = "/n:root[1]/n:name[1]", tag: str = "w:dataBinding") -> str:
    """A binding to the data of ``places.packages.custom_data``."""
    return (
        f'<{tag} w:prefixMappings="xmlns:n=\'urn:x\'" w:xpath="{path}" '
        'w:storeItemID="{11111111-1111-1111-1111-111111111111}"/>'
    )
