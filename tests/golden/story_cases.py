"""Positions of a placeholder: each story, each wrapper, and splits over runs."""

import zipfile
from typing import Any

from tests.factories import W, docx, p, r, tbl, tc, textbox, tr
from tests.golden.case import Case

TITLE = "【MEETING_TITLE】"


def template(body: str, **more: Any) -> bytes:
    """A small package whose members are stored."""
    return docx(body, compression=zipfile.ZIP_STORED, **more)


def _inside(before: str, after: str, content: str = r(TITLE)) -> str:
    return p(f"{before}{content}{after}")


def _notes(kind: str) -> str:
    return f'<w:{kind} w:id="2">{p(TITLE)}</w:{kind}><w:{kind} w:id="3">{p("【ORGANIZER】")}</w:{kind}>'


def _field(instruction: str, result: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


# Another encoding and no standalone, a comment and an instruction around the root, CDATA, an unknown prefix.
_OTHERWISE = (
    f'<?xml version="1.0" encoding="utf-16"?><!-- a --><x:document xmlns:x="{W}" xmlns:y="urn:y"><x:body>'
    f"<x:p y:z='1'><x:r><x:t><![CDATA[<{TITLE}>]]>&#65;</x:t></x:r></x:p><x:sectPr></x:sectPr></x:body>"
    "</x:document><?b c?>"
)
_STORIES: dict[str, bytes] = {
    "in the body": template(p(f"会议：{TITLE}。")),
    "twice in one paragraph": template(p(f"{TITLE}和{TITLE}")),
    "in a table cell": template(tbl(tr(tc("会议"), tc(TITLE)), tr(tc("单位"), tc("【ORGANIZER】")))),
    "in cells that are merged": template(
        tbl(
            tr(tc("x", properties='<w:gridSpan w:val="2"/>'), tc(TITLE)),
            tr(tc("y", properties='<w:vMerge w:val="restart"/>'), tc(TITLE), tc("【ORGANIZER】")),
        )
    ),
    "in a table within a table": template(tbl(tr(tc(tbl(tr(tc(TITLE))), p())))),
    "in a header": template(p("x"), stories={"header1": p(TITLE)}),
    "in a footer": template(p("x"), stories={"footer1": p(TITLE)}),
    "in several headers and footers": template(
        p(TITLE), stories={"header1": p(TITLE), "header2": p("【ORGANIZER】"), "footer3": p(TITLE)}
    ),
    "in footnotes": template(p("x"), stories={"footnotes": _notes("footnote")}),
    "in endnotes": template(p("x"), stories={"endnotes": _notes("endnote")}),
    "in a comment, where nothing is filled": template(
        p("x"), stories={"comments": f'<w:comment w:id="0">{p(TITLE)}</w:comment>'}
    ),
    "in a text box, in both branches": template(p(textbox(p(TITLE)))),
    "in a text box whose branches differ": template(p(textbox(p(TITLE), fallback=[p("【ORGANIZER】")]))),
    "in a table in a text box in a header": template(
        p("x"), stories={"header1": p(textbox(tbl(tr(tc(TITLE))), p()))}
    ),
    "in a content control around a run": template(
        _inside("<w:sdt><w:sdtPr/><w:sdtContent>", "</w:sdtContent></w:sdt>")
    ),
    "in a content control around a paragraph": template(
        f"<w:sdt><w:sdtPr/><w:sdtContent>{p(TITLE)}</w:sdtContent></w:sdt>"
    ),
    "in a content control that is bound to data": template(
        _inside(
            '<w:sdt><w:sdtPr><w:dataBinding w:xpath="/x"/></w:sdtPr><w:sdtContent>', "</w:sdtContent></w:sdt>"
        )
    ),
    "in a hyperlink": template(_inside('<w:hyperlink w:anchor="x">', "</w:hyperlink>")),
    "in inserted text": template(_inside('<w:ins w:id="1" w:author="x">', "</w:ins>")),
    "in deleted text": template(
        p('<w:del w:id="1" w:author="x"><w:r><w:delText>【MEETING_TITLE】</w:delText></w:r></w:del>', "x")
    ),
    "in the result of a simple field": template(_inside('<w:fldSimple w:instr="TITLE">', "</w:fldSimple>")),
    "in the result of a complex field": template(p(_field(" TITLE ", r(TITLE)))),
    "in a smart tag": template(_inside('<w:smartTag w:element="x">', "</w:smartTag>")),
    "in a document in the Strict namespaces": template(p(TITLE), strict=True),
    "in a part written in another way": template(
        p(), extra={"word/document.xml": _OTHERWISE.encode("utf-16")}
    ),
}
_BOLD = "<w:b/>"
_SPLITS: dict[str, bytes] = {
    "over two runs": template(p(r("【MEETING_"), r("TITLE】"))),
    "over a run for each character": template(p(*(r(character) for character in f"a{TITLE}b"))),
    "over runs of other formats, the first of which counts": template(
        p(r("a【MEET", _BOLD), r("ING_", "<w:i/>"), r("TITLE】b"))
    ),
    "with two placeholders that share a run": template(p(r("【MEETING_"), r("TITLE】【ORG"), r("ANIZER】"))),
    "with a bookmark between": template(
        p(r("【MEETING_"), '<w:bookmarkStart w:id="0" w:name="x"/><w:bookmarkEnd w:id="0"/>', r("TITLE】"))
    ),
    "with spelling marks between": template(
        p(r("【"), '<w:proofErr w:type="spellStart"/>', r("MEETING_TITLE"), '<w:proofErr w:type="spellEnd"/>',
          r("】"))
    ),
    "into a hyperlink": template(
        p(r("【MEETING_"), f'<w:hyperlink w:anchor="x">{r("TITLE】")}</w:hyperlink>')
    ),
    "with white space that Word drops around it": template(
        p(r(" 【MEETING_", preserve=False), r("TITLE】 ", preserve=False))
    ),
    "over text elements of one run": template(
        p("<w:r><w:t>【MEETING_</w:t><w:t>TITLE】</w:t></w:r>")
    ),
    "by a tab": template(p("<w:r><w:t>【MEETING_</w:t><w:tab/><w:t>TITLE】</w:t></w:r>")),
    "by a line break": template(p("<w:r><w:t>【MEETING_</w:t><w:br/><w:t>TITLE】</w:t></w:r>")),
    "over two paragraphs": template(p("【MEETING_") + p("TITLE】")),
}  # fmt: skip

CASES = [
    *(Case(f"a placeholder {name}", content) for name, content in _STORIES.items()),
    *(Case(f"a placeholder split {name}", content) for name, content in _SPLITS.items()),
]
