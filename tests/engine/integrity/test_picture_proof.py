"""The proof of pictures: whatever else stands in drawing, part, relationship or log is found."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.integrity.verification import Evidence, verify
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from tests.engine.open_jobs import run_open
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
MAIN, RELATIONSHIPS = "word/document.xml", "word/_rels/document.xml.rels"


class Job:
    """A finished job whose files may be changed before they are verified."""

    def __init__(
        self, folder: Path, template: bytes = TEMPLATE, payload: Mapping[str, Any] = PAYLOAD
    ) -> None:
        (folder / "job").mkdir()
        done = run_open(folder / "job", template, payload)
        self._template = template
        self._folder = folder
        self.log: Any = done.json("out.replace_log.json")
        self._report = done.files["out.format_report.json"]
        with zipfile.ZipFile(io.BytesIO(done.files["out.docx"])) as archive:
            self.infos = archive.infolist()
            self.members: dict[str, bytes] = {each.filename: archive.read(each) for each in self.infos}

    def verdict(self) -> tuple[str, str]:
        files = [self._folder / name for name in ("d.docx", "log.json", "report.json", "t.docx")]
        infos = {each.filename: each for each in self.infos}
        with zipfile.ZipFile(files[0], "w") as archive:
            for name, content in self.members.items():
                info = infos.get(name) or zipfile.ZipInfo(name)
                archive.writestr(info, content, info.compress_type)
        files[1].write_text(json.dumps(self.log), encoding="utf-8")
        files[2].write_bytes(self._report)
        files[3].write_bytes(self._template)
        package = Package(files[3], Limits())
        try:
            found = verify(package, Evidence(*files[:3]), Limits())
        finally:
            package.close()
        return found.verdict, found.exactness


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def test_an_unchanged_job_is_intact(job: Job) -> None:
    assert job.verdict() == ("intact", "bytes")


def _replaced(name: str, old: bytes, new: bytes) -> Callable[[Job], None]:
    def change(job: Job) -> None:
        assert old in job.members[name]
        job.members[name] = job.members[name].replace(old, new, 1)

    return change


def _entry(number: int, **members: Any) -> Callable[[Job], None]:
    return lambda job: job.log["entries"][number]["picture"].update(members)


def _other_media(job: Job) -> None:
    job.members["word/media/docops1.png"] = png(20, 10, color=(9, 9, 9))


def _other_media_and_digest(job: Job) -> None:
    import hashlib

    job.members["word/media/docops1.png"] = png(10, 10)
    digest = hashlib.sha256(job.members["word/media/docops1.png"]).hexdigest()
    job.log["added"]["media"][0]["sha256"] = digest


def _swapped(job: Job) -> None:
    names = [f"word/media/docops{number}.png" for number in (1, 2)]
    one, other = (job.members[name] for name in names)
    job.members.update({names[0]: other, names[1]: one})


def _without_member(name: str) -> Callable[[Job], None]:
    def changed(job: Job) -> None:
        del job.members[name]

    return changed


def _without_entry_picture(job: Job) -> None:
    del job.log["entries"][0]["picture"]


def _box_in_log(job: Job) -> None:
    next(each for each in job.log["entries"] if each["new_text"] == "☑")["new_text"] = "☐"


def _more_parts(job: Job) -> None:
    job.members["word/media/more.png"] = png()


def _logged_part_twice(job: Job) -> None:
    job.log["added"]["media"].append(job.log["added"]["media"][0])


MUTATIONS: Mapping[str, Callable[[Job], None]] = {
    "a wider drawing": _replaced(MAIN, b'cx="360000"', b'cx="360001"'),
    "another id": _replaced(MAIN, b'<wp:docPr id="8"', b'<wp:docPr id="9"'),
    "another text": _replaced(MAIN, b'descr="one"', b'descr="uno"'),
    "another relationship": _replaced(MAIN, b'r:embed="rId2"', b'r:embed="rId3"'),
    "something in the drawing": _replaced(MAIN, b"<a:avLst/>", b"<a:avLst></a:avLst>"),
    "another inset": _replaced(MAIN, b"<a:fillRect/>", b"<a:fillRect l='5'/>"),
    "another box": _replaced(MAIN, b'<wp:extent cx="1000000"', b'<wp:extent cx="1000001"'),
    "another target": _replaced(RELATIONSHIPS, b"docops1.png", b"docops2.png"),
    "another target in the header": _replaced("word/_rels/header1.xml.rels", b"docops1.png", b"docops2.png"),
    "one more relationship": _replaced(
        RELATIONSHIPS, b"</Relationships>", b'<Relationship Id="x" Type="y" Target="z"/></Relationships>'
    ),
    "one more content type": _replaced(
        "[Content_Types].xml", b"</Types>", b'<Default Extension="exe" ContentType="a/b"/></Types>'
    ),
    "another state of a check box": _replaced(MAIN, b'checked w14:val="1"/>', b'checked w14:val="0"/>'),
    "another character of a check box": _replaced(MAIN, b'w:char="F0FE"', b'w:char="F06F"'),
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
def test_mutations_are_found(job: Job, change: Callable[[Job], None]) -> None:
    change(job)
    assert job.verdict()[0] == "violated"


def test_members_of_the_log_have_their_types(job: Job) -> None:
    from docops_flask.engine.errors import InvalidArgument

    job.log["entries"][0]["picture"]["width_emu"] = "1"
    with pytest.raises(InvalidArgument) as refused:
        job.verdict()
    assert refused.value.detail["path"] == "$.entries[0].picture.width_emu"
