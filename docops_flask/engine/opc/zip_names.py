"""Rules for member names of a ZIP archive, and the error for damaged archives.

Readers differ in the name they use (header or extra field), its encoding, letter case, Unicode
normalization, percent-encoding (ECMA-376 part 2, 6.2.2 and 7.2) and the rules of their file system. Names
that readers could understand differently are refused. See docs/analysis/zip-details.md.
"""

from collections.abc import Sequence
from functools import lru_cache

from docops_flask.engine.errors import InvalidTemplate, echo


def damaged(what: str, reason: str) -> InvalidTemplate:
    """Return an ``InvalidTemplate`` for a damaged archive; ``what`` goes into its message.

    ``reason`` is its ``detail.reason``.
    """
    return InvalidTemplate(
        f"template: {what}. Open it in Word, save it again as .docx and retry.", reason=reason
    )


# The longest file name in common file systems, in bytes; the limit for the whole name is below any system's.
_MAX_SEGMENT_BYTES = 255
_MAX_NAME_BYTES = 512
# A backslash is a separator on Windows; control and bidi characters can disguise the rest of a name.
_SEPARATORS_AND_CONTROLS = frozenset(
    "\\\x7f\u200e\u200f\u061c\u2028\u2029\ufeff"
    + "".join(map(chr, (*range(0x20), *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
)
# Characters that Windows forbids in file names; there a colon marks a drive or an alternate data stream.
_NOT_ON_WINDOWS = frozenset('<>:"|?*')
# Characters that all readers treat alike in any encoding; nearly all names consist of them.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-[] ")
# Device names on Windows, also with any extension.
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"}.union(
        f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"
    )
)
_DEVICE_STARTS = frozenset(device[:3] for device in _DEVICES)


def member_name(raw_name: bytes, seconds: Sequence[tuple[bytes, bool]], *, is_utf8: bool) -> str:
    """Return a member's decoded name.

    ``raw_name`` is the name in its headers. ``is_utf8`` is whether a header has the UTF-8 flag. ``seconds``
    is the result of ``zip_entry.second_names``.

    Raises ``InvalidTemplate`` if the encoding is unknown, if a name in an extra field differs, or if some
    reader could take the name for another path.
    """
    if raw_name.isascii() or is_utf8:
        name = _decoded(raw_name)
        if name is None:
            raise damaged("a file name in it is not valid UTF-8", "entry_name")
    else:
        # The specification says code page 437, but producers use their local encoding. Only Info-ZIP's
        # Unicode path field has the name in a known one.
        name = next((_decoded(second) for second, is_its_own in seconds if is_its_own), None)
        if name is None:
            raise damaged("a file name in it does not tell its encoding", "entry_name")
    if seconds and any(second != name.encode() for second, _ in seconds):
        raise damaged(f"the file {echo(name)} in it has a second name", "entry_name")
    if not is_safe(name):
        raise damaged(f"the file name {echo(name)} in it is not allowed", "entry_name")
    return name


class TakenNames:
    """The member names seen so far; refuses a name that some reader would take for one of them."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        # The root, which is around all others, has no name.
        self._folders: set[str] = {""}

    def add(self, name: str) -> None:
        """Add ``name``; raise ``InvalidTemplate`` if it or a file with the name of its folder is present."""
        taken, folders = self._taken, self._folders
        key = name.lower() if name.isascii() and "%" not in name else _key(name)
        if key in taken:
            raise damaged(f"it holds {echo(name)} twice", "duplicate_name")
        taken.add(key)
        if key in folders:
            raise _file_and_folder(name)
        folder = key.rpartition("/")[0]
        # Those around a folder that is known are known.
        while folder not in folders:
            if folder in taken:
                raise _file_and_folder(folder)
            folders.add(folder)
            folder = folder.rpartition("/")[0]


def _file_and_folder(name: str) -> InvalidTemplate:
    return damaged(f"{echo(name)} in it is a file and a folder", "duplicate_name")


def _decoded(raw_name: bytes) -> str | None:
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError:
        return None


# The names of a template are those of its result.
@lru_cache(maxsize=4096)
def is_safe(name: str) -> bool:
    """Return whether no reader takes a member's name for another path."""
    if not _stays_in_place(name) or not (_PLAIN.issuperset(name) or _is_safe_beyond_plain(name)):
        return False
    if len(name) > _MAX_SEGMENT_BYTES // 4 and not _is_short(name):
        return False
    for segment in name.upper().split("/"):
        if segment[:3] in _DEVICE_STARTS and segment.partition(".")[0].rstrip(" ") in _DEVICES:
            return False
    return True


def _stays_in_place(name: str) -> bool:
    """Return whether no segment is empty, is "." or ".." or ends with a dot or space (dropped by Windows)."""
    path = name.removesuffix("/")
    return (
        path != ""
        and path[0] != "/"
        and path[-1] not in "/. "
        and not ("//" in path or "./" in path or " /" in path)
    )


def _is_safe_beyond_plain(name: str) -> bool:
    if not _SEPARATORS_AND_CONTROLS.isdisjoint(name) or not _NOT_ON_WINDOWS.isdisjoint(name):
        return False
    if "%" in name:
        # A reader that decodes percent-encoding must get the same folder.
        plain = _percent_decoded(name)
        if (
            plain.count("/") != name.count("/")
            or not _stays_in_place(plain)
            or not _SEPARATORS_AND_CONTROLS.isdisjoint(plain)
        ):
            return False
    return name.isascii() or name == _normalized(name)


def _is_short(name: str) -> bool:
    raw_name = name.encode()
    return len(raw_name) <= _MAX_NAME_BYTES and max(map(len, raw_name.split(b"/"))) <= _MAX_SEGMENT_BYTES


def _key(name: str) -> str:
    """Return a key that is equal for names that some reader treats as the same."""
    plain = _percent_decoded(name) if "%" in name else name
    return plain.lower() if plain.isascii() else _normalized(_normalized(plain).casefold())


def _normalized(text: str) -> str:
    """Return ``text`` in NFC, to which some readers normalize every name."""
    from unicodedata import normalize

    return normalize("NFC", text)


def _percent_decoded(name: str) -> str:
    from urllib.parse import unquote

    return unquote(name)
