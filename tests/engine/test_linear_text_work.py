"""The work is linear in anything repeated in a template or a report.

Counted is what runs, not how long. Files of some kilobytes can repeat a thing ten thousand times.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job
from docops_flask.intake.catalogue.skills import load_skills
from tests.engine.counted_steps import steps_of
from tests.factories import R, docx, p, package, r, tbl, tc, textbox, tr

SKILLS = tuple(load_skills())
SKILL = next(skill for skill in SKILLS if skill.name == "meeting_notice")
PAYLOAD = {"meeting_title": "T", "meeting_date": "D", "meeting_time": "one\ntwo\tthree", "organizer": "O"}
FIELDS = ("MEETING_TITLE", "MEETING_DATE", "MEETING_TIME", "ORGANIZER", "ATTENDEES", "NO_FIELD")
# A few steps more for the doubled thing are no loop in a loop; a loop in a loop makes nearly four.
MOST_GROWTH = 2.2


def field(number: int) -> str:
    return f"【{FIELDS[number % len(FIELDS)]}】"


def run(number: int) -> str:
    return r(field(number))


def each(count: int, make: Callable[..., Any]) -> str:
    return "".join(make(number) for number in range(count))


def paragraphs(count: int) -> str:
    return each(count, lambda number: p(run(number)))


def box(content: str) -> str:
    return (
        f"<w:pict><v:shape><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></v:shape></w:pict>"
    )


def choices(contents: Iterable[str]) -> str:
    inner = "".join(f"<mc:Choice Requires='wps'>{content}</mc:Choice>" for content in contents)
    return f"<mc:AlternateContent>{inner}</mc:AlternateContent>"


def mark(kind: str) -> str:
    return f"<w:r><w:fldChar w:fldCharType='{kind}'/></w:r>"


def wrapped(content: str, levels: int, around: str) -> str:
    """``content`` in ``levels`` elements; ``around`` is one of them, with | where its content goes."""
    before, after = around.split("|")
    return before * levels + content + after * levels


def notes(ids: list[int] | range) -> bytes:
    content = "".join(
        f"<w:footnote w:id='{each_id}'>{p(run(n))}</w:footnote>" for n, each_id in enumerate(ids)
    )
    return docx(p(run(0)), stories={"footnotes": content})


def changed(content: bytes, name: str, old: str, new: str) -> bytes:
    """The package with ``old`` replaced by ``new`` in one member."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {each_name: archive.read(each_name) for each_name in archive.namelist()}
    members[name] = members[name].replace(old.encode(), new.encode())
    return package(members)


def relationships(count: int) -> bytes:
    more = each(count, lambda n: f'<Relationship Id="q{n}" Type="{R}/image" Target="media/{n}.png"/>')
    with_header = docx(p(run(0)), stories={"header1": p(run(1))})
    end = "</Relationships>"
    return changed(with_header, "word/_rels/document.xml.rels", end, more + end)


def content_types(count: int) -> bytes:
    more = each(count, lambda n: f'<Override PartName="/word/x{n}.xml" ContentType="application/xml"/>')
    return changed(docx(p(run(0))), "[Content_Types].xml", "</Types>", f"{more}</Types>")


def headers_without_names(count: int) -> bytes:
    """Header parts that differ only in their folders, so that their address prefixes have to be generated."""
    content = docx(p(run(0)), stories={f"header{n}": p(run(n)) for n in range(count)})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {}
        for name in archive.namelist():
            read = archive.read(name)
            if name.endswith(".rels") or "Types" in name:
                read = read.replace(b"header", b"folded/q")
            members[name.replace("word/header", "word/folded/q")] = read
    return package(members)


ODD_NAMES = '<t a="【NOTE】">【TI</t><t>TLE】</t>'
TEMPLATES: dict[str, Callable[[int], bytes]] = {
    "runs of a paragraph": lambda n: docx(p(each(n, run))),
    "placeholders of one w:t": lambda n: docx(p(r(each(n, field)))),
    "texts of a run": lambda n: docx(p(f"<w:r>{each(n, lambda i: f'<w:t>{field(i)}</w:t>')}</w:r>")),
    "placeholders across runs": lambda n: docx(p(each(n, lambda i: r("【") + r(FIELDS[i % 6]) + r("】")))),
    "empty texts in a placeholder": lambda n: docx(
        p(f"<w:r><w:t>【ORGAN</w:t>{'<w:t/>' * n}<w:t>IZER】</w:t>{'<w:t/>' * n}</w:r>", each(n, run))
    ),
    "brackets that stay open": lambda n: docx(p(each(n, lambda _: r("【A")))),
    "nothing but brackets": lambda n: docx(p("【" * n) + p("】" * n) + p("【】" * n)),
    "long names": lambda n: docx(p(f"【{'A' * n}】") + p(f"【{'a' * n}") + p("A " * n + "】")),
    "broken names": lambda n: docx(each(n, lambda i: p(f"【meeting titl {i}】"))),
    "unknown names": lambda n: docx(p(each(n, lambda i: r(f"【NO_{i}】")))),
    "names in a part that nothing fills": lambda n: docx(
        p(run(0)), extra={"word/a.xml": f"<x>{ODD_NAMES * n}</x>".encode()}
    ),
    "brackets in bytes": lambda n: docx(
        p(run(0)),
        extra={"word/a.bin": "【&#12304;<【A】".encode() * n + b"\x10\x30A\0" * n + b"\xa1\xbeA" * n},
    ),
    "names beside texts": lambda n: docx(
        each(n, lambda i: p(run(i), "<w:r><w:instrText>【TITLE】【</w:instrText></w:r>"))
    ),
    "words in other scripts": lambda n: docx(each(n, lambda i: p(f"【甲方{i}】【乙方"))),
    "tabs and breaks": lambda n: docx(
        p(f"<w:r>{each(n, lambda i: f'<w:tab/><w:t>{field(i)}</w:t><w:br/>')}</w:r>")
    ),
    "bookmarks": lambda n: docx(
        p(each(n, lambda i: f"<w:bookmarkStart w:id='{i}'/>{run(i)}<w:bookmarkEnd w:id='{i}'/>"))
    ),
    "hyperlinks": lambda n: docx(p(each(n, lambda i: f"<w:hyperlink>{run(i)}</w:hyperlink>"))),
    "content controls": lambda n: docx(
        p(each(n, lambda i: f"<w:sdt><w:sdtContent>{run(i)}</w:sdtContent></w:sdt>"))
    ),
    "runs in a bound control": lambda n: docx(
        p(f"<w:sdt><w:sdtPr>{'<w:tag/>' * n}</w:sdtPr><w:sdtContent>{each(n, run)}</w:sdtContent></w:sdt>")
    ),
    "runs deep in controls": lambda n: docx(
        p(wrapped(each(n, run), 100, "<w:sdt><w:sdtContent>|</w:sdtContent></w:sdt>"))
    ),
    "paragraphs deep in controls": lambda n: docx(
        wrapped(paragraphs(n), 100, "<w:sdt><w:sdtContent>|</w:sdtContent></w:sdt>")
    ),
    "insertions and deletions": lambda n: docx(
        p(each(n, lambda i: f"<w:ins>{run(i)}</w:ins><w:del>{run(i)}</w:del>"))
    ),
    "open fields": lambda n: docx(p(each(n, lambda i: mark("begin") + mark("separate") + run(i)))),
    "closed fields": lambda n: docx(
        p(each(n, lambda i: mark("begin") + mark("separate") + run(i) + mark("end")))
    ),
    "simple fields": lambda n: docx(p(each(n, lambda i: f"<w:fldSimple>{run(i)}</w:fldSimple>"))),
    "paragraphs": lambda n: docx(paragraphs(n)),
    "rows": lambda n: docx(tbl(*(tr(tc(p(run(i)))) for i in range(n)))),
    "cells of a row": lambda n: docx(tbl(tr(*(tc(p(run(i))) for i in range(n))))),
    "cells that span": lambda n: docx(
        tbl(tr(*(tc(p(run(i)), properties="<w:gridSpan w:val='2'/>") for i in range(n))))
    ),
    "tables": lambda n: docx(each(n, lambda i: tbl(tr(tc(p(run(i))))) + p())),
    "tables of a cell": lambda n: docx(tbl(tr(tc(*(tbl(tr(tc(p(run(i))))) for i in range(n)), p())))),
    "a wide table deep in tables": lambda n: docx(
        wrapped(paragraphs(n), 60, f"<w:tbl><w:tr><w:tc>|{p()}</w:tc></w:tr></w:tbl>")
    ),
    "headers": lambda n: docx(p(run(0)), stories={f"header{i}": p(run(i)) for i in range(n)}),
    "headers named alike": headers_without_names,
    "headers with text boxes": lambda n: docx(
        p(run(0)), stories={f"header{i}": p(textbox(p(run(i)))) for i in range(n)}
    ),
    "footnotes": lambda n: notes(range(n)),
    "footnotes of one id": lambda n: notes([1] * n),
    "comments": lambda n: docx(
        p(run(0)), stories={"comments": each(n, lambda i: f"<w:comment w:id='{i}'>{p(run(i))}</w:comment>")}
    ),
    "text boxes of a paragraph": lambda n: docx(p(each(n, lambda i: textbox(p(run(i)))))),
    "paragraphs of a text box": lambda n: docx(p(textbox(paragraphs(n)))),
    "text boxes in one another": lambda n: docx(
        wrapped(paragraphs(n), 30, f"<w:p><w:r>{box('|')}</w:r></w:p>")
    ),
    "choices in a run": lambda n: docx(
        p(f"<w:r>{choices(f'<w:t>{field(i)}</w:t>' for i in range(n))}</w:r>")
    ),
    "choices of blocks": lambda n: docx(choices(p(run(i)) for i in range(n))),
    "choices of a text box, alike": lambda n: docx(
        p(f"<w:r>{choices(box(p(run(0))) for _ in range(n))}</w:r>")
    ),
    "choices of a text box, each another": lambda n: docx(
        p(f"<w:r>{choices(box(p(f'{i}', run(i))) for i in range(n))}</w:r>")
    ),
    "choices, the first of many boxes": lambda n: docx(
        p(f"<w:r>{choices([each(n, lambda i: box(p(run(i)))), *(box(p(run(i))) for i in range(n))])}</w:r>")
    ),
    "choices, the first of a long box": lambda n: docx(
        p(f"<w:r>{choices([box(paragraphs(n)), *(box(p(run(i))) for i in range(n))])}</w:r>")
    ),
    "drawings deep in choices": lambda n: docx(
        p(f"<w:r>{wrapped('<w:drawing/>' * n, 100, choices('|'))}</w:r>", run(0))
    ),
    "relationships": relationships,
    "content types": content_types,
    "custom XML": lambda n: docx(p(run(0)), extra={f"customXml/item{i}.xml": b"<a/>" for i in range(n)}),
    "namespaces declared by each": lambda n: docx(
        p(each(n, lambda i: f"<w:r xmlns:q='urn:{i}'><w:t>{field(i)}</w:t></w:r>"))
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> "Workplace":
    """A folder and the functions that do jobs there."""
    return Workplace(tmp_path)


class Workplace:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.template = path / "template.docx"

    def run(self) -> None:
        job = Job(JobKind.RUN, SKILLS, SKILL, PAYLOAD, Options(format_mode="off"))
        run_job(job, self.template, self.path)

    def precheck(self) -> dict[str, Any]:
        return run_job(Job(JobKind.PRECHECK, SKILLS, SKILL, PAYLOAD), self.template, self.path)

    def inspect(self) -> dict[str, Any]:
        return run_job(Job(JobKind.INSPECT, SKILLS), self.template, self.path)

    def verify(self) -> dict[str, Any]:
        return run_job(Job(JobKind.VERIFY, SKILLS), self.template, self.path)

    def put(self, document: bytes, entries: Sequence[object] = (), fixes: Sequence[object] = ()) -> None:
        (self.path / "document.docx").write_bytes(document)
        (self.path / "replace_log.json").write_text(json.dumps({"entries": list(entries)}))
        (self.path / "format_report.json").write_text(json.dumps({"summary": {"fix_changes": list(fixes)}}))

    def put_outputs(self) -> None:
        with zipfile.ZipFile(self.path / "outputs.zip") as outputs:
            log = json.loads(outputs.read("out.replace_log.json"))
            self.put(outputs.read("out.docx"), log["entries"])

    def forget_log(self) -> None:
        (self.path / "replace_log.json").write_text('{"entries": []}')

    def steps(self, content: bytes) -> dict[str, int]:
        """The steps of every kind of job with a template."""
        self.template.write_bytes(content)
        found = {name: steps_of(getattr(self, name)) for name in ("run", "precheck", "inspect")}
        self.put_outputs()
        found["verify"] = steps_of(self.verify)
        self.forget_log()
        found["verify without a log"] = steps_of(self.verify)
        return found


def grown(steps: dict[str, int], doubled: dict[str, int], most: float = MOST_GROWTH) -> dict[str, Any]:
    """The kinds of work that grew more than the content that was doubled."""
    return {name: (count, doubled[name]) for name, count in steps.items() if doubled[name] > most * count}


@pytest.mark.parametrize("thing", TEMPLATES)
def test_doubling_the_content_at_most_doubles_the_work(folder: Workplace, thing: str) -> None:
    make = TEMPLATES[thing]
    assert grown(folder.steps(make(150)), folder.steps(make(300))) == {}


SDT = "<w:sdt><w:sdtContent>|</w:sdtContent></w:sdt>"
SMART = "<w:smartTag>|</w:smartTag>"
# What lies below, so many levels of what around it.
DEEP: dict[str, Callable[[int], bytes]] = {
    "runs in controls": lambda levels: docx(p(wrapped(each(300, run), levels, SDT))),
    "paragraphs in controls": lambda levels: docx(wrapped(paragraphs(300), levels, SDT)),
    "rows in controls": lambda levels: docx(
        f"<w:tbl>{wrapped(each(300, lambda i: tr(tc(p(run(i))))), levels, SDT)}</w:tbl>"
    ),
    "text boxes in smart tags": lambda levels: docx(
        p(f"{wrapped(each(100, lambda i: f'<w:r>{box(p(run(i)))}</w:r>'), levels, SMART)}")
    ),
    "empty text boxes in smart tags": lambda levels: docx(
        p(wrapped("<w:txbxContent/>" * 1000, levels, SMART)) + p(run(0))
    ),
    "text boxes in text boxes": lambda levels: docx(
        wrapped(p(each(300, lambda i: f"<w:r>{box(p(run(i)))}</w:r>")), levels // 4, f"<w:p>{box('|')}</w:p>")
    ),
    "runs in a bound control": lambda levels: docx(
        p(f"<w:sdt><w:sdtPr><w:dataBinding/></w:sdtPr><w:sdtContent>{wrapped(each(300, run), levels, SDT)}"
          "</w:sdtContent></w:sdt>")
    ),
    "drawings in choices": lambda levels: docx(
        p(f"<w:r>{wrapped('<w:drawing/>' * 1000, levels, choices('|'))}</w:r>", run(0))
    ),
    "paragraphs in tables": lambda levels: docx(
        wrapped(paragraphs(300), levels // 2, f"<w:tbl><w:tr><w:tc>|{p()}</w:tc></w:tr></w:tbl>")
    ),
}  # fmt: skip


@pytest.mark.parametrize("thing", DEEP)
def test_the_cost_of_nesting_depth_is_not_multiplied_by_the_content(folder: Workplace, thing: str) -> None:
    make = DEEP[thing]
    assert grown(folder.steps(make(10)), folder.steps(make(100)), most=1.5) == {}


def entry(path: str, start: int, name: str = "X", run: int = 0, **more: Any) -> dict[str, int | str]:
    text = f"【{name}】"
    return {
        "status": "replaced", "paragraph_path": path, "run_id": f"{path}:r{run}", "start": start,
        "end": start + len(text), "field_name": name, "original_text": text, "new_text": "y", **more,
    }  # fmt: skip


def fix(
    path: str, before: dict[str, str], after: dict[str, str], element: str = "ind", run: int | None = None
) -> dict[str, Any]:
    run_id = None if run is None else f"{path}:r{run}"
    return {"paragraph_path": path, "run_id": run_id, "element": element, "before": before, "after": after}


def boxes_named(count: int) -> bytes:
    return docx(p(f"<w:r>{choices(box(p(r(f'【X{i}】'))) for i in range(count))}</w:r>"))


def boxes_alike(count: int) -> bytes:
    return docx(p(f"<w:r>{choices(box(p(r('【X】'))) for i in range(count))}</w:r>"))


def tables(count: int) -> str:
    return each(count, lambda i: tbl(tr(tc(p(run(i))))) + p())


FALLBACK = "textbox0.fallback/p0"
# Template, document, entries of the replace log, entries of the fix list.
EVIDENCE: dict[str, Callable[[int], tuple[bytes, bytes, Sequence[object], Sequence[object]]]] = {
    "entries for one paragraph": lambda n: (
        docx(p(r("【X】" * n))), docx(p(r("y" * n))), [entry("p0", 3 * i) for i in range(n)], [],
    ),
    "the same entry again and again": lambda n: (
        docx(p(r("【X】"))), docx(p(r("y"))), [entry("p0", 0)] * n, [],
    ),
    "entries for notes that are not there": lambda n: (
        notes(range(n)), notes(range(n)), [entry(f"footnotes/n{i}x.p0", 0) for i in range(n)], [],
    ),
    "entries for tables that are not there": lambda n: (
        docx(tables(n)), docx(tables(n)), [entry(f"t{i}.r{i}.c{i}.p0", 0) for i in range(n)], [],
    ),
    "entries for tables of a cell that are not there": lambda n: (
        docx(tbl(tr(tc(tables(n))))), docx(p()),
        [entry(f"t0.r0.c0.t{i}.r{i}.c{i}.p0", 0) for i in range(n)], [],
    ),
    "places of one address, each with another field": lambda n: (
        boxes_named(n), boxes_named(n), [entry(FALLBACK, 0, f"X{i}") for i in range(n)], [],
    ),
    "places of one address, none with the run": lambda n: (
        boxes_alike(n), boxes_alike(n), [entry(FALLBACK, 0, run=i) for i in range(n)], [],
    ),
    "an entry with many mirrors": lambda n: (
        boxes_alike(n), boxes_alike(n), [entry("textbox0/p0", 0, mirrored_at=[FALLBACK] * n)], [],
    ),
    "entries that name other runs of a parted placeholder": lambda n: (
        docx(p(f"<w:r><w:t>【</w:t>{'<w:t/>' * n}<w:t>X】</w:t></w:r>")), docx(p()),
        [entry("p0", 0, run=i + 1) for i in range(n)], [],
    ),
    "fixes of the runs of a paragraph": lambda n: (
        docx(p(r("a", "<w:sz w:val='20'/>") * n)), docx(p()), [],
        [fix("p0", {"val": "20"}, {"val": "24"}, "sz", run=i) for i in range(n)],
    ),
    "fixes of one element": lambda n: (
        docx(f"<w:p>{r('a') * n}<w:pPr><w:ind w:left='0'/></w:pPr></w:p>"),
        docx(p()), [], [fix("p0", {"left": f"{i}"}, {"left": f"{i + 1}"}) for i in range(n)],
    ),
    "paragraphs with other text": lambda n: (docx(p(r("a")) * n), docx(p(r("b")) * n), [], []),
    "paragraphs that are gone": lambda n: (docx(p(r("a")) * 2 * n), docx(p(r("b")) * n), [], []),
    "headers that differ": lambda n: (
        docx(p(), stories={f"header{i}": p(textbox(p("a"))) for i in range(n)}),
        docx(p(), stories={f"header{i}": p(textbox(p("b"))) for i in range(n)}), [], [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("thing", EVIDENCE)
def test_doubling_what_is_verified_at_most_doubles_the_work(folder: Workplace, thing: str) -> None:
    found = []
    for count in (150, 300):
        template, document, entries, fixes = EVIDENCE[thing](count)
        folder.template.write_bytes(template)
        folder.put(document, entries, fixes)
        found.append(steps_of(folder.verify))
    assert found[1] <= MOST_GROWTH * found[0]
