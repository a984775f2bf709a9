"""What errors say of form fields, said of the arguments of tools that stand for them."""

import re
from collections.abc import Mapping
from typing import Any

# Form fields whose arguments have other names.
_ARGUMENTS = {"skill": "document_type", "policy_yaml": "policy", "asset": "assets"}
# A name, and not one that begins with it, such as that of a file.
_BEGIN = re.compile(rf"(?:{'|'.join(_ARGUMENTS)})(?=: | )")
# What else messages say of forms and addresses, and what agents are told. These are sentences of ours; what
# an error quotes is left as it is, a payload has words of its own.
_SENTENCES = tuple(
    (re.compile(ours), told)
    for ours, told in (
        (r"^(skill is .*: send the same, or no) skill\.$", r"\1 document_type."),
        (r"^((?:skill|task_type): unknown) skill;", r"\1 document type;"),
        (
            r"^asset: must be sent as a file, .*",
            "asset: give each file the name that the payload has for it.",
        ),
        (r"(?<=^task: )asset(?=: No value refers to )", "assets"),
        (
            r"No part asset with the file name (.+?) was sent; sent were:",
            r"assets has no file with the name \1; it has:",
        ),
        (
            r"cannot be combined with policy_yaml: .*",
            "cannot be combined with the YAML of a policy: give one of the two, or a policy by its name.",
        ),
        (
            r"Compare with a policy and fix \([^)]*\)",
            "Give preset=strict, or a policy without a preset",
        ),
        (r"; use /v1/run or /v1/precheck\.", "; use fill_template or precheck."),
        (r"A merge that takes longer is one for /v1/batches\.$", "A merge that takes longer needs as_batch."),
    )
)


def in_arguments(message: str, detail: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the message and the detail of an error with names of arguments in place of those of fields."""
    told = {_ARGUMENTS.get(name, name): value for name, value in detail.items()}
    if isinstance(told.get("field"), str):
        told["field"] = _ARGUMENTS.get(told["field"], told["field"])
    if "conflicting_fields" in told:
        told["conflicting_fields"] = [_ARGUMENTS.get(each, each) for each in told["conflicting_fields"]]
    for name in ("errors", "rows"):
        if isinstance(told.get(name), list):
            told[name] = [_fault(each) if isinstance(each, dict) else each for each in told[name]]
    message = _text(message)
    begin = _BEGIN.match(message)
    return message if begin is None else _ARGUMENTS[begin[0]] + message[begin.end() :], told


def _fault(fault: Mapping[str, Any]) -> dict[str, Any]:
    """Return one of several faults of an error, with its ``message`` and, if it has one, its ``path``."""
    told = {**fault}
    if isinstance(told.get("message"), str):
        told["message"] = _text(told["message"])
    if told.get("path") in _ARGUMENTS:
        told["path"] = _ARGUMENTS[told["path"]]
    return told


def _text(message: str) -> str:
    for ours, told in _SENTENCES:
        message = ours.sub(told, message, count=1)
    return message
