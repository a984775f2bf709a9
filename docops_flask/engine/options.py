"""The options of a job: their values, the presets, and which cannot be combined."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast

from docops_flask.engine.bilingual import LANGUAGES, Language
from docops_flask.engine.errors import ArgumentConflict, InvalidArgument, echo

FormatMode = Literal["report", "strict", "off"]
FormatBaseline = Literal["template", "policy"]
FormatFixMode = Literal["none", "safe"]
FormatReport = Literal["human", "json", "both"]
Preset = Literal["quick", "template", "strict"]
Unused = Literal["refuse", "allow"]
Output = Literal["zip", "docx", "pdf"]
PdfVersion = Literal["1.6", "a2b"]
Review = Literal["comments", "tracked"]
ReportFile = Literal["sarif", "junit"]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "preset": ("quick", "template", "strict"),
    "format_mode": ("report", "strict", "off"),
    "format_baseline": ("template", "policy"),
    "format_fix_mode": ("none", "safe"),
    "format_report": ("human", "json", "both"),
    "lang": LANGUAGES,
    "unused": ("refuse", "allow"),
    "output": ("zip", "docx", "pdf"),
    "pdf_version": ("1.6", "a2b"),
    "review": ("comments", "tracked"),
}
# What ``format_report`` may name behind its value, each after a comma: the report in these forms too.
REPORT_FILES: tuple[ReportFile, ...] = ("sarif", "junit")
# Switches beside ``strict``; they are not part of ``effective`` and of no preset.
_OWN_SWITCHES = ("export_suggested_policy", "strip_comments", "drop_signature", "pdf")
SWITCHES = ("strict", *_OWN_SWITCHES)
SWITCH_VALUES: Mapping[str, bool] = {
    **dict.fromkeys(("true", "1", "yes", "on", "t"), True),
    **dict.fromkeys(("false", "0", "no", "off", "f"), False),
}
FIELD_ORDER = (
    "skill",
    "preset",
    "strict",
    "format_mode",
    "format_baseline",
    "format_fix_mode",
    "format_report",
    "policy_yaml",
    "policy",
    "export_suggested_policy",
    "strip_comments",
    "drop_signature",
    "lang",
    "unused",
    "output",
    "name",
    "pdf",
    "pdf_version",
    "review",
)
# What a preset sets; ``strict`` sets the first.
_PRESET_FIELDS = ("format_mode", "format_baseline", "format_fix_mode")
_EXPLICIT_FIELDS = (
    *_PRESET_FIELDS,
    "format_report",
    "report_files",
    "lang",
    "unused",
    "output",
    "pdf_version",
    "review",
)
# A field, and the fields that cannot be sent together with it.
_EXCLUDES = (
    ("preset", (*_PRESET_FIELDS, "policy_yaml")),
    ("strict", _PRESET_FIELDS),
    ("policy", ("policy_yaml",)),
)


class Options(NamedTuple):
    """How a job checks the format, how it reports and what it leaves out; every text is one of ``CHOICES``.

    ``lang`` is the language of the texts for people; ``None`` means that of the template. ``strip_comments``
    leaves out the comments of the template's author, ``drop_signature`` its digital signature. ``unused``
    says what becomes of payload keys that no tag of the template takes, in an open task. ``output`` is
    what is handed out, ``name`` the pattern of its name. ``pdf`` asks for a PDF beside the document, of the
    version ``pdf_version``. ``report_files`` are other forms of the format report that are wanted, ``review``
    is the kind of the reviewer's copy, if one is.
    """

    preset: Preset = "quick"
    format_mode: FormatMode = "report"
    format_baseline: FormatBaseline = "template"
    format_fix_mode: FormatFixMode = "safe"
    format_report: FormatReport = "json"
    export_suggested_policy: bool = False
    lang: Language | None = None
    strip_comments: bool = False
    drop_signature: bool = False
    unused: Unused = "refuse"
    output: Output = "zip"
    name: str | None = None
    pdf: bool = False
    pdf_version: PdfVersion = "1.6"
    report_files: tuple[ReportFile, ...] = ()
    review: Review | None = None

    def effective(self, language: Language) -> dict[str, str]:
        """Return the ``effective`` member of ``api_result.json``; ``language`` is the one that was used."""
        values = self._asdict()
        for name in (
            *_OWN_SWITCHES,
            "lang",
            "unused",
            "output",
            "name",
            "pdf_version",
            "report_files",
            "review",
        ):
            del values[name]
        format_report = ",".join((self.format_report, *self.report_files))
        return {**values, "format_report": format_report, "language": language}

    def of_precheck(self) -> "Options":
        """Return the options of what a precheck renders for a job with these.

        The format is not checked, unless its fixes are to be shown as tracked changes: the template may be
        one for which they cannot be. Then too the exit code does not depend on the format.
        """
        asked = Options(unused=self.unused, name=self.name)
        if self.review != "tracked":
            return asked._replace(format_mode="off")
        return asked._replace(format_baseline="policy", review="tracked")

    @property
    def repairs(self) -> bool:
        """Whether the format check repairs what it may."""
        return (
            self.format_mode != "off" and self.format_baseline == "policy" and self.format_fix_mode == "safe"
        )


_PLAIN = Options()
PRESETS: Mapping[str, Options] = {
    "quick": _PLAIN,
    "template": Options(preset="template", format_fix_mode="none"),
    "strict": Options(preset="strict", format_mode="strict", format_baseline="policy"),
}


def check_conflicts(given: Mapping[str, object]) -> None:
    """Raise ``ArgumentConflict`` when fields in ``given`` cannot be combined.

    ``given`` holds the fields that were sent. Their values do not matter: a default that was sent counts too.
    """
    excluded = {name for owner, fields in _EXCLUDES if owner in given for name in fields}
    conflicting = [name for name in FIELD_ORDER if name in excluded and name in given]
    if not conflicting:
        return
    owners = " and ".join(
        name for name, fields in _EXCLUDES if name in given and any(field in given for field in fields)
    )
    raise ArgumentConflict(
        f"{owners} cannot be combined with {', '.join(conflicting)}: send one or the other.",
        conflicting_fields=conflicting,
    )


def given_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that are not empty; browsers also send the empty fields of a form.

    White space around a value is removed, except in the text of a policy.
    """
    trimmed = {name: value if name == "policy_yaml" else value.strip() for name, value in fields.items()}
    return {name: value for name, value in trimmed.items() if value.strip()}


def parse_switch(name: str, value: str) -> bool:
    """Return ``value`` (in any case) as a boolean; raise ``InvalidArgument`` if not in ``SWITCH_VALUES``."""
    switch = SWITCH_VALUES.get(value.lower())
    if switch is None:
        raise _unknown_value(name, value, ("true", "false"))
    return switch


def parse_choice(name: str, value: str) -> str:
    """Return ``value`` in lower case; raise ``InvalidArgument`` unless ``CHOICES`` has it for ``name``."""
    if value.lower() not in CHOICES[name]:
        raise _unknown_value(name, value, CHOICES[name])
    return value.lower()


def parse_format_report(value: str) -> tuple[str, tuple[ReportFile, ...]]:
    """Return the value of ``format_report`` and the other forms of the report that it names behind commas.

    Raises ``InvalidArgument`` as ``parse_choice`` does.
    """
    first, *others = (each.strip() for each in value.split(","))
    names = {each.lower() for each in others}
    allowed = CHOICES["format_report"] if names <= {*REPORT_FILES} else REPORT_FILES
    if allowed is REPORT_FILES or first.lower() not in allowed:
        raise InvalidArgument(
            f"format_report: unknown value; use one of {', '.join(CHOICES['format_report'])}, and behind it, "
            f"each after a comma, {' or '.join(REPORT_FILES)} if wanted.",
            field="format_report",
            value=echo(value),
            allowed=list(allowed),
        )
    return first.lower(), tuple(each for each in REPORT_FILES if each in names)


def _unknown_value(name: str, value: str, allowed: tuple[str, ...]) -> InvalidArgument:
    return InvalidArgument(
        f"{name}: unknown value; use one of {', '.join(allowed)}.",
        field=name,
        value=echo(value),
        allowed=list(allowed),
    )


def resolve_options(given: Mapping[str, str], defaults: Options = _PLAIN) -> Options:
    """Return the options of a job for the form fields ``given`` (name to text, see ``given_fields``).

    ``defaults`` are those that ``stated_options`` returned. An ``output`` that is a PDF asks for one,
    whichever of the two said so. Raises as ``stated_options`` does.
    """
    options = stated_options(given, defaults)
    if options.review == "tracked" and not options.repairs:
        raise InvalidArgument(
            "review: tracked shows the fixes of the format check as tracked changes, and this job makes "
            "none. Compare with a policy and fix (preset=strict, or format_baseline=policy and "
            "format_fix_mode=safe), or use review=comments.",
            field="review",
            value="tracked",
            allowed=["comments"],
        )
    return options._replace(pdf=options.pdf or options.output == "pdf")


def stated_options(given: Mapping[str, str], defaults: Options = _PLAIN) -> Options:
    """Return the options as ``given`` states them, which may be defaults of other fields.

    ``defaults`` hold where no field says otherwise; a ``preset`` that is given replaces all that it sets.

    Raises ``ArgumentConflict``, or ``InvalidArgument`` for the first unknown value in the contract's order.
    Fields that are not options (``skill``, ``policy_yaml``) are only checked for conflicts; what ``name``
    means is read elsewhere. With ``policy`` the baseline is ``policy`` unless ``preset`` or
    ``format_baseline`` is given; whether that policy exists is checked elsewhere.
    """
    check_conflicts(given)
    values: dict[str, str | bool | tuple[str, ...]] = {}
    for name in FIELD_ORDER:
        if name not in given:
            continue
        if name == "format_report":
            values[name], values["report_files"] = parse_format_report(given[name])
        elif name in CHOICES:
            values[name] = parse_choice(name, given[name])
        elif name in SWITCHES:
            values[name] = parse_switch(name, given[name])
        elif name == "name":
            values[name] = given[name]
    options = defaults
    if "preset" in values:
        preset = PRESETS[str(values["preset"])]
        options = options._replace(**{name: getattr(preset, name) for name in ("preset", *_PRESET_FIELDS)})
    explicit = {name: values[name] for name in _EXPLICIT_FIELDS if name in values}
    if "policy" in given and "preset" not in given:
        explicit.setdefault("format_baseline", "policy")
    if values.get("strict"):
        explicit["format_mode"] = "strict"
    explicit |= {name: values[name] for name in (*_OWN_SWITCHES, "name") if name in values}
    return options._replace(**cast(dict[str, Any], explicit))
