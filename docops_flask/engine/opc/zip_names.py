"""What a member of a ZIP archive may be called, and the refusal of damaged archives.

Readers differ in which name they take (header or extra field), in its encoding, in letter case, in Unicode
normalisation, in percent-encoding (ECMA-376 part 2, 6.2.2 and 7.2) and in what their file system makes of it.
See docs/analysis/zip-details.md.
"""

from collections.abc import Sequence

from docops_flask.engine.errors import InvalidTemplate, echo


def damaged(what: str, reason: str) -> InvalidTemplate:
    """Return the error that says ``what`` is wrong with the file; ``reason`` is its ``detail.reason``."""
    return InvalidTemplate(
        f"template: {what}. Open it in Word, save it again as .docx and retry.", reason=reason
    )


# A file system's longest name of one file, in bytes; the whole is far below any system's longest path.
_MOST_SEGMENT_BYTES = 255
_MOST_NAME_BYTES = 512
# Backslashes are separators elsewhere; controls, and marks of direction, hide what follows.
_SEPARATORS_AND_CONTROLS = frozenset(
    "\\\x7f\u200e\u200f\u061c\u2028\u2029\ufeff"
    + "".join(map(chr, (*range(0x20), *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
)
# Windows has no files with these in their names; a colon begins a hidden stream there, or follows a drive.
_NOT_ON_WINDOWS = frozenset('<>:"|?*')
# What is the same everywhere, in any encoding: nearly all names are made of it alone.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-[] ")
# Windows opens a device by these names, whatever extension follows.
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"}.union(
        f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"
    )
)
_DEVICE_STARTS = frozenset(device[:3] for device in _DEVICES)


def member_name(raw_name: bytes, seconds: Sequence[tuple[bytes, bool]], *, is_utf8: bool) -> str:
    """Return a member's name.

    ``raw_name`` is what its headers hold, ``is_utf8`` whether one of them says that this is UTF-8,
    ``seconds`` what ``zip_extra.second_names`` found. Raises ``InvalidTemplate`` when the encoding cannot be
    known, when a second name is another one, or when the name is not safe in every reader.
    """
    if raw_name.isascii() or is_utf8:
        name = _decoded(raw_name)
        if name is None:
            raise damaged("a file name in it is not valid UTF-8", "entry_name")
    else:
        # Code page 437 by the specification, the author's own in practice: only a field of Info-ZIP tells.
        name = next((_decoded(second) for second, is_its_own in seconds if is_its_own), None)
        if name is None:
            raise damaged("a file name in it does not tell its encoding", "entry_name")
    if seconds and any(second != name.encode() for second, _ in seconds):
        raise damaged(f"the file {echo(name)} in it has a second name", "entry_name")
    if not _is_safe(name):
        raise damaged(f"the file name {echo(name)} in it is not allowed", "entry_name")
    return name


class TakenNames:
    """The names of an archive so far; two that some reader takes for the same are refused."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._folders: set[str] = set()

    def add(self, name: str) -> None:
        """Take ``name``; raise ``InvalidTemplate`` when it, or a file for its folder, is taken already."""
        key = _key(name)
        if key in self._taken:
            raise damaged(f"it holds {echo(name)} twice", "duplicate_name")
        self._taken.add(key)
        if key in self._folders:
            raise _file_and_folder(name)
        folder = key.rpartition("/")[0]
        while folder and folder not in self._folders:
            if folder in self._taken:
                raise _file_and_folder(folder)
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]


def _file_and_folder(name: str) -> InvalidTemplate:
    return damaged(f"{echo(name)} in it is a file and a folder", "duplicate_name")


def _decoded(raw_name: bytes) -> str | None:
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_safe(name: str) -> bool:
    if not _stays_in_place(name) or not (_PLAIN.issuperset(name) or _is_safe_beyond_plain(name)):
        return False
    if len(name) > _MOST_SEGMENT_BYTES // 4 and not _is_short(name):
        return False
    for segment in name.upper().split("/"):
        if segment[:3] in _DEVICE_STARTS and segment.partition(".")[0].rstrip(" ") in _DEVICES:
            return False
    return True


def _stays_in_place(name: str) -> bool:
    """Say whether no segment is empty, "." or "..", or ends with a dot or a space, which Windows drops."""
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
        # For a reader that decodes them the name has to stay where it is.
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
    return len(raw_name) <= _MOST_NAME_BYTES and max(map(len, raw_name.split(b"/"))) <= _MOST_SEGMENT_BYTES


def _key(name: str) -> str:
    """Return what is equal for names that some reader takes for the same."""
    plain = _percent_decoded(name) if "%" in name else name
    return plain.lower() if plain.isascii() else _normalized(_normalized(plain).casefold())


def _normalized(text: str) -> str:
    """Return ``text`` composed (NFC), as some readers make every name."""
    from unicodedata import normalize

    return normalize("NFC", text)


def _percent_decoded(name: str) -> str:
    from urllib.parse import unquote

    return unquote(name)
