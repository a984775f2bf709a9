"""Numbers, dates and texts are shown as a sheet shows them (ECMA-376 part 1, 18.8.31)."""

import csv
import subprocess
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from docops_flask.engine.rows.format_sections import is_date_format
from docops_flask.engine.rows.number_format import general, shown_number, shown_text
from docops_flask.engine.rows.shown_dates import shown_date
from tests.conftest import require
from tests.engine.rows.workbooks import workbook

AT = datetime(2026, 5, 6, 14, 7, 9)


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("General", "0.30000000000000004", "0.3"),
        ("General", "0.333333333333333", "0.333333333"),
        ("General", "123456789012345", "123456789012345"),
        ("General", "-0", "0"),
        ("0.00", "1.005", "1.01"),
        ("#,##0.00", "1234567.5", "1,234,567.50"),
        ("0%", "0.15", "15%"),
        ("0.00%", "0.12345", "12.35%"),
        ("000000", "42", "000042"),
        ("000-0000-0000", "13800138000", "138-0013-8000"),
        ('"¥"#,##0.00', "-12.5", "-¥12.50"),
        ("¥#,##0.00;[Red]-¥#,##0.00", "-12.5", "-¥12.50"),
        ('_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', "1234.5", "¥1,234.50"),
        ("#,##0_);(#,##0)", "-1234", "(1,234)"),
        ('0;-0;"零"', "0", "零"),
        ("[>=100]0;[<0]-0.0;0.00", "-5", "-5.0"),
        ("[$€-407] #,##0.00", "5", "€ 5.00"),
        ('0.0,"千"', "12345", "12.3千"),
        ("0.00E+00", "12345", "1.23E+04"),
        ("##0.0E+0", "12345", "12.3E+3"),
        ("# ?/?", "1.5", "1 1/2"),
        ("#", "0", ""),
        ('0"元"', "3", "3元"),
        ("[DBNum1][$-804]General", "1234", "一千二百三十四"),
        ("[DBNum2][$-804]General", "-1020.5", "负壹仟零贰拾点伍"),
    ],
)
def test_a_number_is_shown_by_its_format(code: str, number: str, shown: str) -> None:
    assert shown_number(code, Decimal(number)) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("yyyy/m/d", "2026/5/6"),
        ('yyyy"年"m"月"d"日"', "2026年5月6日"),
        ("yyyy-mm-dd hh:mm:ss", "2026-05-06 14:07:09"),
        ("m/d/yy h:mm", "5/6/26 14:07"),
        ("h:mm AM/PM", "2:07 PM"),
        ('上午/下午h"时"mm"分"', "下午2时07分"),
        ("[$-804]aaaa", "星期三"),
        ('[DBNum1][$-804]yyyy"年"m"月"d"日";@', "二〇二六年五月六日"),
        ("d-mmm-yy", "6-May-26"),
        ("mm:ss", "07:09"),
        ("[h]:mm", "30:07"),
    ],
)
def test_a_date_is_shown_by_its_format(code: str, shown: str) -> None:
    assert is_date_format(code)
    assert shown_date(code, AT, timedelta(hours=30, minutes=7)) == shown


@pytest.mark.parametrize("code", ["General", "0.00", "#,##0", '"日"0', "[Red]0", "0.00E+00", "@"])
def test_formats_of_numbers_are_no_dates(code: str) -> None:
    assert not is_date_format(code)


def test_a_text_is_shown_by_the_fourth_part_of_its_format() -> None:
    assert shown_text('0;0;0;"尊敬的"@', "王五") == "尊敬的王五"
    assert shown_text("0.00", "王五") == "王五"


def test_general_keeps_every_digit_that_a_file_stores() -> None:
    assert general(Decimal("0.1") + Decimal("0.2")) == "0.3"
    assert general(Decimal("1234567.891234")) == "1234567.891"
    assert general(Decimal("0.00000000001")) == "0.00000000001"


# Formats for which LibreOffice and Excel differ are left out: an empty decimal point, blanks of ?.
NUMBER_CODES = (
    "0", "0.00", "#,##0", "#,##0.00", "0%", "0.00%", "0.00E+00", "# ?/?", "000000", "000-0000", "0.0",
    "#,##0.0#", '"¥"#,##0.00', "¥#,##0.00;[Red]-¥#,##0.00", "#,##0_);(#,##0)", '0"元"', "#,##0,", "0.0,,",
    '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', "[$€-407] #,##0.00", "[>=100]0;[<0]-0.0;0.00",
    '0;-0;"零"', '"编号"0000', "##0.0E+0", "+0;-0;0", "#", "0.00;;", '#,##0.00;(#,##0.00);"-"',
)  # fmt: skip
DATE_CODES = (
    "yyyy/m/d", 'yyyy"年"m"月"d"日"', "yyyy-mm-dd hh:mm:ss", "m/d/yy h:mm", "[$-804]aaaa", "h:mm AM/PM",
    '[DBNum1][$-804]yyyy"年"m"月"d"日"', "d-mmm-yy", "mm:ss", "[h]:mm", "dddd, mmmm d", "yyyy.mm.dd",
    'm"月"d"日"', 'hh"时"mm"分"ss"秒"', "[$-409]d-mmm-yyyy;@",
)  # fmt: skip
NUMBERS = (0, 1, -1, 0.5, 1234.5, -1234.567, 0.15, 42, 1234567.891, 0.005, -0.01, 99.995, 12345678, 1e-5)
SERIALS = (46148, 46148.6, 0.75, 44197)


def test_libreoffice_shows_the_same(tmp_path: Path, soffice: str) -> None:
    require(Path(soffice).resolve().parent.joinpath("scalc").exists(), "needs libreoffice-calc")
    cases = [(code, number) for code in NUMBER_CODES for number in NUMBERS]
    cases += [(code, number) for code in DATE_CODES for number in SERIALS]
    workbook(tmp_path / "cases.xlsx", {"Sheet1": [[(number, code)] for code, number in cases]})
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    shown = "csv:Text - txt - csv (StarCalc):44,34,76"
    command = [soffice, profile, "--headless", "--convert-to", shown, "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "cases.xlsx")], check=True, capture_output=True, timeout=120)
    with (tmp_path / "cases.csv").open(encoding="utf-8", newline="") as file:
        theirs = ["".join(row).strip() for row in csv.reader(file)]
    ours = [_shown(code, number) for code, number in cases]
    assert [
        (case, our, their) for case, our, their in zip(cases, ours, theirs, strict=True) if our != their
    ] == []


def _shown(code: str, number: float) -> str:
    if not is_date_format(code):
        return shown_number(code, Decimal(repr(number)))
    start = datetime(1899, 12, 30)
    at = start + timedelta(seconds=round(number * 86_400))
    return shown_date(code, at, at - start)
