"""The report of the format check in the ZIP (out.format_report.json)."""

from marshmallow import fields

from docops_flask.engine.options import CHOICES
from docops_flask.web.api_description import member
from docops_flask.web.api_description.answer import Answer

_SHOWN = ("string", "number", "null")


def _counts(description: str) -> fields.Dict:
    return member.by_name(fields.Dict(keys=fields.String(), values=fields.Integer()), description)


class FormatIssue(Answer):
    """A rule that does not hold at a place."""

    code = member.text("The check, such as RUN_FONT_MISMATCH; docs/checks.md lists them.")
    severity = member.text("Only errors fail a document.", one_of=["error", "warn"])
    message = member.text("What is wrong and what to do, for people.")
    paragraph_path = member.text("The paragraph, or the table where the issue is about one.")
    run_id = member.text("The run, where it is about one.", nullable=True)
    expected = member.of_types(_SHOWN, "The value asked for.")
    actual = member.of_types(_SHOWN, "The value there is; null where nothing states one.")
    tolerance = member.whole("How much they may differ, in twips.", nullable=True)
    fixable = member.truth("Whether format_fix_mode=safe repairs it.")
    fixed = member.truth("Whether it was repaired.")
    slot = member.text("Which of the fonts is meant.", nullable=True, one_of=["latin", "east_asia"])
    origin = member.text("What states the value: direct, a style, the document's defaults.", nullable=True)


class FixChange(Answer):
    """A repair: the attributes of one property of a paragraph before and after."""

    paragraph_path = member.text("The paragraph.")
    changed = fields.String(required=True, data_key="property", metadata={"description": "The property."})
    before = member.by_name(fields.String(), "Its attributes before.")
    after = member.by_name(fields.String(), "Its attributes after.")


class FormatSummary(Answer):
    """What was checked, and how."""

    mode = member.text("format_mode.", one_of=CHOICES["format_mode"])
    baseline = member.text("format_baseline.", one_of=CHOICES["format_baseline"])
    skipped = member.truth("Whether nothing was looked at (format_mode=off).")
    template_observed = _counts("Property to value to how often, of what was filled, in the template.")
    rendered_observed = _counts("The same in the finished document.")
    diff = member.texts("The properties in which the two differ.")
    effective_policy_overrides = member.by_name(
        fields.Raw(), "The policy's keys that differ from the default policy, with their values."
    )
    diagnostics = member.by_name(fields.Integer(), "How much was looked at.")
    fix_applied = member.truth("Whether anything was repaired.")
    fix_changes = member.many(FixChange, "The repairs.")


class FormatReport(Answer):
    """Whether the document follows the house style, and where it does not (out.format_report.json)."""

    passed = member.truth("Whether no error is left; warnings never fail a document.")
    error_count = member.whole("Errors that were not repaired.")
    fixed_count = member.whole("Issues that were repaired.")
    issues = member.many(FormatIssue, "The issues, in the order of the document.")
    summary = member.one(FormatSummary, "What was checked, and how.")

    sample = {  # noqa: RUF012 -- read only
        "passed": False,
        "error_count": 1,
        "fixed_count": 0,
        "issues": [
            {
                "code": "RUN_SIZE_MISMATCH",
                "severity": "error",
                "message": "Font size is 10.5 pt (from: direct); the policy asks for 12 pt. "
                "Change it or clear the direct formatting.",
                "paragraph_path": "p0",
                "run_id": "p0:r0",
                "expected": 12,
                "actual": 10.5,
                "tolerance": None,
                "fixable": False,
                "fixed": False,
                "slot": None,
                "origin": "direct",
            }
        ],
        "summary": {
            "mode": "report",
            "baseline": "policy",
            "skipped": False,
            "template_observed": {"run_size_pt": {"10.5": 1}},
            "rendered_observed": {"run_size_pt": {"10.5": 1}},
            "diff": [],
            "effective_policy_overrides": {},
            "diagnostics": {"paragraphs_checked": 12, "runs_checked": 1, "tables_skipped": 0},
            "fix_applied": False,
            "fix_changes": [],
        },
    }
