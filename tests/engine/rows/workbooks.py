"""Makes workbooks for tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlsxwriter


def workbook(path: Path, sheets: Mapping[str, Any], **options: Any) -> Path:
    """Write a workbook: the rows of each sheet; a cell that is a tuple is a number and its format."""
    book = xlsxwriter.Workbook(str(path), options)
    formats: dict[str, Any] = {}
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, tuple):
                    number_format = formats.get(value[1]) or book.add_format({"num_format": value[1]})
                    formats[value[1]] = number_format
                    sheet.write(number, column, value[0], number_format)
                elif isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write(number, column, value)
    book.close()
    return path
