"""Check boxes that are content controls (w14:checkbox): set by a tag in w:tag or w:alias, logged, proved.

An answer never holds a part that is not well-formed, whatever the control says of its signs.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from docops_flask.engine.errors import ExitCode
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, tbl, tc, tr

W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def control(name: str, *, state: str = "0", more: str = "", shown: str = "☐", holder: str = "tag") -> str:
    """A check box as Word writes it."""
    states = '<w14:checkedState w14:val="00FE" w14:font="Wingdings"/><w14:uncheckedState w14:val="2610"/>'
    return (
        f'<w:sdt {W14}><w:sdtPr><w:{holder} w:val="{name}"/><w:id w:val="5"/>'
        f'<w14:checkbox><w14:checked w14:val="{state}"/>{states}{more}</w14:checkbox></w:sdtPr>'
        f"<w:sdtContent><w:r><w:t>{shown}</w:t></w:r></w:sdtContent></w:sdt>"
    )


def _states(done: OpenRun) -> list[tuple[str, str]]:
    content = done.part("word/document.xml").decode()
    found = re.findall(
        r'<w14:checked w14:val="(\d)"/>.*?<w:sdtContent><w:r>'
        r'<w:(?:t[^>]*>(.)|sym w:font="Wingdings" w:char="(F0..)")',
        content,
    )
    return [(state, text or code) for state, text, code in found]


def _is_intact(done: OpenRun) -> bool:
    proof = done.json("out.integrity.json")
    return bool(proof["verdict"] == "intact" and proof["exactness"] == "bytes")


@pytest.mark.parametrize(
    ("body", "payload", "states"),
    [
        (control("【□A】"), {"A": True}, [("1", "F0FE")]),
        (control("【□A】", state="1", shown="☒"), {"A": False}, [("0", "☐")]),
        (control("【□sex=m】") + control("【□sex=f】", holder="alias"), {"sex": "f"},
         [("0", "☐"), ("1", "F0FE")]),
        (control("【□A|可空】"), {}, [("0", "☐")]),
        (control("【□A】").replace("☐", "&#x2610;"), {"A": True}, [("1", "F0FE")]),
        (control("【□A】").replace("<w:t>☐</w:t>", '<w:sym w:font="Wingdings" w:char="F06F"/>'), {"A": True},
         [("1", "F0FE")]),
        (control("【□A】").replace("<w:t>☐</w:t>", ""), {"A": True}, [("1", "F0FE")]),
    ],
)  # fmt: skip
def test_a_value_sets_state_and_character(
    tmp_path: Path, body: str, payload: dict[str, Any], states: list[tuple[str, str]]
) -> None:
    done = run_open(tmp_path, docx(f"<w:p>{body}</w:p>"), payload)
    assert _states(done) == states
    assert done.result.exit_code is ExitCode.OK
    assert _is_intact(done)


def test_one_that_is_not_given_stays(tmp_path: Path) -> None:
    done = run_open(tmp_path, docx(f"<w:p>{control('【□A】')}</w:p>"), {})
    assert done.json("out.missing_fields.json")["missing_required"] == ["A"]
    assert _states(done) == [("0", "☐")]


def test_each_copy_has_its_own(tmp_path: Path) -> None:
    row = tr(tc("【#A】【=n】"), tc(f"<w:p>{control('【□ok】')}</w:p>{p('【/A】')}"))
    done = run_open(
        tmp_path, docx(tbl(row, tr(tc("x"), tc("y")))), {"A": [{"n": 1, "ok": True}, {"n": 2, "ok": False}]}
    )
    assert _states(done) == [("1", "F0FE"), ("0", "☐")]
    paths = [each["payload_path"] for each in done.json("out.replace_log.json")["entries"]]
    assert paths == ["$.A[0].n", "$.A[0].ok", "$.A[1].n", "$.A[1].ok"]
    assert _is_intact(done)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (control("x 【□A】"), "UNSUPPORTED_TAG"),
        (control("【□A】").replace('<w14:checked w14:val="0"/>', ""), "UNSUPPORTED_CONTROL"),
        (control("【□B】").replace("<w:id", '<w:alias w:val="【□A】"/><w:id'), "UNSUPPORTED_TAG"),
        (control("【□A】", shown="☐ agreed"), "UNSUPPORTED_CONTROL"),
        (control("【□A】").replace("</w:sdtContent>", "<w:r><w:t> agreed</w:t></w:r></w:sdtContent>"),
         "UNSUPPORTED_CONTROL"),
    ],
)  # fmt: skip
def test_other_controls_are_told(tmp_path: Path, body: str, code: str) -> None:
    payload = {"A": True, **({"B": False} if "□B" in body else {})}
    done = run_open(tmp_path, docx(f"<w:p>{body}</w:p>"), payload)
    assert done.kinds() == [("【□A】", code)]
    assert code == "UNSUPPORTED_TAG" or body in done.part("word/document.xml").decode()
    assert _is_intact(done)
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS


def test_the_control_keeps_its_name(tmp_path: Path) -> None:
    done = run_open(tmp_path, docx(f"<w:p>{control('【□A】')}</w:p>"), {"A": True})
    assert '<w:tag w:val="【□A】"/>' in done.part("word/document.xml").decode()


@pytest.mark.parametrize(
    ("code", "font", "shown"),
    [
        ("0000", "MS Gothic", "☒"), ("0001", "MS Gothic", "☒"), ("0020", "MS Gothic", "☒"),
        ("D800", "MS Gothic", "☒"), ("FFFE", "MS Gothic", "☒"), ("FFFFFF", "MS Gothic", "☒"),
        ("0026", "MS Gothic", "&amp;"), ("003C", "MS Gothic", "&lt;"), ("1F5F9", "Wingdings", "🗹"),
        ("0052", "Wingdings &quot;&lt;&amp;", "R"), ("00FE", "wingdings 2", None), ("0001", "Symbol", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["A", "【□A】"])
def test_any_stated_sign_makes_a_sound_part(
    tmp_path: Path, code: str, font: str, shown: str | None, name: str
) -> None:
    body = control(name).replace('w14:val="00FE" w14:font="Wingdings"', f'w14:val="{code}" w14:font="{font}"')
    done = run_open(tmp_path, docx(f"<w:p>{body}</w:p>"), {"A": True})
    content = done.part("word/document.xml")
    etree.fromstring(content)
    sign = f'<w:sym w:font="{font}" w:char="F0{code[2:]}"/>' if shown is None else f">{shown}</w:t>"
    assert sign in content.decode()
    assert _is_intact(done)


@pytest.mark.parametrize("font", ["MS Gothic", "Wingdings"])
def test_a_control_around_a_cell_keeps_the_cell(tmp_path: Path, font: str) -> None:
    cell = tc(p("☐"))
    body = control("A").replace("<w:r><w:t>☐</w:t></w:r>", cell).replace("Wingdings", font)
    done = run_open(tmp_path, docx(tbl(tr(body, tc("x"))) + p("")), {"A": True})
    content = done.part("word/document.xml")
    assert len(etree.fromstring(content).findall(".//{*}tc")) == 2
    assert (b"w:char=" in content) is (font == "Wingdings")
    assert _is_intact(done)
