"""Reviewer's copies in LibreOffice: comments stand at their ranges, changes are accepted and rejected."""

import os
from pathlib import Path

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options, Review
from docops_flask.engine.pipeline import run_to_folder
from docops_flask.engine.skills.skill import Field, Skill
from tests.conftest import require
from tests.corpus.libreoffice import texts_of
from tests.corpus.placeholders import with_placeholders
from tests.corpus.test_corpus import REFUSED
from tests.engine.review.jobs import STRICT, letter, make, policy
from tests.oracle.libreoffice_reading import can_read, read_reviews

_LABEL = Bilingual("", "")
# Every so many-th document of the corpus; `make review-corpus` takes all.
_KINDS: tuple[Review, ...] = ("comments", "tracked")
_EVERY = 1 if os.environ.get("DOCOPS_TESTS_REVIEW_CORPUS") == "all" else 14


def test_libreoffice_shows_comments_at_their_ranges_and_accepts_and_rejects_all_changes(
    tmp_path: Path,
) -> None:
    require(can_read(), "LibreOffice and its Python are not installed")
    _, commented = make(tmp_path / "comments", letter())
    _, tracked = make(tmp_path / "tracked", letter(), review="tracked")
    _, unfixed = make(
        tmp_path / "unfixed", letter(), review=None, options=STRICT._replace(format_fix_mode="none")
    )
    files = {
        "comments": commented["out.review.docx"],
        "tracked": tracked["out.review.docx"],
        "out": tracked["out.docx"],
        "unfixed": unfixed["out.docx"],
    }
    for name, content in files.items():
        (tmp_path / f"{name}.docx").write_bytes(content)

    paths = [tmp_path / f"{name}.docx" for name in files]
    read = {path.stem: found for path, found in read_reviews(paths, tmp_path / "office").items()}

    assert set(read) == set(files)
    comments = read["comments"]["comments"]
    assert {author for author, _, _ in comments} == {"DocOps"}
    assert [(text.split("\n")[0], range_) for _, text, range_ in comments if "【" in text] == [
        ("未填写：来源 【来源】", "附注1"),
        ("未填写：部门 【部门】", "请【部门】准备材料。"),
    ]
    title = [text for _, text, range_ in comments if range_ == "关于召开会议的通知"]
    assert any("条款：GB/T 9704-2012" in text for text in title)
    assert read["comments"]["paragraphs"] == read["out"]["paragraphs"]
    assert {author for _, author in read["tracked"]["changes"]} == {"DocOps"}
    assert len(read["tracked"]["changes"]) == 2
    assert read["tracked"]["accepted"] == read["out"]["paragraphs"]
    assert read["tracked"]["rejected"] == read["unfixed"]["paragraphs"]
    assert read["tracked"]["rejected"] != read["tracked"]["accepted"]


def test_copies_of_real_documents_are_proved_and_opened(
    corpus: list[Path], soffice: str, tmp_path: Path
) -> None:
    copies = []
    for number, path in enumerate(path for path in corpus[::_EVERY] if path.stem not in REFUSED):
        folder = tmp_path / str(number)
        folder.mkdir()
        for kind in _KINDS if _EVERY == 1 else _KINDS[number % 2 :][:1]:
            # A copy that is not proved is an error of the run.
            if _copy(path, folder, kind):
                copy = tmp_path / f"{number}-{kind}.docx"
                copy.write_bytes((folder / "out.review.docx").read_bytes())
                copies.append(copy)

    read = texts_of(soffice, copies, tmp_path / "office")

    assert len(copies) >= (12 if _EVERY > 1 else 200)
    assert [each.name for each in copies if each.stem not in read] == []


def _copy(path: Path, folder: Path, kind: Review) -> bool:
    """Make a copy of a document that is filled with its own words; say whether there is one."""
    template, values = with_placeholders(path.read_bytes())
    (folder / "template.docx").write_bytes(template)
    fields = tuple(Field(name.lower(), _LABEL, "text", False, name, "", _LABEL) for name in values)
    skill = Skill("corpus", _LABEL, _LABEL, fields)
    payload = {name.lower(): word for name, word in values.items()}
    options: Options = STRICT._replace(review=kind)
    try:
        run_to_folder(
            Job(JobKind.RUN, (skill,), skill, payload, options, policy()), folder / "template.docx", folder
        )
    except InvalidArgument:
        # Of its own it has tracked changes where repairs are made.
        assert kind == "tracked"
        return False
    return True
