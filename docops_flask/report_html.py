"""``out.format_report.html``: the format report as a page for people, in English and Chinese.

The page stands alone: no script, no file beside it, nothing loaded. It shows what the JSON report holds and
adds only words; the same report gives the same bytes.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_ISSUES = 1000

# In a clone links to folders at the top level, in a wheel the files themselves.
_PACKAGE = Path(__file__).resolve().parent
_SOURCES = (_PACKAGE / "templates", _PACKAGE / "static" / "css")


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in the two languages of the product."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class _Words:
    """What the page says about the issues of one code; ``unit`` follows numbers."""

    title: Bilingual
    advice: Bilingual
    unit: str = ""


_STYLE_ADVICE = Bilingual(
    "Change it where it comes from: in the named style, or on the paragraph itself when it says direct.",
    "请在其来源处修改：样式中的设置改样式，直接设置的改该段落本身。",
)
_UNSTATED_ADVICE = Bilingual(
    "State it in the style; Word's own default or the theme decides now.",
    "请在样式中明确规定；目前由 Word 默认值或主题决定。",
)
WORDS: Mapping[str, _Words] = {
    "TABLE_FORBIDDEN": _Words(
        Bilingual("Table", "表格"),
        Bilingual(
            "Write its contents as paragraphs, or set forbid_tables to false in the policy.",
            "请将内容改写为段落，或在规范中将 forbid_tables 设为 false。",
        ),
    ),
    "NUMPR_PRESENT": _Words(
        Bilingual("Automatic numbering", "自动编号"),
        Bilingual(
            "Type the number as text, or set forbid_numpr to false in the policy.",
            "请手工输入编号，或在规范中将 forbid_numpr 设为 false。",
        ),
    ),
    "LINE_SPACING_MISMATCH": _Words(Bilingual("Line spacing", "行距"), _STYLE_ADVICE),
    "FIRST_LINE_INDENT_MISMATCH": _Words(Bilingual("First-line indent", "首行缩进"), _STYLE_ADVICE, "twips"),
    "LEADING_WHITESPACE": _Words(
        Bilingual("Leading whitespace", "段首空白"),
        Bilingual(
            "Delete the blanks and use the first-line indent instead.",
            "请删除段首空白，改用首行缩进。",
        ),
    ),
    "RUN_FONT_MISMATCH": _Words(Bilingual("Font", "字体"), _STYLE_ADVICE),
    "RUN_SIZE_MISMATCH": _Words(Bilingual("Font size", "字号"), _STYLE_ADVICE, "pt"),
}
_SLOTS = {"latin": Bilingual("Latin", "西文"), "east_asia": Bilingual("East Asian", "中文")}
_PHRASES = {
    "no table": "无表格",
    "table": "表格",
    "no numbering": "无编号",
    "no leading whitespace": "段首无空白",
    "space": "空格",
    "tab": "制表符",
    "ideographic space": "全角空格",
}
_NOT_STATED = Bilingual("not stated", "未规定")
_VERDICTS = {
    "skipped": Bilingual("Not checked", "未检查"),
    "passed": Bilingual("Passed", "通过"),
    "failed": Bilingual("Failed", "未通过"),
}
_STORIES = {
    "header": Bilingual("Header", "页眉"),
    "footer": Bilingual("Footer", "页脚"),
    "footnotes": Bilingual("Footnotes", "脚注"),
    "endnotes": Bilingual("Endnotes", "尾注"),
    "textbox": Bilingual("Text box", "文本框"),
}
_SEGMENTS = {
    "p": Bilingual("paragraph {}", "第 {} 段"),
    "t": Bilingual("table {}", "表格 {}"),
    "r": Bilingual("row {}", "第 {} 行"),
    "c": Bilingual("column {}", "第 {} 列"),
}


def render_report(report: Mapping[str, Any]) -> str:
    """Return the page for ``report``, the JSON object of ``out.format_report.json``.

    At most ``MAX_ISSUES`` issues are shown; the page says how many more the JSON has.
    """
    # Imported here: most renderer processes never make this page.
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_SOURCES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    summary, issues = report["summary"], report["issues"]
    return environment.get_template("format_report.html").render(
        verdict=_verdict(report),
        verdict_words=_VERDICTS[_verdict(report)],
        report=report,
        summary=summary,
        warning_count=sum(1 for issue in issues if issue["severity"] == "warn" and not issue["fixed"]),
        groups=_groups(issues[:MAX_ISSUES]),
        left_out=max(0, len(issues) - MAX_ISSUES),
        changes=[_change(change) for change in summary["fix_changes"]],
        observed=_observed(summary),
        overrides={
            key: json.dumps(value, ensure_ascii=False)
            for key, value in summary["effective_policy_overrides"].items()
        },
    )


def describe_place(path: str) -> Bilingual:
    """Return an address in words: ``t0.r1.c2.p0`` is table 1, row 2, column 3, paragraph 1."""
    prefix, _, rest = path.rpartition("/")
    words = [_story_words(prefix)] if prefix else []
    for segment in rest.split("."):
        kind, digits = segment[:1], segment[1:]
        pattern = _SEGMENTS.get(kind)
        if kind == "n":
            words.append(Bilingual(f"note {digits}", f"注释 {digits}"))
        elif pattern is None or not digits.isdecimal():
            words.append(Bilingual(segment, segment))
        else:
            number = int(digits) + 1
            words.append(Bilingual(pattern.en.format(number), pattern.zh.format(number)))
    english = ", ".join(word.en for word in words)
    return Bilingual(english[:1].upper() + english[1:], "，".join(word.zh for word in words))


def _verdict(report: Mapping[str, Any]) -> str:
    if report["summary"]["skipped"]:
        return "skipped"
    return "passed" if report["passed"] else "failed"


def _story_words(prefix: str) -> Bilingual:
    match = re.fullmatch(r"([a-z]+)([0-9]*)(.*)", prefix)
    story = _STORIES.get(match[1]) if match else None
    if match is None or story is None:
        return Bilingual(prefix, prefix)
    # Text boxes are counted from 0, headers and footers carry the number of their part.
    number = str(int(match[2]) + 1) if match[1] == "textbox" and match[2] else match[2]
    suffix = f" {number}" if number else ""
    return Bilingual(f"{story.en}{suffix}", f"{story.zh}{suffix}")


def _groups(issues: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the issues by place, places in the order in which they come first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for issue in issues:
        groups.setdefault(issue["paragraph_path"], []).append(_row(issue))
    return [{"path": path, "words": describe_place(path), "rows": rows} for path, rows in groups.items()]


def _row(issue: Mapping[str, Any]) -> dict[str, Any]:
    unknown = Bilingual(issue["code"], issue["code"])
    words = WORDS.get(issue["code"], _Words(unknown, Bilingual(issue["message"], "")))
    slot = _SLOTS.get(issue.get("slot") or "")
    title = (
        words.title
        if slot is None
        else Bilingual(f"{words.title.en} ({slot.en})", f"{slot.zh}{words.title.zh}")
    )
    return {
        "issue": issue,
        "state": "fixed" if issue["fixed"] else issue["severity"],
        "title": title,
        "advice": _UNSTATED_ADVICE if words.advice is _STYLE_ADVICE and _is_unknown(issue) else words.advice,
        "expected": _shown(issue["expected"], words.unit),
        "actual": _shown(issue["actual"], words.unit),
    }


def _is_unknown(issue: Mapping[str, Any]) -> bool:
    """Say whether no value is known: nothing states it, or the theme does."""
    return issue["actual"] is None or str(issue["actual"]).startswith("theme:")


def _shown(value: object, unit: str) -> Bilingual:
    if value is None:
        return _NOT_STATED
    text = f"{value} {unit}".rstrip() if isinstance(value, int | float) else str(value)
    return Bilingual(text, _PHRASES.get(text, ""))


def _change(change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "path": change["paragraph_path"],
        "words": describe_place(change["paragraph_path"]),
        "property": change["property"],
        "before": _attributes(change["before"].items()),
        "after": _attributes(change["after"].items()),
    }


def _attributes(items: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{name}={value}" for name, value in items) or "–"


def _observed(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row a property: its values before and after, and whether they differ."""
    before, after = summary["template_observed"], summary["rendered_observed"]
    return [
        {
            "property": name,
            "before": _counts(before[name].items()),
            "after": _counts(after.get(name, {}).items()),
            "differs": name in summary["diff"],
        }
        for name in before
    ]


def _counts(items: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{value} × {count}" for value, count in items) or "–"
