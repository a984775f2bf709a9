"""The lists of rich values beside numbering parts and styles of odd forms (ECMA-376 part 1, 17.9)."""

from pathlib import Path

import pytest
from lxml import etree

from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import W, docx, p

VALUE = "- a\n  - b\n1. x\n2. y\n   - z\n\nt\n\n3. q\n- m"
_W = f"{{{W}}}"


def style(name: str, number: object, *, identity: str | None = None, kind: str = "paragraph") -> str:
    """A style with the number of its list."""
    of_id = name.replace(" ", "") if identity is None else identity
    stated = f' w:styleId="{of_id}"' if of_id else ""
    numbering = f'<w:pPr><w:numPr><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return f'<w:style w:type="{kind}"{stated}><w:name w:val="{name}"/>{numbering}</w:style>'


def both(number: object) -> str:
    """The styles of both kinds of list."""
    return style("List Bullet", number) + style("List Number", number)


def definition(number: object, count: int = 9, more: str = "") -> str:
    """A w:abstractNum with its first levels."""
    levels = "".join(f'<w:lvl w:ilvl="{level}"><w:lvlText w:val="L"/></w:lvl>' for level in range(count))
    return f'<w:abstractNum w:abstractNumId="{number}">{more}{levels}</w:abstractNum>'


def num(number: object, of: object) -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{of}"/></w:num>'


CLEANUP = '<w:numIdMacAtCleanup w:val="3"/>'
# What styles and numbering part hold; the numbers of the items' lists.
FORMS = {
    "no numbering at all": ("", None, "1 1 2 2 1 3 1"),
    "styles of lists that are switched off": (both(0), definition(0) + num(1, 0), "2 2 3 3 2 4 2"),
    "a list numbered 0": (both(0), definition(0) + num(0, 0) + num(1, 0), "2 2 3 3 2 4 2"),
    "a list numbered -1": (both(-1), definition(0) + num(-1, 0), "1 1 2 2 1 3 1"),
    "numbers with zeros in front": (both("01"), definition("00") + num("001", "0"), "1 1 2 2 1 3 1"),
    "numbers with a plus": (both("+1"), definition("+0") + num("1", "+0"), "1 1 2 2 1 3 1"),
    "numbers that are none": (both(" 1 "), definition(" 0 ") + num(" 1 ", " 0 "), "1 1 2 2 1 3 1"),
    "the highest number": (both(1), definition(0) + num(1, 0) + num(2147483647, 0), "1 1 2 2 1 3 1"),
    "a number that no list has": (both(1), definition(0) + num(1, 0) + num(10**12, 0), "1 1 2 2 1 3 1"),
    "styles that name lists that are none": (both(4), None, "5 5 6 6 5 7 5"),
    "a list without a definition": (both(4), definition(0) + num(4, 7), "5 5 6 6 5 7 5"),
    "levels that are missing": (both(1), definition(0, 1) + num(1, 0), "1 2 3 3 2 4 1"),
    "two definitions of one number": (
        both(7), definition(2) + definition(2, 1) + num(7, 2), "7 8 9 9 8 10 7",
    ),
    "a link to a style": (
        both(1), definition(0, 0, '<w:numStyleLink w:val="s"/>') + num(1, 0), "2 2 3 3 2 4 2",
    ),
    "a definition of a style": (
        both(1), definition(0, 9, '<w:styleLink w:val="s"/>') + num(1, 0), "1 1 2 2 1 3 1",
    ),
    "lists in no order": (both(7), definition(9) + definition(2) + num(7, 2) + num(3, 9), "7 7 8 8 7 9 7"),
    "lists before definitions": (both(1), num(1, 0) + definition(0), "1 1 2 2 1 3 1"),
    "pictures as bullets": (
        both(1), '<w:numPicBullet w:numPicBulletId="0"/>' + definition(0) + num(1, 0), "1 1 2 2 1 3 1",
    ),
    "Word's mark of cleaning up": (both(1), definition(0) + num(1, 0) + CLEANUP, "1 1 2 2 1 3 1"),
    "the mark before the lists": (both(1), CLEANUP + definition(0) + num(1, 0), "1 1 2 2 1 3 1"),
    "the mark alone": ("", CLEANUP, "1 1 2 2 1 3 1"),
    "an empty part": ("", "", "1 1 2 2 1 3 1"),
    "lists in a choice": (
        "", f'<mc:AlternateContent><mc:Choice Requires="wps">{definition(5)}{num(8, 5)}</mc:Choice>'
        "</mc:AlternateContent>", "9 9 10 10 9 11 9",
    ),
    "a comment": (both(1), f"<!--{num(9, 0)}-->" + definition(0) + num(1, 0), "1 1 2 2 1 3 1"),
    "styles without an id": (
        style("List Bullet", 1, identity="") + style("List Number", 1, identity=""),
        definition(0) + num(1, 0), "2 2 3 3 2 4 2",
    ),
    "styles of characters": (
        style("List Bullet", 1, kind="character"), definition(0) + num(1, 0), "2 2 3 3 2 4 2",
    ),
}  # fmt: skip


def _number(element: etree._Element | None, name: str) -> int:
    assert element is not None
    return int(element.get(_W + name, ""))


def items(done: OpenRun) -> list[tuple[int, int]]:
    """Return the number and the level of each item."""
    root = etree.fromstring(done.part("word/document.xml"))
    return [
        (_number(each.find(f"{_W}numId"), "val"), _number(each.find(f"{_W}ilvl"), "val"))
        for each in root.iter(f"{_W}numPr")
    ]


def lists(done: OpenRun) -> dict[int, set[int]]:
    """Return the levels of each list by its number; where a number is given twice, the last one counts."""
    [name] = [each for each in done.parts() if "umbering" in each]
    root = etree.fromstring(done.part(name))
    levels = {
        _number(each, "abstractNumId"): {_number(level, "ilvl") for level in each.iter(f"{_W}lvl")}
        for each in root.iter(f"{_W}abstractNum")
    }
    return {
        _number(each, "numId"): levels.get(_number(each.find(f"{_W}abstractNumId"), "val"), set())
        for each in root.iter(f"{_W}num")
    }


@pytest.mark.parametrize("form", FORMS)
def test_items_have_lists_that_there_are_with_their_levels(tmp_path: Path, form: str) -> None:
    styles, numbering, expected = FORMS[form]
    stories = {} if numbering is None else {"numbering": numbering}
    done = run_open(tmp_path, docx(p("【A|富文本】") + p("x"), styles=styles, stories=stories), {"A": VALUE})
    proof = done.json("out.integrity.json")
    assert (proof["verdict"], proof["exactness"]) == ("intact", "bytes")
    used = items(done)
    assert " ".join(str(number) for number, _ in used) == expected
    known = lists(done)
    assert all(number > 0 and level in known[number] for number, level in used)


def test_a_paragraph_of_a_list_that_there_is_not_gets_none(tmp_path: Path) -> None:
    dangling = p("x", properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>')
    done = run_open(tmp_path, docx(p("【A|富文本】") + dangling), {"A": "- a\n1. b"})
    assert [number for number, _ in items(done)] == [4, 5, 3]
    assert 3 not in lists(done)
