"""The work for lines and for emptied runs is linear, in filling and in the proof. Counted is what runs."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.engine.counted_steps import steps_of
from tests.engine.integrity.finished_job import finish
from tests.factories import docx, p, r, tbl, tc, textbox, tr

MOST_GROWTH = 2.2
LINES = "1\n2\n3"
CONTROL = "<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"


def starts(count: int) -> str:
    return "".join(f'<w:bookmarkStart w:id="{i}" w:name="b{i}"/>' for i in range(count))


def ends(count: int) -> str:
    return "".join(f'<w:bookmarkEnd w:id="{i}"/>' for i in range(count))


def nested(count: int) -> str:
    return f'<w:hyperlink w:anchor="x">{r("")}' * count + r("【A】") + "</w:hyperlink>" * count


JOBS: dict[str, Callable[[int], tuple[str, str]]] = {
    "lines of a value": lambda n: (p("【A】"), "\n".join(map(str, range(n)))),
    "empty lines of a value": lambda n: (p("【A】"), "\n" * n),
    "paragraphs with lines": lambda n: (p("【A】") * n, LINES),
    "paragraphs with lines in a part with a comment": lambda n: ("<!-- c -->" + p("【A】") * n, LINES),
    "paragraphs with lines among others": lambda n: ((p("【A】") + p("x【A】")) * n, LINES),
    "cells with lines": lambda n: (tbl(*[tr(tc("【A】"))] * n), LINES),
    "paragraphs of a text box with lines": lambda n: (p(textbox(p("【A】") * n)), LINES),
    "text boxes with lines": lambda n: (p(textbox(p("【A】"))) * n, LINES),
    "controls that hold one paragraph": lambda n: (CONTROL.format(p("【A】")) * n, LINES),
    "bookmarks around a placeholder": lambda n: (p(starts(n), r("【A】"), ends(n)), LINES),
    "ends of bookmarks from before": lambda n: (p(starts(n)) + p(r("【A】"), ends(n)), LINES),
    "runs around a placeholder": lambda n: (p(r(" ") * n, r("【A】"), r(" ") * n), LINES),
    "properties of a paragraph": lambda n: (
        p("【A】", properties=f"<w:tabs>{'<w:tab/>' * n}</w:tabs>"),
        LINES,
    ),
    "links around a placeholder": lambda n: (p(nested(n // 4)), LINES),
    "emptied runs of a paragraph": lambda n: (p((r("【") + r("A】") + r("x")) * n), ""),
    "emptied texts of a run": lambda n: (p(f"<w:r>{'<w:t>【A】</w:t>' * n}</w:r>"), ""),
    "emptied texts of a run that stays": lambda n: (p(f"<w:r>{'<w:t>【A】</w:t>' * n}<w:tab/></w:r>"), ""),
    "emptied runs of a part with a comment": lambda n: ("<!-- c -->" + p(r("【") + r("A】")) * n, "x"),
    "properties of an emptied run": lambda n: (p(r("【A】", "<w:b/>" * n)), ""),
}


@pytest.mark.parametrize("thing", JOBS)
def test_doubling_it_at_most_doubles_the_work(tmp_path: Path, thing: str) -> None:
    steps, doubled = (
        steps_of(partial(_fill_and_prove, tmp_path, *JOBS[thing](count))) for count in (150, 300)
    )
    assert doubled <= MOST_GROWTH * steps


def _fill_and_prove(folder: Path, body: str, value: str) -> None:
    finish(folder, docx(body), {"A": value}, lines="paragraphs").proof()
