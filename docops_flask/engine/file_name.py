"""Names of files that people take away: storable on Windows, macOS and Linux, doubles numbered.

Sources: Microsoft, *Naming Files, Paths, and Namespaces* (refused characters, reserved names, ends);
POSIX.1-2024, *Filename* (no slash, no NUL); Unicode UAX 9 (marks of direction) and UAX 29 (what a reader sees
as one character).
"""

import re
from unicodedata import category, normalize

# Without the extension. Most file systems take 255 bytes or UTF-16 units with it; programs add to it.
MAX_NAME_BYTES = 120
# A longer text is cut before anything else is done with it.
_MAX_TEXT = 4096
_LINE_ENDS = re.compile("[\t-\r\x85\u2028\u2029]+")
# Controls, marks of direction, characters that cannot be seen, half characters, noncharacters. A joiner
# (U+200D) stays: emoji are made with it.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff]"
)
_REFUSED = re.compile(r'[<>:"/\\|?*]')
_REPLACEMENT = "_"
# Names of devices of Windows, with any extension; superscript digits count as digits there.
_RESERVED = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3]) *(?:\.|\Z)", re.I
)
_JOINER = "\u200d"


def storable_name(text: str, extension: str = "") -> str:
    """Return ``text`` as the name of a file, without extension; "" where nothing of it can be stored.

    ``extension`` (".docx") is the one that the file will get: a name that ends with it gets it once. The
    name is in NFC, has at most ``MAX_NAME_BYTES`` bytes of UTF-8, and is cut between two characters as a
    reader sees them.
    """
    name = _UNSEEN.sub("", _LINE_ENDS.sub(" ", text[:_MAX_TEXT]))
    name = _stripped(normalize("NFC", name))
    if extension and name.lower().endswith(extension):
        name = name[: -len(extension)]
    name = _fitting(_REFUSED.sub(_REPLACEMENT, name), MAX_NAME_BYTES)
    if _RESERVED.match(name):
        name = _fitting(_REPLACEMENT + name, MAX_NAME_BYTES)
    return name


def _stripped(name: str) -> str:
    # Windows drops dots and blanks at the end; a dot at the beginning hides a file on other systems.
    return name.strip().strip(". ").strip()


def _fitting(name: str, most_bytes: int) -> str:
    """Return the beginning of ``name`` that takes at most ``most_bytes``."""
    content = name.encode()
    if len(content) <= most_bytes:
        return _stripped(name)
    end = len(content[:most_bytes].decode(errors="ignore"))
    whole = end
    while whole and _goes_on(name, whole):
        whole -= 1
    return _stripped(name[: whole or end])


def _goes_on(name: str, index: int) -> bool:
    """Say whether the character at ``index`` belongs to the one before it (main cases of UAX 29, 3.1.1)."""
    character, before = name[index], name[index - 1]
    if category(character).startswith("M") or _JOINER in (character, before):
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f":
        return True
    if not _is_regional(character):
        return False
    # Two regional indicators are one flag.
    start = index
    while start and _is_regional(name[start - 1]):
        start -= 1
    return (index - start) % 2 == 1


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


class UniqueNames:
    """Numbers the names of files in one folder: the second "a" becomes "a-2".

    Names that differ in case or in the form of Unicode alone are the same to Windows and macOS.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, name: str) -> str:
        """Return ``name``, which ``storable_name`` made, or the first numbered form of it that is free."""
        key, taken = _key(name), name
        number = self._next.get(key, 2)
        while _key(taken) in self._taken:
            end = f"-{number}"
            taken = _fitting(name, MAX_NAME_BYTES - len(end)) + end
            number += 1
        self._next[key] = number
        self._taken.add(_key(taken))
        return taken


def _key(name: str) -> str:
    return normalize("NFC", normalize("NFC", name).casefold())
