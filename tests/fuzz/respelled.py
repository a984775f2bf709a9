"""XML parts spelled in other ways that say the same (XML 1.0, 3.1): what a template may look like."""

import io
import re
import zipfile

from tests.factories import package
from tests.fuzz.chance import Chance

_TAG = re.compile(r"<(/?)([^\s/>!?]+)((?:\s+[^\s=]+=(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>")
_ATTRIBUTE = re.compile(r"\s+([^\s=]+)=(?:\"([^\"]*)\"|'([^']*)')")
_BETWEEN = ("", "", "", " ", "\n  ", "<!-- -->", "<?x?>")
_PREFIXES = {"w": "w1", "wp": "d", "v": "vml", "a": "dml", "w14": "q"}


def respelled(docx: bytes, chance: Chance) -> bytes:
    """Return a package with its parts below word/ written in another way; some tags stay as they are."""
    renamed = chance.randrange(3) == 0
    rate = 1 + chance.randrange(3)
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, content in members.items():
        if name.startswith("word/") and name.endswith(".xml"):
            text = _TAG.sub(lambda tag: _tag(tag, chance, rate), content.decode())
            members[name] = (_with_prefixes(text) if renamed else text).encode()
    return package(members)


def _tag(tag: "re.Match[str]", chance: Chance, rate: int) -> str:
    slash, name, attributes, empty = tag.groups()
    if chance.randrange(rate):
        return tag[0]
    blank = chance.choice(("", "", " ", "\n", "\t"))
    if slash:
        return f"</{name}{blank}>"
    attributes = _ATTRIBUTE.sub(lambda each: _attribute(each, chance), attributes)
    if not empty:
        return f"<{name}{attributes}{blank}>"
    if chance.randrange(2):
        return f"<{name}{attributes}{blank}/>"
    between = chance.choice(_BETWEEN)
    return f"<{name}{attributes}{blank}>{between}</{name}{chance.choice(('', ' ', chr(10)))}>"


def _attribute(attribute: "re.Match[str]", chance: Chance) -> str:
    value = attribute[2] if attribute[2] is not None else attribute[3]
    quote = "'" if '"' in value or (chance.randrange(2) and "'" not in value) else '"'
    before = chance.choice((" ", " ", "\n", "  ", "\t"))
    equals = chance.choice(("=", "=", " = ", "\n="))
    return f"{before}{attribute[1]}{equals}{quote}{value}{quote}"


def _with_prefixes(text: str) -> str:
    """Return the text of a part with other prefixes for the namespaces of Word."""

    def name(qualified: str) -> str:
        prefix, colon, local = qualified.partition(":")
        if prefix == "xmlns" and colon:
            return f"xmlns:{_PREFIXES.get(local, local)}"
        return f"{_PREFIXES.get(prefix, prefix)}:{local}" if colon else qualified

    def tag(match: "re.Match[str]") -> str:
        attributes = re.sub(
            r"(\s)([^\s=\"']+)(\s*=\s*(?:\"[^\"]*\"|'[^']*'))",
            lambda each: each[1] + name(each[2]) + each[3],
            match[3],
        )
        return f"<{match[1]}{name(match[2])}{attributes}>"

    return re.sub(r"<(/?)([^\s/>!?]+)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", tag, text)
