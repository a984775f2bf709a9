"""The format check: each mode, baseline, report and policy, what is found and what is repaired."""

from collections.abc import Mapping

from tests.factories import p, r, tbl, tc, tr
from tests.golden.case import Case
from tests.golden.story_cases import TITLE, template

_STYLES = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="宋体"/>'
    '<w:sz w:val="24"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
    '<w:spacing w:line="360" w:lineRule="auto"/>'
    '<w:ind w:firstLine="420"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>'
    '<w:pPr><w:outlineLvl w:val="0"/><w:jc w:val="center"/></w:pPr>'
    '<w:rPr><w:b/><w:sz w:val="44"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="L"><w:name w:val="List"/>'
    '<w:pPr><w:numPr><w:numId w:val="7"/></w:numPr>'
    "</w:pPr></w:style>"
)
_ARIAL = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="黑体"/><w:sz w:val="30"/>'
_LINES = '<w:spacing w:line="240" w:lineRule="auto"/><w:ind w:firstLine="0"/>'
_BODIES: dict[str, str] = {
    "a document that keeps the policy": p(f"正文{TITLE}"),
    "another font and size": p(r("正文"), r(TITLE, _ARIAL)),
    "another line spacing and indent": p(TITLE, properties=_LINES),
    "white space before the text": p(f"\u3000\u3000{TITLE}"),
    "direct numbering": p(TITLE, properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>'),
    "numbering through a style": p(TITLE, properties='<w:pStyle w:val="L"/>'),
    "a table": tbl(tr(tc("a"), tc(TITLE))),
    "a heading, sections of a notice and a signature": (
        p(TITLE, properties='<w:pStyle w:val="H1"/>')
        + p("各科室：")
        + p("一、会议时间")
        + p("（一）【MEETING_DATE】")
        + p("附件：1.议程")
        + p("【ORGANIZER】")
        + p("2026年3月18日")
    ),
}
_HOUSE = """version: 2
fonts: {仿宋: [仿宋_GB2312, 仿宋, FangSong]}
roles:
  body: {font_east_asia: 仿宋, size_pt: 16, alignment: justify, first_line_indent: 2 characters}
  title: {bold: true, size_pt: {value: 22, severity: warn, source: "house style, 3"}}
page: {margin_top: 37 mm}
text: {date_form: true}
"""
_BY_POLICY: dict[str, Mapping[str, str]] = {
    "the default policy, strictly": {"preset": "strict"},
    "GB/T 9704-2012, strictly": {"policy": "gbt9704-2012", "format_mode": "strict"},
    "GB/T 9704-2012, strictly and unrepaired": {
        "policy": "gbt9704-2012",
        "format_mode": "strict",
        "format_fix_mode": "none",
    },
    "a policy of its own, strictly": {
        "policy_yaml": _HOUSE,
        "format_mode": "strict",
        "format_baseline": "policy",
    },
    "its own template, strictly": {"strict": "true"},
}
_MIXED = (
    p(r("正文"), r(TITLE, _ARIAL), properties=_LINES)
    + p(f" {TITLE}")
    + tbl(tr(tc(p(r("【ORGANIZER】", _ARIAL)))))
)
_BY_OPTIONS: dict[str, Mapping[str, str]] = {
    "no check": {"format_mode": "off"},
    "a report": {"format_mode": "report"},
    "a report against the policy": {"format_baseline": "policy"},
    "a report against the policy, unrepaired": {"format_baseline": "policy", "format_fix_mode": "none"},
    "the preset quick": {"preset": "quick"},
    "the preset template": {"preset": "template"},
    "the preset strict": {"preset": "strict"},
    "a page": {"format_report": "human", "format_baseline": "policy"},
    "both reports": {"format_report": "both", "policy": "gbt9704-2012"},
    "the policy it passes": {"export_suggested_policy": "true"},
    "the policy it passes, and a policy": {"export_suggested_policy": "true", "policy": "gbt9704-2012"},
}
_REFUSED_OPTIONS: dict[str, Mapping[str, str]] = {
    "an unknown mode": {"format_mode": "loud"},
    "options that exclude each other": {"preset": "strict", "format_mode": "report"},
    "a policy nobody knows": {"policy": "no-such-policy"},
    "a policy with a fault": {"policy_yaml": "version: 2\nroles: {body: {size: 1}}\n"},
}
CASES = [
    *(
        Case(f"{body_name}, against {policy_name}", template(body, styles=_STYLES), options=options)
        for body_name, body in _BODIES.items()
        for policy_name, options in _BY_POLICY.items()
    ),
    *(
        Case(f"asked for {name}", template(_MIXED, styles=_STYLES), options=options, served=True)
        for name, options in _BY_OPTIONS.items()
    ),
    *(
        Case(
            f"asked for {name}",
            template(_MIXED, styles=_STYLES),
            options=options,
            served=True,
            is_refused=True,
        )
        for name, options in _REFUSED_OPTIONS.items()
    ),
]
