"""Fields and policies that are refused: unknown, repeated, huge, in conflict, or YAML that would do more."""

from docops_flask.engine.checks.suggested_policy import policy_to_yaml
from docops_flask.engine.policy.policy import Policy
from tests.hostile.answer_checks import Refusal
from tests.web.forms import part

_POLICY = policy_to_yaml(Policy()).encode()


def _refused(field: str, place: str = "docops_flask/engine/options.py") -> Refusal:
    return Refusal(400, "INVALID_ARGUMENT", {"field": field}, inner=place)


def _conflict(*fields: str) -> Refusal:
    detail = {"conflicting_fields": list(fields)}
    return Refusal(400, "INVALID_ARGUMENT_CONFLICT", detail, inner="docops_flask/engine/options.py")


_FORMAT = ("format_mode", "format_baseline", "format_fix_mode")
_RECEIVE = "docops_flask/web/upload/form.py"
_DECODE = "docops_flask/web/upload/received.py"
_INPUTS = "docops_flask/intake/job.py"

OPTIONS = {
    "an unknown field": ([part("debug", b"true")], _refused("debug", _RECEIVE)),
    "a field in capitals": ([part("PRESET", b"quick")], _refused("PRESET", _RECEIVE)),
    "a field of full width": ([part("ｐreset", b"quick")], _refused("ｐreset", _RECEIVE)),
    "a field with a blank": ([part("preset ", b"quick")], _refused("preset ", _RECEIVE)),
    "a field of an array": ([part("preset[]", b"quick")], _refused("preset[]", _RECEIVE)),
    "a field of a class": ([part("__class__", b"x")], _refused("__class__", _RECEIVE)),
    "a field twice": ([part("preset", b"quick"), part("preset", b"strict")], _refused("preset", _RECEIVE)),
    "a field thirty times": ([part("strict", b"true")] * 30, _refused("strict", _RECEIVE)),
    "a field as a file": ([part("policy_yaml", _POLICY, "a.yaml")], _refused("policy_yaml", _RECEIVE)),
    "a field that is no UTF-8": ([part("preset", b"qu\xff")], _refused("preset", _DECODE)),
    "a field in UTF-16": ([part("preset", "quick".encode("utf-16"))], _refused("preset", _DECODE)),
    "a value of 60 KB": ([part("preset", b"quick" * 12_000)], _refused("preset")),
    "a value of 200 KB": ([part("format_mode", "词".encode() * 70_000)], _refused("format_mode")),
    "a value with NUL": ([part("preset", b"quick\0")], _refused("preset")),
    "a value with a line break": ([part("preset", b"quick\r\nX-Injected: 1")], _refused("preset")),
    "a value that reads backwards": ([part("preset", "\u202ekciuq".encode())], _refused("preset")),
    "a value with an escape sequence": ([part("format_mode", b"\x1b]0;x\x07off")], _refused("format_mode")),
    "a value of full width": ([part("format_mode", "ｏｆｆ".encode())], _refused("format_mode")),
    "two values": ([part("format_report", b"json,human")], _refused("format_report")),
    "a switch of 2": ([part("strict", b"2")], _refused("strict")),
    "a switch of full width": ([part("strict", "１".encode())], _refused("strict")),
    "an unknown skill": ([part("skill", b"invoice")], _refused("skill", _INPUTS)),
    "a skill that is a path": ([part("skill", b"../../../etc/passwd\0")], _refused("skill", _INPUTS)),
    "a skill of 1 MB": ([part("skill", b"s" * 1_000_000)], _refused("skill", _INPUTS)),
    "a policy that is a path": ([part("policy", b"../policies/default")], _refused("policy", _INPUTS)),
    "a policy that is a file": ([part("policy", b"default.yaml")], _refused("policy", _INPUTS)),
    "a policy with NUL": ([part("policy", b"default\0")], _refused("policy", _INPUTS)),
    "a policy that is an address": ([part("policy", b"http://127.0.0.1:1/x")], _refused("policy", _INPUTS)),
    "a preset and all else": (
        [part("preset", b"x"), *(part(name, b"x") for name in _FORMAT), part("policy_yaml", b"x")],
        _conflict(*_FORMAT, "policy_yaml"),
    ),
    "strict and a mode": ([part("strict", b"false"), part("format_mode", b"off")], _conflict("format_mode")),
    "two policies": ([part("policy", b"x"), part("policy_yaml", b"x")], _conflict("policy_yaml")),
    "another skill than the task's": (
        [part("skill", b"training_notice")],
        Refusal(400, "INVALID_ARGUMENT_CONFLICT", {"skill": "training_notice"}, inner=_INPUTS),
    ),
}  # fmt: skip


def _nested(depth: int) -> bytes:
    return b"".join(b" " * level + b"a:\n" for level in range(depth))


POLICIES = {
    "a text": b"policy",
    "a list": b"- a\n- b\n",
    "null": b"~",
    "JSON": b'{"forbid_tables": 1}',
    "a billion laughs": b"a: &a [x, x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c, *%c]\n" % (key, key, key - 1, key - 1, key - 1) for key in b"bcdefghi"),
    "an alias of itself": b"a: &a [*a]\n",
    "an alias of nothing": b"a: *b\n",
    "3,000 anchors": b"".join(b"a%d: &a%d 1\n" % (n, n) for n in range(3_000)),
    "a merge key": b"a: 1\n<<: {b: 2}\n",
    "a merge of a list": b"<<: [{a: 1}, {b: 2}]\n",
    "a merge key by its tag": b"!!merge a: {b: 1}\n",
    "a Python object": b"a: !!python/object/apply:os.system ['touch /tmp/hostile-policy']\n",
    "a Python name": b"a: !!python/name:os.environ\n",
    "a Python module": b"!!python/module:os\n",
    "a Python object by its whole tag": b"a: !<tag:yaml.org,2002:python/object/new:dict> []\n",
    "a tag of our own": b"%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.getcwd []\n",
    "binary": b"run_font_latin: !!binary eA==\n",
    "a set": b"!!set {a, b}\n",
    "a time": b"run_size_pt: 2026-11-23T00:00:00Z\n",
    "two documents": _POLICY + b"---\n" + _POLICY,
    "1,000 documents": b"---\na: 1\n" * 1_000,
    "6 deep": _nested(6),
    "350 deep": _nested(350),
    "30,000 open lists": b"a: " + b"[" * 30_000,
    "30,000 open mappings": b"a: " + b"{" * 30_000,
    "30,000 question marks": b"? " * 30_000,
    "30,000 dashes": b"- " * 30_000,
    "an unclosed text of 60 KB": b'a: "' + b"x" * 60_000,
    "60,000 line breaks in a text": b'a: "' + b"\n" * 60_000 + b'"',
    "10,000 keys": b"".join(b"%x: \n" % number for number in range(10_000)),
    "a key of 60 KB": b"k" * 60_000 + b": 1\n",
    "a key twice": _POLICY + b"forbid_tables: false\n",
    "a key twice, once quoted": _POLICY + b'"forbid_tables": false\n',
    "a key with an escaped line break": b'"a\\nb": 1\n',
    "a key that reads backwards": "\u202ea: 1\n".encode(),
    "a key with an escape sequence": b'"\\e[2J": 1\n',
    "a number of 60,000 digits": _POLICY.replace(b"run_size_pt: ", b"run_size_pt: " + b"9" * 60_000),
    "a number to the base of sixty": _POLICY.replace(b"run_size_pt: ", b"run_size_pt: 1:30:59:"),
    "a number with an exponent": _POLICY.replace(b"run_size_pt: ", b"run_size_pt: 1e9999 # "),
    "infinity": _POLICY.replace(b"run_size_pt: ", b"run_size_pt: .inf # "),
    "no number": _POLICY.replace(b"run_size_pt: ", b"run_size_pt: .NaN # "),
    "a version of another kind": b"version: [2]\n" + _POLICY,
    "a version of 60 digits": b"version: " + b"2" * 60 + b"\n" + _POLICY,
    "an absurd YAML version": b"%YAML " + b"9" * 5000 + b".1\n---\na: 1\n",
    "a control character": _POLICY + b"# \x07\n",
    "NUL": _POLICY + b"\0",
    "an escape character": b'a: "\x1b[31m"\n',
    "DEL": b"a: \x7f\n",
    "a byte order mark inside": _POLICY + b"\xef\xbb\xbfa: 1\n",
    "an escape beyond Unicode": b'a: "\\UFFFFFFFF"\n',
    "a surrogate by escapes": _POLICY.replace(b"run_font_latin: ", b'run_font_latin: "\\uD800" # '),
    "an include": b"a: !include /etc/passwd\n",
    "a template": b"a: {{ 7 * 7 }}\n",
    "64 KiB and a byte": b"#" * (64 * 1024 + 1),
    "9 MB": b"# " + b"x" * 9_000_000,
}  # fmt: skip

FIELDS: dict[str, tuple[list[bytes], Refusal]] = {
    **OPTIONS,
    **{
        f"policy_yaml: {name}": (
            [part("policy_yaml", text)],
            _refused("policy_yaml", "intake/catalogue/policy_file.py"),
        )
        for name, text in POLICIES.items()
    },
}
