"""What the server answers about a template: precheck and inspection."""

from docops_flask.engine.exitcodes import ExitCode
from docops_flask.engine.template.grammar import Kind
from docops_flask.web.api_description import member
from docops_flask.web.api_description.answer import SAMPLE_REQUEST_ID, Answer

_EXPECTED = [int(code) for code in ExitCode if code is not ExitCode.FORMAT_CHECK_FAILED]
BROKEN_KINDS = [kind.value for kind in Kind if kind is not Kind.PLACEHOLDER]
SAMPLE_UNSUPPORTED = {
    "kind": "malformed",
    "text": "【meeting_date】",
    "paragraph_path": "p4",
    "suggestion": "MEETING_DATE",
    "reason": "a field name is made of capital letters, digits and _",
}


class UnsupportedPlaceholder(Answer):
    """A text that was meant as a placeholder and cannot be filled."""

    kind = member.text("What is wrong with it.", one_of=BROKEN_KINDS)
    text = member.text("The text as it stands in the template, at most 80 characters.")
    paragraph_path = member.text("Where it stands, such as p3, t0.r1.c2.p0 or header1/p0.")
    suggestion = member.text("The field that was probably meant; null when none is near.", nullable=True)
    reason = member.text("Why it cannot be filled, for people.")


class PrecheckSummary(Answer):
    """The counts of a precheck."""

    template_field_count = member.whole("How many different fields the template has.")
    unsupported_count = member.whole("How many placeholders cannot be filled; the list may be shorter.")
    missing_required_count = member.whole("How many required fields the task gives no value for.")
    missing_optional_count = member.whole("How many other fields the task gives no value for.")


class Precheck(Answer):
    """What a run with the same inputs and format_mode=off would come to."""

    ok = member.truth("Whether the expected exit code is 0.")
    expected_exit_code = member.whole("The exit code of such a run.", one_of=_EXPECTED)
    summary = member.one(PrecheckSummary, "The counts.")
    template_fields = member.texts("The fields of the template, sorted.")
    missing_required = member.texts(
        "Fields of the template that the skill requires and the task does not give, sorted."
    )
    missing_optional = member.texts("Other fields of the template without a value, sorted.")
    unsupported = member.many(UnsupportedPlaceholder, "What was meant as a placeholder and cannot be filled.")
    request_id = member.request_id()

    sample = {  # noqa: RUF012 -- read only
        "ok": False,
        "expected_exit_code": 3,
        "summary": {
            "template_field_count": 2,
            "unsupported_count": 1,
            "missing_required_count": 1,
            "missing_optional_count": 0,
        },
        "template_fields": ["MEETING_TITLE", "ORGANIZER"],
        "missing_required": ["ORGANIZER"],
        "missing_optional": [],
        "unsupported": [SAMPLE_UNSUPPORTED],
        "request_id": SAMPLE_REQUEST_ID,
    }


class TemplateField(Answer):
    """A field that a template has."""

    name = member.text("The name inside the brackets.")
    count = member.whole("How often it stands in the template.", least=1)
    places = member.texts(
        "Where it stands, run by run, such as p3:r1; the list may be shorter than the count."
    )
    known_in = member.texts("The skills that have a field for it.")


class TemplateProblem(Answer):
    """Something about a template that its author should know."""

    code = member.text("A short stable word, such as UNKNOWN_FIELD; further ones may come.")
    message = member.text("What it is, for people.")
    place = member.text("The run it is about; empty where the whole template is meant.")
    text = member.text("The text it is about, cut to 80 characters; empty for the whole template.")


class Inspection(Answer):
    """What a template holds."""

    fields_found = member.many(
        TemplateField, "Its fields, in the order of their first appearance.", key="fields"
    )
    unsupported = member.many(UnsupportedPlaceholder, "What was meant as a placeholder and cannot be filled.")
    problems = member.many(TemplateProblem, "What its author should know.")
    suggested_skill = member.text(
        "The skill that knows most of its fields; null when none does.", nullable=True
    )
    request_id = member.request_id()

    sample = {  # noqa: RUF012 -- read only
        "fields": [
            {"name": "MEETING_TITLE", "count": 1, "places": ["p0:r0"], "known_in": ["meeting_notice"]}
        ],
        "unsupported": [SAMPLE_UNSUPPORTED],
        "problems": [
            {
                "code": "UNSUPPORTED_PLACEHOLDER",
                "message": "【meeting_date】 looks like a placeholder but cannot be filled.",
                "place": "p4:r0",
                "text": "【meeting_date】",
            }
        ],
        "suggested_skill": "meeting_notice",
        "request_id": SAMPLE_REQUEST_ID,
    }
