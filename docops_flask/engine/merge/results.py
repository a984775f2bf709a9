"""The lists of a merge's results: ``results.csv`` for people, ``results.jsonl`` for programs."""

import csv
import io
from collections.abc import Iterable, Mapping

from docops_flask.engine.artefacts import json_value
from docops_flask.engine.bilingual import Bilingual, Language
from docops_flask.engine.merge.outcome import Outcome, RowOutcome

_HEADER = (
    Bilingual("Row", "行"),
    Bilingual("File", "文件"),
    Bilingual("Result", "结果"),
    Bilingual("Missing", "缺少"),
    Bilingual("Left open", "未填"),
    Bilingual("Error", "错误"),
)
_OUTCOMES: Mapping[Outcome, Bilingual] = {
    "ok": Bilingual("done", "完成"),
    "missing_required": Bilingual("values are missing", "缺少必填内容"),
    "unsupported": Bilingual("placeholders that cannot be filled", "有无法填写的占位内容"),
    "strict_failed": Bilingual("format check failed", "格式检查未通过"),
    "failed": Bilingual("not made", "未生成"),
}
# A spreadsheet would compute a cell that begins so.
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def results_csv(outcomes: Iterable[RowOutcome], language: Language) -> bytes:
    """Return the list for people, in UTF-8 with a byte order mark, which Excel needs (RFC 4180)."""
    return csv_header(language) + b"".join(csv_line(each, language) for each in outcomes)


def csv_header(language: Language) -> bytes:
    """Return the first line of the list for people."""
    return _csv([each.text(language) for each in _HEADER]).encode("utf-8-sig")


def csv_line(outcome: RowOutcome, language: Language) -> bytes:
    """Return the line of a row in the list for people."""
    error = "" if outcome.error is None else str(outcome.error.get("message", ""))
    cells = (
        outcome.name or "",
        _OUTCOMES[outcome.outcome].text(language),
        "; ".join(outcome.missing),
        outcome.left or "",
        error,
    )
    return _csv([str(outcome.row), *(_plain(str(cell)) for cell in cells)]).encode()


def _csv(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def results_jsonl(outcomes: Iterable[RowOutcome]) -> bytes:
    """Return the list for programs: a JSON object a line."""
    return "".join(f"{json_value(each.as_dict())}\n" for each in outcomes).encode()


def _plain(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) else text
