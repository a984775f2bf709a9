"""What the server answers about a template, and the JSON members of the ZIP that ``/v1/run`` answers with."""

from marshmallow import fields

from docops_flask.engine.errors import MESSAGES, ExitCode
from docops_flask.engine.options import CHOICES, Options
from docops_flask.engine.template.grammar import Kind
from docops_flask.web.api import member
from docops_flask.web.api.member import SAMPLE_REQUEST_ID, Answer

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


EXIT_CODES = [int(code) for code in ExitCode]
_SAMPLE_TIMING = {"queue_wait_ms": 0, "subprocess_ms": 96, "zip_ms": 2, "total_ms": 104}


class Timing(Answer):
    """How long a run took, in whole milliseconds."""

    queue_wait_ms = member.whole("Waiting for a slot.")
    subprocess_ms = member.whole("From before the renderer's start until it was gone.")
    zip_ms = member.whole("Assembling the ZIP, wherever it was done.")
    total_ms = member.whole("From the request's first line to the end of the ZIP.")


class Effective(Answer):
    """The options in force, from preset and form fields together."""

    preset = member.text("The preset.", one_of=CHOICES["preset"])
    format_mode = member.text("What a failed format check means.", one_of=CHOICES["format_mode"])
    format_baseline = member.text("What the document was held against.", one_of=CHOICES["format_baseline"])
    format_fix_mode = member.text("What was repaired.", one_of=CHOICES["format_fix_mode"])
    format_report = member.text("For whom the report was written.", one_of=CHOICES["format_report"])


class SentFile(Answer):
    """A file as it was sent; never its contents."""

    filename = member.text("The client's name for it, at most 255 characters.")
    size = fields.Integer(
        required=True, data_key="bytes", metadata={"description": "Its size.", "minimum": 0}
    )


class Sent(Answer):
    """What was sent."""

    template = member.one(SentFile, "The template.")
    task = member.one(SentFile, "The task.")
    form_fields = member.texts("The names of the form fields given, in their order.")


class Build(Answer):
    """The server's build."""

    version = member.text("Its version.")
    commit = member.text("DOCOPS_COMMIT_SHA, or unknown.")


class ApiResult(Answer):
    """How a run went (api_result.json)."""

    exit_code = member.whole(
        "0 done; 2 required fields missing; 3 placeholders that cannot be filled; 4 format check failed.",
        one_of=EXIT_CODES,
    )
    message = member.text("The exit code in words.")
    request_id = member.request_id()
    timing = member.one(Timing, "How long it took.")
    sent = fields.Nested(
        Sent, required=True, data_key="input", metadata={"description": "What was sent, never contents."}
    )
    effective = member.one(Effective, "The options in force.")
    build = member.one(Build, "The server's build.")
    subprocess_pid = member.whole("The renderer's process id; it is gone by now.", least=1)
    subprocess_create_time = member.number("When the renderer was started, in seconds since 1970 (UTC).")

    sample = {  # noqa: RUF012 -- read only
        "exit_code": 0,
        "message": MESSAGES[ExitCode.OK],
        "request_id": SAMPLE_REQUEST_ID,
        "timing": _SAMPLE_TIMING,
        "input": {
            "template": {"filename": "notice.docx", "bytes": 11834},
            "task": {"filename": "task.json", "bytes": 342},
            "form_fields": ["preset"],
        },
        "effective": Options().effective(),
        "build": {"version": "1.0.0", "commit": "unknown"},
        "subprocess_pid": 4711,
        "subprocess_create_time": 1790000000.25,
    }


class Subprocess(Answer):
    """The renderer's process."""

    pid = member.whole("Its process id.", least=1)
    start_method = member.text("DOCOPS_MP_START.", one_of=["spawn", "forkserver", "fork"])


class Trace(Answer):
    """A run as its developer sees it (trace.json)."""

    request_id = member.request_id()
    exit_code = member.whole("The exit code.", one_of=EXIT_CODES)
    timing = member.one(Timing, "How long it took.")
    subprocess = member.one(Subprocess, "The renderer.")
    effective = member.one(Effective, "The options in force.")

    sample = {  # noqa: RUF012 -- read only
        "request_id": SAMPLE_REQUEST_ID,
        "exit_code": 0,
        "timing": _SAMPLE_TIMING,
        "subprocess": {"pid": 4711, "start_method": "spawn"},
        "effective": Options().effective(),
    }


class Context(Answer):
    """What stands around a placeholder in its paragraph, at most 60 characters on each side."""

    before = member.text("What stands before it.")
    after = member.text("What stands after it.")


class ReplaceEntry(Answer):
    """A placeholder and what became of it."""

    status = member.text("What became of it.", one_of=["replaced", "missing", "unsupported"])
    field_name = member.text("Its field; null where it is unsupported.", nullable=True)
    run_id = member.text("The run that holds its first character, such as p3:r1.")
    paragraph_path = member.text("Its paragraph, such as p3, t0.r1.c2.p0 or header1/p0.")
    start = member.whole("Where it begins in the paragraph's text, in characters.")
    end = member.whole("Where it ends.")
    original_text = member.text("The text in the template.")
    new_text = member.text("What was put there; null where nothing was.", nullable=True)
    reason = member.text("Why nothing was put there, for people.", nullable=True)
    context = member.one(Context, "What stands around it in the template.")
    mirrored_at = member.texts("The same paragraph in other branches of mc:AlternateContent.", always=False)
    kind = member.text("Of an unsupported one: what is wrong.", always=False, one_of=BROKEN_KINDS)
    suggestion = member.text("Of an unsupported one: the field probably meant.", always=False, nullable=True)


class ReplaceSummary(Answer):
    """The counts of a replace log."""

    total_placeholders = member.whole("All entries.")
    replaced_count = member.whole("Those replaced.")
    missing_count = member.whole("Those without a value.")
    unsupported_count = member.whole("Those that cannot be filled.")
    had_unsupported = member.truth("Whether there are any of these.")


class ReplaceLog(Answer):
    """Every placeholder of the template and what became of it (out.replace_log.json)."""

    entries = member.many(ReplaceEntry, "The placeholders, in the order of the document.")
    summary = member.one(ReplaceSummary, "The counts.")
    touched_runs = member.texts("The runs that were changed.")

    sample = {  # noqa: RUF012 -- read only
        "entries": [
            {
                "status": "replaced",
                "field_name": "MEETING_TITLE",
                "run_id": "p0:r0",
                "paragraph_path": "p0",
                "start": 3,
                "end": 18,
                "original_text": "【MEETING_TITLE】",
                "new_text": "周例会",
                "reason": None,
                "context": {"before": "会议：", "after": ""},
            }
        ],
        "summary": {
            "total_placeholders": 1,
            "replaced_count": 1,
            "missing_count": 0,
            "unsupported_count": 0,
            "had_unsupported": False,
        },
        "touched_runs": ["p0:r0"],
    }


class MissingFields(Answer):
    """The fields the template has and the task gives no value for (out.missing_fields.json)."""

    missing_required = member.texts("Those the skill requires, sorted.")
    missing_optional = member.texts("The others, those the skill does not know among them, sorted.")

    sample = {"missing_required": [], "missing_optional": ["ATTENDEES"]}  # noqa: RUF012 -- read only
