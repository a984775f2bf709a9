"""What the server answers about itself (health, readiness, meta), and the format report in the ZIP."""

from marshmallow import fields

from docops_flask.engine.options import CHOICES
from docops_flask.engine.policy.policy import ROLES
from docops_flask.engine.sandbox.cell import SandboxMode
from docops_flask.web.api import member
from docops_flask.web.api.member import Answer


class Health(Answer):
    """The process answers, whatever its renderers are doing."""

    status = member.text("Always ok.", one_of=["ok"])

    sample = {"status": "ok"}  # noqa: RUF012 -- read only


class Sandbox(Answer):
    """What renderers are kept from doing."""

    mode = member.text("DOCOPS_SANDBOX.", one_of=[str(mode) for mode in SandboxMode])
    level = member.text("What the system gives of it.", one_of=["full", "partial", "none"])
    possible = member.texts("What a renderer that tried could do all the same; for people.")
    landlock_abi = member.whole("The kernel's version of Landlock; 0 without, or when switched off.")


class Readiness(Answer):
    """A job would be done now."""

    status = member.text("Always ready.", one_of=["ready"])
    sandbox = member.one(Sandbox, "What renderers are kept from doing.")

    sample = {  # noqa: RUF012 -- read only
        "status": "ready",
        "sandbox": {"mode": "auto", "level": "full", "possible": [], "landlock_abi": 7},
    }


class Label(Answer):
    """A text in both languages of the product."""

    en = member.text("In English.")
    zh = member.text("In Chinese.")


class PayloadField(Answer):
    """One payload key of a skill and the placeholder it fills."""

    type = member.text("text: a string; list: a list of strings.", one_of=["text", "list"])
    required = member.truth(
        "Whether exit code 0 needs it wherever the template asks for it; a task without it is still valid."
    )
    nullable = member.truth("Whether null is taken, which means: not given.")
    label = member.one(Label, "What people call it.")
    example = member.of_types(["string", "array"], "A value such as offices send.")
    description = member.one(Label, "What it is for.")
    placeholder = member.text(
        "The field name of its placeholder: MEETING_TITLE is 【MEETING_TITLE】 in the template."
    )


class PayloadSchema(Answer):
    """The payload keys of a skill."""

    title = member.one(Label, "What people call the document.")
    description = member.one(Label, "What it is for.")
    fields_by_key = member.by_name(
        fields.Nested(PayloadField), "Payload key to field, in the order of the skill.", key="fields"
    )
    extra_policy = member.text("What becomes of a key that is not listed.", one_of=["forbid"])


class PolicyMeta(Answer):
    """A policy that a job can name."""

    name = member.text("The value of the form field policy.")
    version = member.whole("The version of its file's format.", one_of=[1, 2])
    title = member.one(Label, "What people call it; its name where its file does not say.")
    description = member.one(Label, "What it is for; empty where its file does not say.")


class ServerMeta(Answer):
    """What this server can do."""

    supported_skills = member.texts("The document types it can fill, sorted.")
    supported_task_types = member.texts("The same names, as a task's task_type takes them.")
    supported_presets = fields.List(
        member.text("A preset.", one_of=CHOICES["preset"]),
        required=True,
        metadata={"description": "The values of the form field preset."},
    )
    task_payload_schemas = member.by_name(fields.Nested(PayloadSchema), "Skill to its payload keys.")
    supports_precheck = member.truth("Whether POST /v1/precheck is there.")
    supports_inspect = member.truth("Whether POST /v1/inspect is there.")
    version = member.text("The version of the server.")
    json_schemas = member.by_name(
        fields.Dict(),
        "Skill to the JSON Schema (2020-12) of its payload; see the components of this document.",
    )
    policies = member.many(PolicyMeta, "The policies a job can name, the default one first.")


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
    source = member.text("Where the value comes from, at length.", nullable=True)
    origin = member.text("What states the value: direct, a style, the document's defaults.", nullable=True)
    role = member.text(
        "What the paragraph is, where the rule is one for its role.", nullable=True, one_of=ROLES
    )
    rule_key = member.text("The rule, as a policy file has it: roles.title.size_pt.", nullable=True)
    rule_source = member.text("The clause that asks for it, from the policy.", nullable=True)
    run_ids = member.texts("All the runs of the paragraph it is about, run_id first.")
    section = member.whole(
        "The section, from 0, where it is about a page; paragraph_path is then its first paragraph or table.",
        nullable=True,
    )


class FixChange(Answer):
    """A repair: the attributes of one property of a paragraph or a run before and after."""

    paragraph_path = member.text("The paragraph.")
    changed = fields.String(required=True, data_key="property", metadata={"description": "The property."})
    before = member.by_name(fields.String(), "Its attributes before.")
    after = member.by_name(fields.String(), "Its attributes after.")
    element = member.text("The element of w:pPr (with run_id: of w:rPr) that holds them, such as ind.")
    run_id = member.text("The run, where the property is one of a run.", nullable=True)


class PolicyNote(Answer):
    """The policy of the check."""

    name = member.text("The name it was chosen by; null where it was sent as policy_yaml.", nullable=True)
    version = member.whole("The version of its format.", one_of=[1, 2])
    title = fields.Nested(
        Label, required=True, allow_none=True, metadata={"description": "What its file calls it, if it does."}
    )
    applied = member.truth("Whether it had a say: with format_baseline=policy, unless nothing was looked at.")


class RoleNote(Answer):
    """What a paragraph was taken for, and why."""

    paragraph_path = member.text("The paragraph.")
    role = member.text("Its role.", one_of=ROLES)
    kind = member.text("By what kind of sign.", one_of=["style", "outline", "text", "place"])
    reason = member.text("The sign, for people.")


class PageGeometry(Answer):
    """How much text the pages of a section hold; lengths in twips, null where the document does not say."""

    section = member.whole("The section, from 0.")
    paragraph_path = member.text("Its first paragraph or table; empty where it has none.")
    page_width_twips = member.whole("Width of the page.", nullable=True)
    page_height_twips = member.whole("Height of the page.", nullable=True)
    landscape = member.truth("Whether the page lies on its side.")
    margin_top_twips = member.measure("Top margin; negative where the header may not push the text down.")
    margin_bottom_twips = member.measure("Bottom margin, likewise.")
    margin_left_twips = member.measure("Left margin.")
    margin_right_twips = member.measure("Right margin.")
    gutter_twips = member.whole("Room for binding beside the left margin.")
    text_width_twips = member.measure("Width of the text area, all columns together.")
    text_height_twips = member.measure("Height of the text area.")
    columns = member.whole("Number of columns.", least=1)
    grid = member.text("w:docGrid/@w:type; default where there is none.")
    line_pitch_twips = member.whole("Distance of the lines of most of the body.", nullable=True)
    line_pitch_source = member.text(
        "What states it; null where it follows from the font, which is not known here.",
        nullable=True,
        one_of=["exact line spacing", "minimum line spacing", "document grid"],
    )
    character_twips = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Width of a full-width character of most of the body."},
    )
    lines_per_page = member.whole("Lines that fit.", nullable=True)
    characters_per_line = member.whole("Full-width characters that fit a line.", nullable=True)
    wanted_lines = member.whole("Lines the policy asks for.", nullable=True)
    wanted_characters = member.whole("Characters the policy asks for.", nullable=True)
    largest_pitch_twips = member.whole(
        "The largest line pitch that gives the wanted lines; without a wish, those there are.", nullable=True
    )
    largest_character_space = member.measure(
        "The largest w:charSpace of a character grid that gives the wanted characters."
    )


class PolicyDeviation(Answer):
    """A rule of the policy that the document's own style does not keep."""

    key = member.text("The rule, as a policy file has it: roles.title.size_pt.")
    expected = member.of_types(_SHOWN, "What the policy asks for.")
    found = member.of_types(_SHOWN, "What the document has; null where it is mixed or says nothing.")
    severity = member.text("What that means under the policy.", one_of=["error", "warn"])
    rule_source = member.text("The clause, from the policy.", nullable=True)


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
    policy = member.one(PolicyNote, "The policy of the check.")
    page_geometry = member.many(PageGeometry, "The pages, section by section; under baseline policy alone.")
    roles = member.many(
        RoleNote, "What each paragraph was taken for; under baseline policy, where the policy asks for roles."
    )
    policy_deviations = member.many(
        PolicyDeviation,
        "Where the document's own style, as out.suggested_policy.yaml has it, departs from the policy; "
        "with export_suggested_policy alone.",
    )


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
                "source": "style 正文, basedOn Normal, word/styles.xml",
                "origin": "direct",
                "role": "body",
                "rule_key": "roles.body.size_pt",
                "rule_source": "GB/T 9704-2012, 7.3.3",
                "run_ids": ["p0:r0"],
                "section": None,
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
            "policy": {"name": "gbt9704-2012", "version": 2, "title": None, "applied": True},
            "page_geometry": [],
            "roles": [{"paragraph_path": "p0", "role": "body", "kind": "place", "reason": "running text"}],
            "policy_deviations": [],
        },
    }
