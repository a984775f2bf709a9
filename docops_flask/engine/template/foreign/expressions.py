"""Reads the small expressions of template tools: paths, literals, comparisons."""

import re

from docops_flask.engine.template.foreign.tag import Test, split_outside

_NAME = r"[^\W\d]\w*"
_PATH = re.compile(rf"{_NAME}(?:\.{_NAME}|\[(?:'[^']*'|\"[^\"]*\")\])*\Z")
_STEP = re.compile(r"\.?(\w+)|\[(?:'([^']*)'|\"([^\"]*)\")\]")
_STRING = re.compile(r"'([^']*)'\Z|\"([^\"]*)\"\Z")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_COMPARISON = re.compile(r"(===|!==|==|!=|>=|<=|<>|>|<)")
_OPERATORS = {
    "==": "=", "===": "=", "!=": "≠", "!==": "≠", "<>": "≠", ">": ">", "<": "<", ">=": "≥", "<=": "≤",
}  # fmt: skip
_TURNED = {"=": "=", "≠": "≠", ">": "<", "<": ">", "≥": "≤", "≤": "≥"}
_NONE_OF = re.compile(r"(?:not\b|!)\s*\((.*)\)\Z", re.DOTALL)
_WORDS = {"true": "true", "false": "false", "True": "true", "False": "false"}
# What is compared in order: numbers and dates.
_ORDERED = re.compile(r"-?\d+(?:\.\d+)?\Z|\d{4}-\d\d-\d\d(?:T[\d:]+)?\Z")
# What no literal of ours can hold.
_NO_LITERAL = re.compile('[【】|｜\n\t\ufffc“”"]')


def read_path(text: str) -> tuple[str, ...] | None:
    """Return the names of a path such as ``a.b`` or ``a['b c']``; ``None`` for anything else."""
    text = text.strip()
    if not _PATH.match(text):
        return None
    return tuple(next(each for each in match if each) for match in _STEP.findall(text) if any(match))


def read_string(text: str) -> str | None:
    """Return the characters of a quoted text, or ``None``."""
    match = _STRING.match(text.strip())
    return None if match is None else (match[1] if match[1] is not None else match[2])


def read_literal(text: str) -> str | None:
    """Return what a literal of a condition of ours is for a text, a number, true or false; else ``None``."""
    text = text.strip()
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.match(text):
        return text
    string = read_string(text)
    return None if string is None or not string.strip() or _NO_LITERAL.search(string) else string


def read_tests(text: str) -> tuple[Test, ...] | None:
    """Return the conditions that a text names, all of which must hold; ``None`` for another expression.

    Parts may be joined by *and*; by *or* where all compare one value for equality, or none is to hold.
    """
    text = text.strip()
    either = [each.strip() for each in split_outside(text, (" or ", "||"))]
    if len(either) > 1:
        tests = [_test(each) for each in either]
        first = tests[0]
        if first is None or not all(
            each is not None and each[:2] == first[:2] and each.operator == "=" and not each.is_negated
            for each in tests
        ):
            return None
        return (first._replace(literals=tuple(x for each in tests if each for x in each.literals)),)
    found: list[Test | None] = []
    for each in split_outside(text, (" and ", "&&")):
        negated = _NONE_OF.match(each.strip())
        none_of = [] if negated is None else split_outside(negated[1], (" or ", "||"))
        if len(none_of) > 1:
            # None of several holds where each does not.
            tests = [_test(one) for one in none_of]
            found += (one and one._replace(is_negated=not one.is_negated) for one in tests)
        else:
            found.append(_test(each))
    tests_of_all = tuple(each for each in found if each is not None)
    return tests_of_all if len(tests_of_all) == len(found) else None


def joins_conditions(text: str) -> bool:
    """Say whether a text is conditions joined by *or*, each of which ``read_tests`` reads."""
    either = split_outside(text.strip(), (" or ", "||"))
    return len(either) > 1 and all(read_tests(each) is not None for each in either)


def _test(text: str) -> Test | None:
    text = text.strip()
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        return _test(text[1:-1])
    for sign in ("not ", "!"):
        if text.startswith(sign) and not text.startswith("!="):
            inner = _test(text[len(sign) :])
            return None if inner is None else inner._replace(is_negated=not inner.is_negated)
    path = read_path(text)
    if path is not None:
        return None if text in _WORDS or text in ("none", "None", "null") else Test(path)
    listed = re.match(r"(.+?)\s+(not\s+)?in\s+[\[(](.*)[\])]\Z", text)
    if listed is not None:
        return _among(listed[1], listed[3], "≠" if listed[2] else "=")
    truth = re.match(r"(.+?)\s+is\s+(true|false)\Z", text)
    parts = [truth[1], "==", truth[2]] if truth else _COMPARISON.split(text, maxsplit=1)
    if len(parts) == 1:
        return None
    one, sign, other = parts
    operator = _OPERATORS[sign]
    path, literal = read_path(one), read_literal(other)
    if path is None or literal is None or one.strip() in _WORDS:
        path, literal, operator = read_path(other), read_literal(one), _TURNED[operator]
    if path is None or literal is None or not _is_comparable(operator, literal):
        return None
    return Test(path, operator, (literal,))


def _is_comparable(operator: str, literal: str) -> bool:
    """Say whether a comparison of ours with ``literal`` can hold: words have no order here."""
    return operator in "=≠" or _ORDERED.match(literal) is not None


def _among(one: str, others: str, operator: str) -> Test | None:
    path = read_path(one)
    literals = [read_literal(each) for each in split_outside(others, (",",)) if each.strip()]
    known = tuple(each for each in literals if each is not None)
    return Test(path, operator, known) if path and known and len(known) == len(literals) else None
