"""The proof of the reviewer's copy: whatever is changed in a copy, or claimed of it, is found."""

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from docops_flask.engine.errors import ResultRefused
from docops_flask.engine.integrity.review import CommentClaim, prove_comments
from docops_flask.engine.integrity.review_changes import ChangeClaim, prove_changes
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.options import Options
from docops_flask.engine.review import comments, tracked
from tests.engine.integrity.finished_job import rewritten
from tests.engine.open_jobs import run_open
from tests.engine.review.jobs import STRICT, letter, make, parts
from tests.factories import docx, p, r

LIMITS = Limits()
_BODY, _COMMENTS = "word/document.xml", "word/comments.xml"
_TYPES, _RELATIONSHIPS = "[Content_Types].xml", "word/_rels/document.xml.rels"
_OWN = f'<w:comment w:id="1" w:author="Ms Li"><w:p>{r("请核对")}</w:p></w:comment>'


class Commented:
    """A document and its copy with comments, with what the copy is said to have."""

    def __init__(self, folder: Path, template: bytes) -> None:
        _, files = make(folder, template)
        self.document, self.copy = files["out.docx"], files["out.review.docx"]
        texts = parts(self.copy)[_COMMENTS].decode()
        body = parts(self.copy)[_BODY].decode()
        self.claims = []
        for number, said in re.findall(
            r'<w:comment w:id="(\d+)" w:author="DocOps"[^>]*>(.*?)</w:comment>', texts
        ):
            lines = [
                "".join(re.findall(r"<w:t [^>]*>(.*?)</w:t>", each)) for each in said.split("</w:p>")[:-1]
            ]
            before = body[: body.index(f'<w:commentRangeStart w:id="{number}"/>')]
            # The paragraphs of the letter outside its table; those of the copy are counted as they begin.
            outside = re.sub("<w:tbl>.*?</w:tbl>", "", before)
            path = f"p{len(re.findall('<w:p>', outside)) - 1}"
            self.claims.append(CommentClaim(int(number), path, "\n".join(lines)))

    def found(self, copy: bytes | None = None, claims: Sequence[CommentClaim] | None = None) -> set[str]:
        with closing(Package.of_bytes(self.document, LIMITS)) as package:
            findings = prove_comments(package, copy or self.copy, claims or self.claims, LIMITS)
        return {each.what for each in findings.listed}

    def changed(self, part: str, old: str, new: str) -> set[str]:
        """Return what is found when the first ``old`` in a part of the copy, a pattern, becomes ``new``."""
        content = parts(self.copy)[part].decode()
        assert re.search(old, content, re.DOTALL), (part, old)
        return self.found(rewritten(self.copy, {part: re.sub(old, new, content, count=1, flags=re.DOTALL)}))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Commented:
    return Commented(tmp_path_factory.mktemp("new"), letter())


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Commented:
    template = letter(p("end"), stories={"comments": _OWN})
    return Commented(tmp_path_factory.mktemp("extended"), template)


def test_copies_as_they_were_made_are_intact(new: Commented, extended: Commented) -> None:
    assert new.claims
    assert (new.found(), extended.found()) == (set(), set())


IN_ANY = [
    # The text of the body, a property, an element, a mark.
    (_BODY, "召开会议的通知", "召开会议通知"),
    (_BODY, 'w:val="32"', 'w:val="30"'),
    (_BODY, "<w:p><w:r><w:t[^>]*>经研究.*?</w:p>", ""),
    (_BODY, r'<w:commentRangeStart w:id="\d+"/>', ""),
    (_BODY, r'<w:commentRangeEnd w:id="\d+"/>', ""),
    (_BODY, r'<w:r><w:commentReference w:id="\d+"/></w:r>', ""),
    (_BODY, r'(<w:commentRangeStart w:id="\d+"/>)', r"\1\1"),
    (_BODY, r"(<w:r><w:commentReference)", r"<w:r><w:t>x</w:t></w:r>\1"),
    (_BODY, r'(<w:commentReference w:id="\d+"/>)', r"<w:t>x</w:t>\1"),
    # A comment of the copy: text, author, a date, one more, one less.
    (_COMMENTS, "建议修改", "需要修改"),
    (_COMMENTS, 'w:author="DocOps"', 'w:author="Ms Li"'),
    (_COMMENTS, 'w:initials="DO"', 'w:initials="DO" w:date="2026-01-01T00:00:00Z"'),
    (_COMMENTS, '(<w:t xml:space="preserve">)', r"<w:sym/>\1"),
    (_COMMENTS, r'(<w:comment w:id="\d+" w:author="DocOps".*?</w:comment>)', ""),
    (_COMMENTS, "</w:comments>", '<w:comment w:id="900" w:author="DocOps"><w:p/></w:comment></w:comments>'),
    # What nothing is said about.
    ("word/styles.xml", "仿宋", "宋体"),
    ("word/footer1.xml", "第1页", "第2页"),
]


@pytest.mark.parametrize("mutation", IN_ANY)
def test_a_changed_copy_is_found(new: Commented, extended: Commented, mutation: tuple[str, str, str]) -> None:
    assert new.changed(*mutation)
    assert extended.changed(*mutation)


@pytest.mark.parametrize(
    "mutation",
    [
        (
            _TYPES,
            '(<Override PartName="/word/comments.xml"[^>]*>)',
            r"\1" '<Default Extension="x" ContentType="y"/>',
        ),
        (_TYPES, '<Override PartName="/word/comments.xml"[^>]*>', ""),
        (_TYPES, "comments[+]xml", "footer+xml"),
        (_RELATIONSHIPS, 'Target="comments.xml"', 'Target="comments2.xml"'),
        (_RELATIONSHIPS, "relationships/comments", "relationships/footer"),
        (_RELATIONSHIPS, "</Relationships>", '<Relationship Id="x" Type="y" Target="z"/></Relationships>'),
        (_COMMENTS, "<w:comments ", '<w:comments x="y" '),
        (_COMMENTS, "</w:comments>", "<w:p/></w:comments>"),
    ],
)
def test_the_declaration_of_a_new_part_is_proved(new: Commented, mutation: tuple[str, str, str]) -> None:
    assert new.changed(*mutation)


@pytest.mark.parametrize(
    "mutation",
    [
        (_COMMENTS, "请核对", "请复核"),
        (_COMMENTS, "Ms Li", "Mr Li"),
        (_COMMENTS, '<w:comment w:id="1".*?</w:comment>', ""),
    ],
)
def test_comments_of_others_are_proved(extended: Commented, mutation: tuple[str, str, str]) -> None:
    assert extended.changed(*mutation) == {"bytes"}


def test_members_that_are_added_or_missing_are_found(new: Commented, extended: Commented) -> None:
    for copied in (new, extended):
        assert copied.found(rewritten(copied.copy, {"word/media/x.png": b"x"}))
        assert copied.found(rewritten(copied.copy, {_COMMENTS: None}))
        assert copied.found(rewritten(copied.copy, {"word/footer1.xml": None}))
        assert copied.found(b"no ZIP")


@pytest.mark.parametrize(
    "change",
    [
        lambda claim: claim._replace(text=claim.text + "x"),
        lambda claim: claim._replace(path="p4" if claim.path != "p4" else "p3"),
        lambda claim: claim._replace(path="t9.r0.c0.p0"),
        lambda claim: claim._replace(id=claim.id + 500),
    ],
)
def test_a_claim_that_is_not_true_is_found(
    new: Commented, change: Callable[[CommentClaim], CommentClaim]
) -> None:
    assert new.found(claims=[change(new.claims[0]), *new.claims[1:]])
    assert new.found(claims=new.claims[1:])


class Tracked:
    """A document, the one without fixes, and the copy with tracked changes."""

    def __init__(self, folder: Path) -> None:
        _, files = make(folder / "tracked", letter(), review="tracked")
        self.document, self.copy = files["out.docx"], files["out.review.docx"]
        options = STRICT._replace(format_fix_mode="none")
        self.unfixed = make(folder / "unfixed", letter(), review=None, options=options)[1]["out.docx"]
        run, paragraph = re.findall(r'<w:[pr]PrChange w:id="(\d+)"', parts(self.copy)[_BODY].decode())
        self.claims = [ChangeClaim(int(run), "p2", True), ChangeClaim(int(paragraph), "p3", False)]

    def found(self, copy: bytes | None = None, claims: Sequence[ChangeClaim] | None = None) -> set[str]:
        with (
            closing(Package.of_bytes(self.document, LIMITS)) as document,
            closing(Package.of_bytes(self.unfixed, LIMITS)) as unfixed,
        ):
            claims = self.claims if claims is None else claims
            findings = prove_changes(document, unfixed, copy or self.copy, claims, LIMITS)
        return {each.what for each in findings.listed}


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> Tracked:
    return Tracked(tmp_path_factory.mktemp("changes"))


def test_tracked_changes_as_they_were_made_are_intact(changes: Tracked) -> None:
    assert changes.found() == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("召开会议的通知", "召开会议通知"),
        # What a change holds, what stands around it, who made it, the change itself.
        (
            '<w:rPr><w:sz w:val="28"/></w:rPr></w:rPrChange>',
            '<w:rPr><w:sz w:val="26"/></w:rPr></w:rPrChange>',
        ),
        ('<w:rPr><w:sz w:val="28"/></w:rPr></w:rPrChange>', "<w:rPr/></w:rPrChange>"),
        ('<w:rPr><w:sz w:val="32"/><w:rPrChange', '<w:rPr><w:sz w:val="30"/><w:rPrChange'),
        ('w:author="DocOps"', 'w:author="Ms Li"'),
        ('w:author="DocOps"', 'w:author="DocOps" w:date="2026-01-01T00:00:00Z"'),
        ("<w:rPrChange.*?</w:rPrChange>", ""),
        ("<w:pPrChange.*?</w:pPrChange>", ""),
        ("(<w:rPrChange.*?</w:rPrChange>)", r"\1\1"),
        ("(<w:pPrChange.*?<w:pPr>)", r'\1<w:jc w:val="left"/>'),
        # A change more, of another id.
        (
            "(<w:p><w:r>)(<w:t[^>]*>经研究)",
            r'<w:p><w:r><w:rPr><w:rPrChange w:id="9" w:author="DocOps"><w:rPr/></w:rPrChange></w:rPr>\2',
        ),
    ],
)
def test_a_changed_tracked_copy_is_found(changes: Tracked, old: str, new: str) -> None:
    content = parts(changes.copy)[_BODY].decode()
    assert re.search(old, content)

    assert changes.found(rewritten(changes.copy, {_BODY: re.sub(old, new, content, count=1)}))


def test_other_parts_of_a_tracked_copy_are_proved(changes: Tracked) -> None:
    footer = parts(changes.copy)["word/footer1.xml"].replace("第1页".encode(), "第2页".encode())

    assert changes.found(rewritten(changes.copy, {"word/footer1.xml": footer}))
    assert changes.found(rewritten(changes.copy, {"word/x.xml": b"<x/>"}))
    assert changes.found(rewritten(changes.copy, {"word/styles.xml": None}))
    assert changes.found(b"no ZIP")


@pytest.mark.parametrize(
    "change",
    [
        lambda claim: claim._replace(path="p4"),
        lambda claim: claim._replace(id=claim.id + 500),
        lambda claim: claim._replace(is_of_run=not claim.is_of_run),
    ],
)
def test_a_change_that_is_claimed_elsewhere_is_found(
    changes: Tracked, change: Callable[[ChangeClaim], ChangeClaim]
) -> None:
    assert changes.found(claims=[change(changes.claims[0]), *changes.claims[1:]])
    assert changes.found(claims=changes.claims[1:])


def test_fixes_that_no_change_tells_of_are_found(changes: Tracked) -> None:
    # The document itself, and no claims: its repairs stand in it without a change.
    assert changes.found(changes.document, []) == {"bytes"}


def test_a_copy_that_is_not_proved_is_not_handed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "AUTHOR", "Somebody")
    with pytest.raises(ResultRefused, match="finished document"):
        make(tmp_path / "comments", letter())
    monkeypatch.setattr(tracked, "AUTHOR", "Somebody")
    with pytest.raises(ResultRefused, match="finished document"):
        make(tmp_path / "tracked", letter(), review="tracked")


def test_comments_of_the_template_are_told_in_any_spelling(tmp_path: Path) -> None:
    stories = {"comments": _OWN.replace("</w:comment>", "</w:comment\n>")}
    done = run_open(tmp_path, docx(p("【甲方】"), stories=stories), {}, Options(review="comments"))
    assert "请核对" in parts(done.files["out.review.docx"])[_COMMENTS].decode()
