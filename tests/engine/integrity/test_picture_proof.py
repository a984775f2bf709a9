"""The proof of pictures: whatever else stands in drawing, part, relationship or log is found."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engine.integrity.job_files import MAIN, RELATIONSHIPS, Change, JobFiles, written
from tests.engine.test_check_controls import control
from tests.factories import docx, p
from tests.pictures import in_base64, placeholder_picture, png

TEMPLATE = docx(
    p("a【@A 10mm】b") + p("【@B】") + p(placeholder_picture("【@C】"), "t") + p(control("【□D】")),
    stories={"header1": p("【@A 10mm】")},
)
PAYLOAD = {
    "A": {"png": in_base64(png(20, 10)), "alt": "one"},
    "B": {"png": in_base64(png(5, 5, color=(1, 2, 3)))},
    "C": {"png": in_base64(png(20, 10)), "alt": "two"},
    "D": True,
}


@pytest.fixture
def job(tmp_path: Path) -> JobFiles:
    return JobFiles(tmp_path, TEMPLATE, PAYLOAD)


def test_an_unchanged_job_is_intact(job: JobFiles) -> None:
    assert job.verdict() == ("intact", "bytes")


def _entry(number: int, **members: Any) -> Change:
    return lambda job: job.log["entries"][number]["picture"].update(members)


def _other_media(job: JobFiles) -> None:
    job.members["word/media/docops1.png"] = png(20, 10, color=(9, 9, 9))


def _other_media_and_digest(job: JobFiles) -> None:
    import hashlib

    job.members["word/media/docops1.png"] = png(10, 10)
    digest = hashlib.sha256(job.members["word/media/docops1.png"]).hexdigest()
    job.log["added"]["media"][0]["sha256"] = digest


def _swapped(job: JobFiles) -> None:
    names = [f"word/media/docops{number}.png" for number in (1, 2)]
    one, other = (job.members[name] for name in names)
    job.members.update({names[0]: other, names[1]: one})


def _without_member(name: str) -> Change:
    def changed(job: JobFiles) -> None:
        del job.members[name]

    return changed


def _without_entry_picture(job: JobFiles) -> None:
    del job.log["entries"][0]["picture"]


def _box_in_log(job: JobFiles) -> None:
    next(each for each in job.log["entries"] if each["new_text"] == "☑")["new_text"] = "☐"


def _more_parts(job: JobFiles) -> None:
    job.members["word/media/more.png"] = png()


def _logged_part_twice(job: JobFiles) -> None:
    job.log["added"]["media"].append(job.log["added"]["media"][0])


MUTATIONS: Mapping[str, Change] = {
    "a wider drawing": written(MAIN, 'cx="360000"', 'cx="360001"'),
    "another id": written(MAIN, '<wp:docPr id="8"', '<wp:docPr id="9"'),
    "another text": written(MAIN, 'descr="one"', 'descr="uno"'),
    "another relationship": written(MAIN, 'r:embed="rId2"', 'r:embed="rId3"'),
    "something in the drawing": written(MAIN, "<a:avLst/>", "<a:avLst></a:avLst>"),
    "another inset": written(MAIN, "<a:fillRect/>", "<a:fillRect l='5'/>"),
    "another box": written(MAIN, '<wp:extent cx="1000000"', '<wp:extent cx="1000001"'),
    "another target": written(RELATIONSHIPS, "docops1.png", "docops2.png"),
    "another target in the header": written("word/_rels/header1.xml.rels", "docops1.png", "docops2.png"),
    "one more relationship": written(
        RELATIONSHIPS, "</Relationships>", '<Relationship Id="x" Type="y" Target="z"/></Relationships>'
    ),
    "one more content type": written(
        "[Content_Types].xml", "</Types>", '<Default Extension="exe" ContentType="a/b"/></Types>'
    ),
    "another state of a check box": written(MAIN, 'checked w14:val="1"/>', 'checked w14:val="0"/>'),
    "another character of a check box": written(MAIN, 'w:char="F0FE"', 'w:char="F06F"'),
    "another box in the log": _box_in_log,
    "other pixels": _other_media,
    "another picture and its digest": _other_media_and_digest,
    "two pictures exchanged": _swapped,
    "one more part": _more_parts,
    "a part logged twice": _logged_part_twice,
    "another size in the log": _entry(0, width_emu=360_001),
    "another part in the log": _entry(0, part="word/media/docops2.png"),
    "another text in the log": _entry(0, alt="uno"),
    "an unknown part in the log": _entry(0, part="word/media/docops9.png"),
    "no picture in the log": _without_entry_picture,
    "no parts in the log": lambda job: job.log.pop("added"),
    "another digest in the log": lambda job: job.log["added"]["media"][0].update(sha256="0" * 64),
    "no part": _without_member("word/media/docops2.png"),
    "no relationships of the header": _without_member("word/_rels/header1.xml.rels"),
}  # fmt: skip


@pytest.mark.parametrize("change", MUTATIONS.values(), ids=MUTATIONS)
def test_mutations_are_found(job: JobFiles, change: Change) -> None:
    change(job)
    assert job.verdict()[0] == "violated"


def test_members_of_the_log_have_their_types(job: JobFiles) -> None:
    from docops_flask.engine.errors import InvalidArgument

    job.log["entries"][0]["picture"]["width_emu"] = "1"
    with pytest.raises(InvalidArgument) as refused:
        job.verdict()
    assert refused.value.detail["path"] == "$.entries[0].picture.width_emu"
