"""Where LibreOffice lies, and what a renderer that uses it has to read."""

import os
from pathlib import Path

from docops_flask.engine.pdf.office import library_of

_USUAL = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice/program",
)
# Beside LibreOffice's own folder: its configuration and data as Debian has them, fonts, random numbers (the
# identifier of a PDF).
_BESIDE = (
    "/usr/share/libreoffice",
    "/etc/libreoffice",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
    "/usr/share/liblangtag",
    # Chinese numbers of lists (一、).
    "/usr/share/libnumbertext",
    "/etc/fonts",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/fontconfig",
    "/var/cache/fontconfig",
    "/dev/urandom",
)


def find_program(office_dir: Path | None) -> str | None:
    """Return LibreOffice's folder ``program``; ``None`` where there is none with LibreOfficeKit.

    ``office_dir`` is the installation's folder, or its ``program``; ``None``: the usual places.
    """
    candidates = _USUAL if office_dir is None else (str(office_dir / "program"), str(office_dir))
    return next((path for path in candidates if library_of(path) is not None), None)


def readable_for_office(program: str, profile: str, fonts_dir: str | None) -> tuple[str, ...]:
    """Return the paths that a renderer has to read to make a PDF, beside those of every renderer."""
    return (profile, *readable_beside(program, fonts_dir))


def readable_beside(program: str | None, fonts_dir: str | None) -> tuple[str, ...]:
    """Return those paths but for the profile; ``program`` is ``None`` where there is no LibreOffice."""
    own = () if program is None else (os.path.dirname(os.path.realpath(program)),)
    fonts = () if fonts_dir is None else (os.path.realpath(fonts_dir),)
    return (*own, *_BESIDE, *fonts)
