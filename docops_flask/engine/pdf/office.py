"""LibreOffice inside this process, by LibreOfficeKit's C interface (``LibreOfficeKit/LibreOfficeKit.h``).

It starts no other process. It starts threads, which cannot be ended: the process has to end by ``os._exit``.
"""

import ctypes
import json
import os
from collections.abc import Mapping
from urllib.parse import quote

# The library with most of LibreOffice in it, and the small one of builds that are not merged.
_LIBRARIES = ("libmergedlo.so", "libsofficeapp.so")
# The places of functions in ``struct _LibreOfficeKitClass``, after its size.
_DESTROY, _DOCUMENT_LOAD, _GET_ERROR, _VERSION_INFO = 1, 2, 3, 10
# The places in ``struct _LibreOfficeKitDocumentClass``, after its size.
_DESTROY_DOCUMENT, _SAVE_AS = 1, 2


class OfficeError(RuntimeError):
    """LibreOffice could not be loaded, or did not convert; the message has no text of the document."""


def library_of(program: str) -> str | None:
    """Return the path of LibreOfficeKit's library in the folder ``program``; ``None`` without one."""
    paths = (os.path.join(program, name) for name in _LIBRARIES)
    return next((path for path in paths if os.path.isfile(path)), None)


class Office:
    """LibreOffice, loaded from the folder ``program`` with the user profile in the folder ``profile``.

    One for each process; raises ``OfficeError`` when it cannot be loaded.
    """

    def __init__(self, program: str, profile: str) -> None:
        path = library_of(program)
        if path is None:
            raise OfficeError("no library of LibreOfficeKit")
        try:
            hook = ctypes.CDLL(path).libreofficekit_hook_2
        except (OSError, AttributeError) as error:
            raise OfficeError("its library cannot be loaded") from error
        hook.restype = ctypes.c_void_p
        hook.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
        self._kit = hook(os.fsencode(program), _url(profile))
        if not self._kit:
            raise OfficeError("it did not start")

    def version(self) -> str:
        """Return its name and version, such as ``LibreOffice 7.4.7.2``."""
        told = _function(self._kit, _VERSION_INFO, ctypes.c_void_p)(self._kit)
        try:
            facts = json.loads(ctypes.string_at(told)) if told else {}
            return f"{facts['ProductName']} {facts['ProductVersion']}{facts['ProductExtension']}"
        except (ValueError, KeyError) as error:
            raise OfficeError("it told no version") from error

    def convert(self, document: str, pdf: str, options: Mapping[str, bool | int | str]) -> None:
        """Write the file ``document`` as PDF to ``pdf`` with ``options`` of the filter writer_pdf_Export.

        Raises ``OfficeError``. A PDF without an error may still lack text, so count it.
        """
        load = _function(self._kit, _DOCUMENT_LOAD, ctypes.c_void_p, ctypes.c_char_p)
        opened = load(self._kit, _url(document))
        if not opened:
            raise OfficeError("it did not open the document")
        save = _function(opened, _SAVE_AS, ctypes.c_int, *[ctypes.c_char_p] * 3)
        try:
            if not save(opened, _url(pdf), b"pdf", _filter_options(options)):
                raise OfficeError("it did not save the PDF")
        finally:
            # There may be further documents.
            _function(opened, _DESTROY_DOCUMENT, None)(opened)


def _filter_options(options: Mapping[str, bool | int | str]) -> bytes:
    """Return ``options`` in the JSON form that ``saveAs`` takes: each value a text with its UNO type."""
    names = {bool: "boolean", int: "long", str: "string"}
    typed = {name: {"type": names[type(value)], "value": _text(value)} for name, value in options.items()}
    return json.dumps(typed).encode()


def _text(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _url(path: str) -> bytes:
    return b"file://" + quote(os.fsencode(path)).encode()


def _function(thing: int, place: int, result: type | None, *arguments: type) -> "ctypes._FuncPointer":
    """Return the function number ``place`` of the class that the structure ``thing`` begins with."""
    pointers = ctypes.POINTER(ctypes.c_void_p)
    functions = ctypes.cast(ctypes.cast(thing, pointers)[0], pointers)
    return ctypes.CFUNCTYPE(result, ctypes.c_void_p, *arguments)(functions[place])
