"""The proof by bytes: every byte of a result is the template's or in the log."""

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.policy.policy import HouseStyle, Policy, RoleRules, Rule
from tests.engine.integrity.finished_job import STRICT, FinishedJob, finish, rewritten
from tests.factories import W, docx, p, r, story, tbl, tc, textbox, tr

# Sizes are only repaired under a policy with rules for roles; this one has none for the paragraphs here.
REPAIRING = Policy(
    line_spacing_twips=560,
    first_line_indent_twips=640,
    run_size_pt=16,
    house_style=HouseStyle(roles={"title": RoleRules(size_pt=Rule(22))}),
)
BODY = (
    p(
        r("one 【A】 two", '<w:sz w:val="20"/>'),
        properties='<w:spacing w:line="300"/><w:jc w:val="both"/><w:ind w:left="1" w:hanging="2"/>',
    )
    + tbl(tr(tc("cell"), tc("【B】", properties='<w:gridSpan w:val="2"/>'), tc("last")))
    + p(
        r("【", '<w:b/><w:sz w:val="21"/>'),
        r("A"),
        r("】"),
        properties='<w:spacing w:before="20" w:line="320"/><w:ind w:firstLine="0"/>',
    )
    + p("untouched")
)
VALUES = {"A": "first\nsecond ", "B": "<value> & 值"}


@pytest.fixture
def job(tmp_path: Path) -> FinishedJob:
    content = docx(BODY, stories={"header1": p("head 【A】")}, extra={"word/media/a.png": b"picture"})
    return finish(tmp_path, content, VALUES)


@pytest.fixture
def repaired(tmp_path: Path) -> FinishedJob:
    folder = tmp_path / "repaired"
    folder.mkdir()
    return finish(folder, docx(BODY), VALUES, STRICT, REPAIRING)


def outcome(job: FinishedJob) -> tuple[str, str]:
    proof = job.proof()
    return proof.verdict, proof.exactness


def test_a_result_is_intact_to_the_byte(job: FinishedJob, repaired: FinishedJob) -> None:
    for each in (job, repaired):
        assert (each.integrity["verdict"], each.integrity["exactness"]) == ("intact", "bytes")
        assert outcome(each) == ("intact", "bytes")
    assert list(job.integrity)[:2] == ["verdict", "exactness"]


def test_entries_are_counted_by_part(job: FinishedJob, repaired: FinishedJob) -> None:
    counted = {each["name"]: each["replacements"] for each in job.integrity["parts"] if each["changed"]}
    assert counted == {"word/document.xml": 3, "word/header1.xml": 1}
    (part,) = (each for each in repaired.integrity["parts"] if each["changed"])
    assert part["fixes"] == len(repaired.report["summary"]["fix_changes"]) > 4


@pytest.mark.parametrize(
    "name", ["word/document.xml", "word/header1.xml", "[Content_Types].xml", "word/media/a.png"]
)
def test_no_byte_may_be_another(job: FinishedJob, name: str) -> None:
    content = job.part(name).encode()
    chance = random.Random(3)
    for at in chance.sample(range(len(content)), min(60, len(content))):
        other = bytes([content[at] ^ chance.randrange(1, 256)])
        for changed in (
            content[:at] + other + content[at + 1 :],
            content[:at] + content[at + 1 :],
            content[:at] + other + content[at:],
        ):
            if changed != content:
                assert job.with_part(changed, name).proof_by_bytes() is None, at


# What the canonical form does not tell, in a part that entries speak of.
SAME_CANONICALLY = {
    "white space between attributes": (
        '<w:ind w:left="1" w:hanging="2"/>', '<w:ind w:left="1"  w:hanging="2"/>',
    ),
    "white space before a tag's end": ("<w:tblGrid/>", "<w:tblGrid />"),
    "the order of attributes": ('<w:ind w:left="1" w:hanging="2"/>', '<w:ind w:hanging="2" w:left="1"/>'),
    "quotes": ('w:val="both"', "w:val='both'"),
    "the two forms of an empty element": ("<w:tblGrid/>", "<w:tblGrid></w:tblGrid>"),
    "CDATA instead of text": (">untouched<", "><![CDATA[untouched]]><"),
    "a reference instead of a character": (">untouched<", ">&#117;ntouched<"),
    "a character instead of a reference": ("&gt;", ">"),
    "another form of a reference": ("&amp;", "&#38;"),
    "a declaration said twice": ("<w:tblGrid/>", f'<w:tblGrid xmlns:w="{W}"/>'),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), SAME_CANONICALLY.values(), ids=SAME_CANONICALLY)
def test_what_canonical_forms_do_not_tell_is_seen_and_said(job: FinishedJob, old: str, new: str) -> None:
    saved_again = job.edited(old, new)
    assert saved_again.proof_by_bytes() is None
    assert outcome(saved_again) == ("intact", "canonical")


# What Canonical XML tells as well.
DIFFERENT = {
    "a character of the template": ("one ", "One "),
    "a character of a value": ("first", "First"),
    "a prefix renamed": ("<w:tblGrid/>", f'<x:tblGrid xmlns:x="{W}"/>'),
    "a namespace declared": ("<w:tblGrid/>", '<w:tblGrid xmlns:x="urn:x"/>'),
    "white space between elements": ("<w:tblGrid/>", "<w:tblGrid/> "),
    "a comment": ("<w:tblGrid/>", "<w:tblGrid/><!-- x -->"),
    "an instruction": ("<w:tblGrid/>", "<w:tblGrid/><?x?>"),
    "a break less": ("<w:br/>", ""),
    "xml:space less": (' xml:space="preserve"', ""),
    "a property": ('<w:gridSpan w:val="2"/>', '<w:gridSpan w:val="3"/>'),
}


@pytest.mark.parametrize(("old", "new"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_difference_is_found_by_bytes_and_canonically(job: FinishedJob, old: str, new: str) -> None:
    tampered = job.edited(old, new)
    assert tampered.proof_by_bytes() is None
    assert outcome(tampered) == ("violated", "canonical")


def test_a_document_saved_by_another_program_is_intact_canonically(job: FinishedJob) -> None:
    from lxml import etree

    changed = job
    for name in ("word/document.xml", "word/header1.xml"):
        root = etree.fromstring(job.part(name).encode())
        content = etree.tostring(root.getroottree(), encoding="UTF-8", standalone=True)
        changed = changed.with_part(content, name)
    assert changed.document != job.document
    assert outcome(changed) == ("intact", "canonical")


def test_a_part_that_no_entry_speaks_of_must_have_its_bytes(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p("【A】"), stories={"header1": p("head")}), {"A": "x"})
    tampered = job.edited("<w:p>", "<w:p >", "word/header1.xml")
    assert tampered.proof_by_bytes() is None
    assert outcome(tampered) == ("violated", "canonical")


MEMBERS: dict[str, Callable[[list[tuple[zipfile.ZipInfo, bytes]]], list[tuple[zipfile.ZipInfo, bytes]]]] = {
    "one less": lambda members: members[:-1],
    "one more": lambda members: [*members, (zipfile.ZipInfo("word/x.xml"), b"<x/>")],
    "one twice under another name": lambda members: [
        *members,
        (zipfile.ZipInfo("word/copy.png"), members[-1][1]),
    ],
    "another order": lambda members: [*members[1:], members[0]],
    "two exchanged": lambda members: [*members[:-2], members[-1], members[-2]],
    "the first two exchanged": lambda members: [members[1], members[0], *members[2:]],
}


@pytest.mark.parametrize("change", MEMBERS.values(), ids=MEMBERS)
def test_members_are_those_of_the_template_in_its_order(
    job: FinishedJob,
    change: Callable[[list[tuple[zipfile.ZipInfo, bytes]]], list[tuple[zipfile.ZipInfo, bytes]]],
) -> None:
    with zipfile.ZipFile(io.BytesIO(job.document)) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for info, content in change(members):
            target.writestr(info, content)
    tampered = replace(job, document=buffer.getvalue())
    assert tampered.proof_by_bytes() is None
    assert outcome(tampered)[0] == "violated"


# What an entry of the log says, and what it may not say: the first one is for p0, "one 【A】 two".
CLAIMS: dict[str, dict[str, Any]] = {
    "another value": {"new_text": "first\nsecond"},
    "another kind of mark": {"new_text": "first\tsecond "},
    "another start": {"start": 3},
    "a start behind": {"start": 5},
    "a start before the text": {"start": -3, "end": 0},
    "another end": {"end": 8},
    "an end far beyond the text": {"end": 1008},
    "an end before the start": {"end": 3},
    "another run": {"run_id": "p0:r1"},
    "a run of another paragraph": {"run_id": "p1:r0"},
    "a run with leading zeros": {"run_id": "p0:r00"},
    "a run of another path of the same length": {"run_id": "p9:r0"},
    "another paragraph": {"paragraph_path": "p2", "run_id": "p2:r0"},
    "a cell that is none": {"paragraph_path": "t0.r0.c2.p0", "run_id": "t0.r0.c2.p0:r0"},
    "a cell by its number instead of its column": {
        "paragraph_path": "t0.r0.c3.p1",
        "run_id": "t0.r0.c3.p1:r0",
    },
    "a story that is none": {"paragraph_path": "header9/p0", "run_id": "header9/p0:r0"},
    "another name": {"field_name": "B"},
    "another name and text": {"field_name": "B", "original_text": "【B】"},
    "a text that is no placeholder": {"original_text": "one", "start": 0, "end": 3},
    "a name with other letters": {"field_name": "a", "original_text": "【a】"},
    "a name of digits": {"field_name": "1", "original_text": "【1】"},
    "a character that XML cannot hold": {"new_text": "\x01"},
    "half a character": {"new_text": "\ud800"},
    "itself as its mirror": {"mirrored_at": ["p0"]},
    "a mirror that has another text": {"mirrored_at": ["p3"]},
    "a mirror that is none": {"mirrored_at": ["textbox0.fallback/p0"]},
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_an_entry_that_says_anything_else_does_not_pass(job: FinishedJob, claim: dict[str, Any]) -> None:
    entry = next(each for each in job.log["entries"] if each["paragraph_path"] == "p0")
    assert {name: entry.get(name) for name in claim} != claim
    entry.update(claim)
    assert job.proof_by_bytes() is None
    assert job.proof().verdict == "violated"


def test_an_entry_of_two_in_one_paragraph_may_not_lie_either(tmp_path: Path) -> None:
    for claim in CLAIMS.values():
        job = finish(tmp_path, docx(p("one 【A】 two 【B】") + BODY), VALUES)
        job.log["entries"][0].update(claim)
        assert job.proof_by_bytes() is None, claim
        assert job.proof().verdict == "violated", claim


@pytest.mark.parametrize("number", range(4))
def test_every_entry_is_needed_and_none_twice(job: FinishedJob, number: int) -> None:
    entries = job.log["entries"]
    less = {**job.log, "entries": entries[:number] + entries[number + 1 :]}
    twice = {**job.log, "entries": [*entries, entries[number]]}
    for log in (less, twice):
        tampered = replace(job, log=log)
        assert tampered.proof_by_bytes() is None
        assert tampered.proof().verdict == "violated"


def test_entries_that_overlap_do_not_pass(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p("【A】【B】")), {"A": "x", "B": "y"})
    first, second = job.log["entries"]
    for claim in ({"start": 2, "end": 5}, {"start": first["start"], "end": first["end"]}):
        tampered = replace(job, log={"entries": [first, {**second, **claim}]})
        assert tampered.proof_by_bytes() is None
        assert tampered.proof().verdict == "violated"


def test_the_order_of_entries_in_different_paragraphs_does_not_matter(job: FinishedJob) -> None:
    job.log["entries"].sort(key=lambda entry: entry["paragraph_path"], reverse=True)
    assert outcome(job) == ("intact", "bytes")


FIXES: dict[str, dict[str, Any]] = {
    "another value after": {"after": {"line": "561"}},
    "another value before": {"before": {"line": "240"}},
    "one attribute more": {"after": {"line": "560", "lineRule": "auto"}},
    "another paragraph": {"paragraph_path": "p3"},
    "a paragraph that is none": {"paragraph_path": "p77"},
    "another element": {"element": "ind"},
    "an element of runs": {"element": "sz"},
    "a run": {"run_id": "p0:r0"},
    "no name": {"after": {"a b": "1"}},
    "markup as a name": {"after": {'line="1" w:x': "1"}},
    "a value that XML cannot hold": {"after": {"line": "\x01"}},
}


@pytest.mark.parametrize("claim", FIXES.values(), ids=FIXES)
def test_a_fix_that_says_anything_else_does_not_pass(repaired: FinishedJob, claim: dict[str, Any]) -> None:
    change = next(
        each
        for each in repaired.report["summary"]["fix_changes"]
        if (each["paragraph_path"], each["element"]) == ("p0", "spacing")
    )
    assert {name: change.get(name) for name in claim} != claim
    change.update(claim)
    assert repaired.proof_by_bytes() is None
    assert repaired.proof().verdict == "violated"


def test_every_fix_is_needed_and_none_twice(repaired: FinishedJob) -> None:
    changes = repaired.report["summary"]["fix_changes"]
    for number, change in enumerate(changes):
        for made in (changes[:number] + changes[number + 1 :], [*changes, change]):
            tampered = replace(repaired, report={"summary": {"fix_changes": made}})
            assert tampered.proof_by_bytes() is None
            assert tampered.proof().verdict == "violated"


PLAIN = story("document", f"<w:body>{BODY}<w:sectPr/></w:body>")


def default_namespace(content: str) -> str:
    bare = content.replace("<w:", "<").replace("</w:", "</")
    return bare.replace(f'xmlns:w="{W}"', f'xmlns="{W}" xmlns:w="{W}"')


WRITTEN: dict[str, str] = {
    "as usual": PLAIN,
    "with another prefix": PLAIN.replace("xmlns:w=", "xmlns:x=").replace("<w:", "<x:").replace("</w:", "</x:")
    .replace(" w:", " x:"),
    "in the default namespace": default_namespace(PLAIN),
    "in the default namespace alone": default_namespace(PLAIN).replace(f' xmlns:w="{W}"', "")
    .replace(" w:", " "),
    "in both": PLAIN.replace(f'xmlns:w="{W}"', f'xmlns:w="{W}" xmlns="{W}"'),
    "with two prefixes": PLAIN.replace(f'xmlns:w="{W}"', f'xmlns:w="{W}" xmlns:y="{W}"')
    .replace("<w:jc w:", "<y:jc y:").replace("<w:ind w:left", "<w:ind y:left"),
    "with the prefix bound anew": PLAIN.replace("<w:tbl>", f'<w:tbl xmlns:w="{W}" xmlns:q="urn:q">'),
    "with the prefix bound to something else": PLAIN.replace(
        "<w:tbl>", '<w:p xmlns:w="urn:x"><w:r><w:t>【A】</w:t></w:r></w:p><w:tbl>'
    ),
    "with comments": PLAIN.replace("<w:tbl>", "<!-- <w:p>【A】 --><w:tbl><!-- </w:tbl> -->").replace(
        "<w:jc", "<!-- x --><w:jc"
    ),
    "with comments in placeholders": PLAIN.replace("【A】 two", "【<!-- c -->A】<?i?> two"),
    "with comments around the root": PLAIN.replace("<w:document", "<!-- a --><w:document") + "<!-- z -->\n",
    "with instructions": PLAIN.replace("<w:tbl>", "<?x <w:p>?><w:tbl>"),
    "with CDATA": PLAIN.replace("one 【A】 two", "one <![CDATA[【A】 & two]]>")
    .replace("【B】", "<![CDATA[【B】]]>"),
    "with references": PLAIN.replace("【A】 two", "&#12304;A&#x3011; &lt;two&gt;"),
    "with blanks in tags": PLAIN.replace("<w:p>", "<w:p\n>").replace("</w:p>", "</w:p >")
    .replace("<w:t ", "<w:t\t").replace("<w:jc w:", "<w:jc\n  w:").replace("<w:r>", "<w:r\r\n>"),
    "with carriage returns": PLAIN.replace("><", ">\r\n<").replace("one 【", "one\r\n【"),
    "laid out": PLAIN.replace("><", ">\n  <"),
    "with single quotes": PLAIN.replace('"both"', "'both'").replace('"preserve"', "'preserve'"),
    "with markup in attributes": PLAIN.replace("<w:p>", "<w:p w:x='>\"'>").replace("<w:t ", '<w:t w:y="a>b" ')
    .replace("<w:r>", "<w:r w:z='/>'>"),
    "with declarations in texts": PLAIN.replace(
        "one 【", " xmlns:q=\"\" xmlns:w='urn:x' xmlns:{{p}}=\"1\" xmlns:y=\"&amp;\" 【"
    ).replace("<w:tbl>", '<w:bookmarkEnd xmlns:z="urn:z"/><w:tbl>'),
    "with declarations in attributes": PLAIN.replace("<w:p>", """<w:p w:x=' xmlns:q="" xmlns:w="urn:x"'>"""),
    "with references in a namespace name": PLAIN.replace("<w:tbl>", '<w:tbl xmlns:q="urn:a&amp;b">'),
    "with private characters": PLAIN.replace("one 【", "\U000f0000\U00100000 【"),
    "with private characters in odd tags": PLAIN.replace("<w:t ", "<w:t\n", 1).replace(
        "one 【", "\U000f0000\U00100000 【"
    ),
    "without kept white space": PLAIN.replace(' xml:space="preserve"', ""),
    "with white space that Word ignores": PLAIN.replace(' xml:space="preserve">', ">\n  ")
    .replace("</w:t>", " </w:t>"),
    "with a byte order mark": "\ufeff" + PLAIN,
    "with text boxes": PLAIN.replace(
        "<w:tbl>", p("around 【A】", textbox(p("in 【B】", properties="<w:jc/>"))) + "<w:tbl>"
    ),
    "with text boxes that differ": PLAIN.replace(
        "<w:tbl>", p(textbox(p("in 【B】"), fallback=(p("other 【B】"),)), "【A】") + "<w:tbl>"
    ),
    "with text boxes of one branch": PLAIN.replace(
        "<w:tbl>",
        p(f"<w:r><w:pict><w:txbxContent>{p('【B】')}</w:txbxContent></w:pict></w:r>", r("【A】")) + "<w:tbl>",
    ),
    "with rows outside tables": PLAIN.replace(
        "<w:tbl>", f"<w:customXml>{tr(tc('【A】'))}</w:customXml><w:tbl>"
    ),
    "with tracked properties": PLAIN.replace(
        "</w:pPr>", "<w:pPrChange><w:pPr><w:spacing w:line='1'/></w:pPr></w:pPrChange></w:pPr>", 1
    ).replace(
        "<w:sectPr/>",
        "<w:sectPr><w:pgSz w:w='9'/><w:sectPrChange><w:sectPr><w:pgSz w:w='1'/></w:sectPr></w:sectPrChange>"
        "</w:sectPr>",
    ).replace("<w:tblPr/>", "<w:tblPr><w:tblPrChange><w:tblPr/></w:tblPrChange></w:tblPr>"),
}  # fmt: skip


@pytest.mark.parametrize("how", WRITTEN)
@pytest.mark.parametrize("repair", [False, True])
def test_a_result_is_proved_to_the_byte_however_its_template_is_written(
    tmp_path: Path, how: str, repair: bool
) -> None:
    template = docx("", extra={"word/document.xml": WRITTEN[how].encode()})
    job = finish(tmp_path, template, VALUES, *((STRICT, REPAIRING) if repair else ()))
    assert outcome(job) == ("intact", "bytes")
    assert job.log["summary"]["replaced_count"] >= 2
    # There w:line and the like are in no namespace, so the document states no value of its own.
    states = how != "in the default namespace alone"
    assert bool(job.report["summary"]["fix_changes"]) is (repair and states)
    for name in ("p0", "t0.r0.c1.p0"):
        assert any(each["paragraph_path"] == name for each in job.log["entries"])
    # Nothing else is another: a changed byte is found.
    assert job.edited("untouched", "untouchee").proof_by_bytes() is None


ENCODINGS = [
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32-le",
    "utf-32-be",
    "iso-8859-1",
    "gb18030",
    "us-ascii",
]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("repair", [False, True])
def test_a_part_keeps_its_encoding(tmp_path: Path, encoding: str, repair: bool) -> None:
    named = encoding.removesuffix("-le").removesuffix("-be")
    text = PLAIN.replace('encoding="UTF-8"', f'encoding="{named.upper()}"')
    # libxml2 wants a mark before UTF-16 and none before UTF-32.
    mark = "\ufeff" if encoding.startswith("utf-16-") else ""
    content = (mark + text).encode(encoding, "xmlcharrefreplace")
    template = docx("", extra={"word/document.xml": content})
    job = finish(tmp_path, template, VALUES, *((STRICT, REPAIRING) if repair else ()))
    assert outcome(job) == ("intact", "bytes")
    with zipfile.ZipFile(io.BytesIO(job.document)) as archive:
        written = archive.read("word/document.xml")
    decoded = written.decode(encoding)
    assert decoded.startswith(mark + text[:60])
    assert decoded.encode(encoding) == written
    assert "first</w:t><w:br/>" in decoded
    assert ("值" in decoded) is (encoding not in ("iso-8859-1", "us-ascii"))
    assert (
        job.with_part(written.replace(written[-20:], written[-20:] + "\n".encode(encoding))).proof_by_bytes()
        is None
    )


def test_several_changes_of_a_repaired_result_are_found_one_by_one(repaired: FinishedJob) -> None:
    for old, new in [
        (' w:line="560"', ""),
        ('w:line="560"', 'w:line="561"'),
        ('<w:spacing w:line="560"/>', '<w:spacing w:line="560"></w:spacing>'),
        ('<w:sz w:val="32"/>', '<w:sz  w:val="32"/>'),
        ('<w:sz w:val="32"/>', ""),
    ]:
        assert repaired.edited(old, new).proof_by_bytes() is None


def test_a_member_that_is_written_anew_with_the_same_content_is_the_same(job: FinishedJob) -> None:
    again = replace(job, document=rewritten(job.document, {}))
    assert outcome(again) == ("intact", "bytes")
