"""What is filled, what is missing, and what is no placeholder."""

from collections.abc import Mapping

from tests.factories import p, r
from tests.golden.case import NOTICE, Case
from tests.golden.story_cases import TITLE, template
from tests.hostile.damaged_zips import ODD
from tests.hostile.odd_zips import odd
from tests.hostile.raw_zip import unicode_path

_VALUES: dict[str, object] = {
    "of several lines": "第一行\n第二行\r\n第三行",
    "with tabs": "a\tb",
    "with white space at its ends": "  会议  ",
    "that is empty": "",
    "that looks like a placeholder": "【ORGANIZER】",
    "with characters of XML": "<a> & \"b\" ]]>",
    "beyond the Basic Multilingual Plane": "𠮷野家👍",
    "with combining marks and zero-width characters": "e\u0301 a\u200bb",
}  # fmt: skip
_TITLE_ALONE = {"meeting_title": "年度工作会议"}
_ALL = p(TITLE) + p("【MEETING_DATE】【ATTENDEES】") + p("【ORGANIZER】")
_MISSING: dict[str, tuple[str, Mapping[str, object]]] = {
    "a required field is missing": (_ALL, {"meeting_title": "x", "organizer": "y"}),
    "an optional field is missing": (_ALL, {**NOTICE, "attendees": None}),
    "all fields are missing": (_ALL, {}),
    "a required field is empty": (_ALL, {**NOTICE, "organizer": ""}),
    "a field of the task stands nowhere": (p(TITLE), NOTICE),
    "a template without placeholders": (p("x"), _TITLE_ALONE),
    "a field that the document type does not know": (p("【MEETING_TITLE】【BUDGET】"), _TITLE_ALONE),
    "a field that is misspelt": (p("【MEETNG_TITLE】【ORGANISER】"), _TITLE_ALONE),
}
_MALFORMED = {
    "an open bracket": "【MEETING_TITLE",
    "a closing bracket alone": "MEETING_TITLE】",
    "nothing between the brackets": "【】【 】",
    "lower case": "【meeting_title】",
    "spaces within": "【 MEETING TITLE 】",
    "brackets within brackets": "【【MEETING_TITLE】】",
    "a Chinese name": "【会议名称】",
    "digits alone": "【2026】",
    "a bracket that opens before a sound one": "【A 【MEETING_TITLE】",
    "other brackets": "{{MEETING_TITLE}} [MEETING_TITLE] 〔MEETING_TITLE〕",
    "full-width letters": "【ＭＥＥＴＩＮＧ_ＴＩＴＬＥ】",
}
_SOUND, _NOTICE = template(p(TITLE)), "meeting_notice"
_REFUSED: dict[str, tuple[bytes, Mapping[str, object], str]] = {
    "a task of another document type": (_SOUND, {}, "no_such_type"),
    "a task with a field nobody knows": (_SOUND, {"meeting_titel": "x"}, _NOTICE),
    "a task whose field is a number": (_SOUND, {"meeting_title": 7}, _NOTICE),
    "a template that is no ZIP": (b"%PDF-1.7", NOTICE, _NOTICE),
    "a template that is cut off": (_SOUND[:-50], NOTICE, _NOTICE),
    "a template with a document type": (
        template(p(TITLE), extra={"customXml/item1.xml": b"<!DOCTYPE x><x/>"}),
        NOTICE,
        _NOTICE,
    ),
    "a template with a second name for a member": (
        odd(local={"extra": unicode_path(b"../../evil", ODD)}),
        NOTICE,
        _NOTICE,
    ),
}
CASES = [
    *(
        Case(f"a value {name}", template(p(f"a{TITLE}b", r(TITLE, "<w:b/>"))), {"meeting_title": value})
        for name, value in _VALUES.items()
    ),
    *(Case(name, template(body), payload) for name, (body, payload) in _MISSING.items()),
    *(Case(f"malformed: {name}", template(p(text))) for name, text in _MALFORMED.items()),
    Case("malformed in several stories", template(p("【a】"), stories={"header1": p("【", TITLE)})),
    *(
        Case(f"refused: {name}", content, payload, task_type=task_type, is_refused=True)
        for name, (content, payload, task_type) in _REFUSED.items()
    ),
]
