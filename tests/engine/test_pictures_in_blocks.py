"""Pictures and check boxes in copies of blocks: a picture for each item of a list, in the item's scope."""

import re
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import ExitCode, InvalidArgument, ResultRefused
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect
from docops_flask.engine.reports.replace_log import ReplaceLog
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, tbl, tc, tr
from tests.pictures import in_base64, placeholder_picture, png

MAIN = "word/document.xml"
ROWS = docx(
    tbl(tr(tc("name"), tc("photo")), tr(tc("【#people】【name】"), tc("【@photo 10mm】【/people】")))
    + p("【@seal 20mm】")
)


def _picture(shade: int) -> dict[str, str]:
    return {"png": in_base64(png(20, 10, color=(shade, shade, shade)))}


PEOPLE = [
    {"name": "a", "photo": _picture(1)},
    {"name": "b", "photo": _picture(2)},
    {"name": "c", "photo": _picture(1)},
]


def _links(done: OpenRun, part: str = MAIN) -> list[str]:
    return re.findall(r'<a:blip r:embed="(\w+)"', done.part(part).decode())


def _ids(done: OpenRun, part: str = MAIN) -> list[str]:
    return re.findall(r'<wp:docPr id="(\d+)"', done.part(part).decode())


def _is_intact(done: OpenRun) -> bool:
    proof = done.json("out.integrity.json")
    return bool(proof["verdict"] == "intact" and proof["exactness"] == "bytes")


def test_a_picture_for_each_row(tmp_path: Path) -> None:
    done = run_open(tmp_path, ROWS, {"people": PEOPLE, "seal": _picture(3)})
    assert _links(done) == ["rId1", "rId2", "rId1", "rId3"]
    assert _ids(done) == ["1", "2", "3", "4"]
    log = done.json("out.replace_log.json")
    pictures = [each for each in log["entries"] if "picture" in each]
    assert [each["payload_path"] for each in pictures] == [
        "$.people[0].photo", "$.people[1].photo", "$.people[2].photo", "$.seal",
    ]  # fmt: skip
    assert [each.get("copy") for each in pictures] == [[[0, 0]], [[0, 1]], [[0, 2]], None]
    assert [each["of"] for each in log["added"]["media"]] == [
        "$.people[0].photo", "$.people[1].photo", "$.seal",
    ]  # fmt: skip
    assert _is_intact(done)


@pytest.mark.parametrize(
    ("body", "payload", "count"),
    [
        (p("【#A】【@x 10mm】【/A】"), {"A": [{"x": _picture(1)}, {"x": _picture(2)}]}, 2),
        (p("【#A】【@全文.x】【/A】"), {"A": ["1", "2"], "x": _picture(1)}, 2),
        (p("【#A】") + p("【#B】【@上级.x】【/B】") + p("【/A】"),
         {"A": [{"x": _picture(1), "B": ["1", "2"]}]}, 2),
        (p("【?x】") + p("a【@x】") + p("【/x】"), {"x": _picture(1)}, 1),
        (p("【?x】") + p("a【@x】") + p("【/x】") + p("b"), {}, 0),
        (p("【#A】") + p("【@x】") + p("【T】") + p("【/A】"),
         {"A": [{"x": _picture(1), "T": "1\n2"}] * 2}, 2),
    ],
)  # fmt: skip
def test_scopes(tmp_path: Path, body: str, payload: dict[str, Any], count: int) -> None:
    done = run_open(tmp_path, docx(body), payload)
    assert len(_links(done)) == len(set(_ids(done))) == count
    assert done.result.exit_code is ExitCode.OK
    assert _is_intact(done)


def test_placeholder_pictures_in_copies(tmp_path: Path) -> None:
    row = tr(tc("【#people】【name】"), tc(p(placeholder_picture("【@photo】"), "【/people】")))
    body = tbl(row, tr(tc("x"), tc("y"))) + p(placeholder_picture("【@seal】", number=9))
    done = run_open(tmp_path, docx(body), {"people": PEOPLE[:2], "seal": _picture(3)})
    assert _links(done) == ["rId1", "rId2", "rId3"]
    entries = done.json("out.replace_log.json")["entries"]
    photos = [each for each in entries if each["field_name"] == "photo"]
    assert [each["payload_path"] for each in photos] == ["$.people[0].photo", "$.people[1].photo"]
    assert [each["result_path"][-14:] for each in photos] == ["docPr[0]@descr", "docPr[1]@descr"]
    assert _is_intact(done)


def test_a_missing_and_an_optional_one(tmp_path: Path) -> None:
    body = p("【#A】") + p("【@x 10mm】") + p(placeholder_picture("【@y|可空】"), "t") + p("【/A】")
    done = run_open(tmp_path, docx(body), {"A": [{"x": _picture(1)}, {"y": _picture(2)}]})
    assert done.json("out.missing_fields.json")["missing_required"] == ["A[1].x"]
    assert len(_links(done)) == 2
    assert _is_intact(done)


def test_a_note_of_each_copy_has_its_picture(tmp_path: Path) -> None:
    note = f'<w:footnote w:id="2">{p("【@x 10mm】")}</w:footnote>'
    body = p("【#A】", '<w:r><w:footnoteReference w:id="2"/></w:r>', "【/A】")
    payload = {"A": [{"x": _picture(1)}, {"x": _picture(2)}]}
    done = run_open(tmp_path, docx(body, stories={"footnotes": note}), payload)
    assert _links(done, "word/footnotes.xml") == ["rId1", "rId2"]
    assert _is_intact(done)


def test_faults_have_the_paths_of_their_copies(tmp_path: Path) -> None:
    people = [PEOPLE[0], {"name": "b", "photo": {"png": "x"}}, {"name": "c", "photo": {"file": "c.png"}}]
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, ROWS, {"people": people})
    assert [each["path"] for each in refused.value.detail["errors"]] == [
        "$.payload.people[1].photo.png",
        "$.payload.people[2].photo.file",
    ]


def test_check_boxes(tmp_path: Path) -> None:
    payload = {"A": [{"b": True, "c": 1}, {"b": False, "c": 2}]}
    done = run_open(tmp_path, "【#A】【□b】【□c=1】；【/A】", payload)
    assert done.paragraphs() == ["☑☑；☐☐；"]
    assert _is_intact(done)


def test_the_sample_task_fills_all(tmp_path: Path) -> None:
    row = tr(tc("【#people】【=name】【□vip】"), tc(p(placeholder_picture("【@photo】"), "【/people】")))
    file = tmp_path / "t.docx"
    file.write_bytes(docx(tbl(row, tr(tc("x"), tc("y"))) + p("【@seal】")))
    payload = inspect(Job(JobKind.INSPECT, ()), file).as_dict()["sample_task"]["payload"]
    done = run_open(tmp_path, file.read_bytes(), payload)
    assert done.result.exit_code is ExitCode.OK
    assert len(_links(done)) == 3


def _exchanged(claims: dict[str, Any]) -> None:
    one, other = (
        each for each in claims["entries"] if each.get("copy") in ([[0, 0]], [[0, 1]]) and "picture" in each
    )
    one["picture"], other["picture"] = other["picture"], one["picture"]


def _another_path(claims: dict[str, Any]) -> None:
    next(each for each in claims["entries"] if "picture" in each)["payload_path"] = "$.people[1].photo"


def _another_box(claims: dict[str, Any]) -> None:
    next(each for each in claims["entries"] if each["new_text"] == "☑")["new_text"] = "☐"


@pytest.mark.parametrize("change", [_exchanged, _another_path, _another_box])
def test_the_proof_compares_with_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    plain = ReplaceLog.claims

    def claims(log: ReplaceLog) -> dict[str, Any]:
        told = plain(log)
        change(told)
        return told

    monkeypatch.setattr(ReplaceLog, "claims", claims)
    template = docx(tbl(tr(tc("【#people】【name】【□name】"), tc("【@photo 10mm】【/people】"))))
    with pytest.raises(ResultRefused):
        run_open(tmp_path, template, {"people": PEOPLE})


@pytest.mark.parametrize("is_list_in_body", [True, False])
def test_a_placeholder_picture_of_an_item_is_filled_where_one_of_its_name_outside_is_a_conflict(
    tmp_path: Path, *, is_list_in_body: bool
) -> None:
    photo = p(placeholder_picture("【@x】"))
    in_list = p("【#A】【全文.x】") + photo + p("【/A】")
    body, header = (in_list, photo) if is_list_in_body else (photo, in_list)
    payload = {"x": "text", "A": [{"x": _picture(1)}]}
    done = run_open(tmp_path, docx(body, stories={"header1": header}), payload)
    filled, left = (MAIN, "word/header1.xml") if is_list_in_body else ("word/header1.xml", MAIN)
    assert _links(done, filled) != ["rId90"] == _links(done, left)
    entries = done.json("out.replace_log.json")["entries"]
    assert [(each["part"], each["payload_path"]) for each in entries if each["status"] == "replaced"] == [
        (filled, "$.A[0].x")
    ]
    assert (f"{left}#docPr[0]@descr", "TYPE_CONFLICT") in [
        (each["paragraph_path"], each["kind"]) for each in entries if each["status"] == "unsupported"
    ]
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    assert _is_intact(done)


def test_a_picture_left_as_a_conflict_does_not_go_with_its_value(tmp_path: Path) -> None:
    photo = p(placeholder_picture("【@x】"))
    header = p("【#A】【全文.x】") + photo + p("【/A】")
    done = run_open(tmp_path, docx(photo, stories={"header1": header}), {"x": ""})
    assert _links(done) == ["rId90"]
    assert _is_intact(done)


def test_a_placeholder_picture_that_asks_for_an_outer_list_is_told_where_there_is_none(
    tmp_path: Path,
) -> None:
    photo = p(placeholder_picture("【@上级.x】"))
    body = p("【#A】") + photo + p("【/A】") + photo
    done = run_open(tmp_path, docx(body), {"x": _picture(1), "A": [{}, {}]})
    assert _links(done) == ["rId1", "rId1", "rId90"]
    assert done.kinds() == [("【@上级.x】", "SCOPE_OUTSIDE")]
    assert _is_intact(done)
