"""LibreOffice's user profile: made once, then read by every job and changed by none.

With a profile that has not the version of the installation LibreOffice tries its graphics at each start,
which takes longer than a conversion.
"""

import os
from typing import Any
from xml.sax.saxutils import escape

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.files import read_file, write_file
from docops_flask.engine.job import Job, OfficeSetup
from docops_flask.engine.pdf.fonts import fonts_conf, installed_families
from docops_flask.engine.pdf.office import Office, OfficeError

_FONTS_FILE = "fonts.conf"
_FONT_CACHE = "font-cache"
_USER_FOLDER = "user"
_LAYERS = "CONFIGURATION_LAYERS"
_REGISTRY = "http://openoffice.org/2001/registry"
_COMMON = "/org.openoffice.Office.Common"
# Node, property, value. Paths that a version does not know count for nothing.
_ITEMS = (
    ("/org.openoffice.Setup/Office", "ooSetupInstCompleted", "true"),
    # No macro runs, no link is followed, and no file is locked: there is no other user of it.
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", "true"),
    (f"{_COMMON}/Security/Scripting", "MacroSecurityLevel", "3"),
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    (f"{_COMMON}/Security/Scripting", "DisableActiveContent", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    (f"{_COMMON}/Misc", "UseLocking", "false"),
    (f"{_COMMON}/Misc", "FirstRun", "false"),
    (f"{_COMMON}/Misc", "CrashReport", "false"),
    (f"{_COMMON}/Misc", "UseOpenCL", "false"),
)


def environment(setup: OfficeSetup, folder: str) -> dict[str, str]:
    """Return the environment variables for LibreOffice; it makes its temporary files in ``folder``."""
    return {
        "HOME": folder,
        "TMPDIR": folder,
        "LC_ALL": "C.UTF-8",
        "FONTCONFIG_FILE": os.path.join(setup.profile, _FONTS_FILE),
        # Without windows.
        "SAL_USE_VCLPLUGIN": "svp",
        # The profile has no extensions, and looking for changed ones would write to it.
        "DISABLE_EXTENSION_SYNCHRONIZATION": "1",
        **_layers(setup.program),
    }


def _layers(program: str) -> dict[str, str]:
    """Return the sources of LibreOffice's configuration without the desktop's, which wants a socket."""
    try:
        lines = read_file(os.path.join(program, "fundamentalrc")).decode().splitlines()
    except OSError:
        return {}
    stated = (line.partition("=") for line in lines)
    layers = next((value for name, _, value in stated if name == _LAYERS), None)
    if layers is None:
        return {}
    return {_LAYERS: " ".join(layer for layer in layers.split() if not layer.startswith("dconf:"))}


def prepare_office(job: Job, _template: str, _folder: str) -> dict[str, Any]:
    """Make the profile of the setup of ``job``; return LibreOffice's version and the families of fonts.

    A task of a renderer without the sandbox: it reads nothing but LibreOffice and ours. Members: ``version``,
    ``families``. Raises ``DocopsError`` where LibreOffice does not start.
    """
    setup = job.office
    if setup is None:
        raise DocopsError("No office to prepare.")
    profile = os.path.join(setup.profile, _USER_FOLDER)
    os.makedirs(profile, exist_ok=True)
    fonts = fonts_conf(setup.fonts_dir, os.path.join(setup.profile, _FONT_CACHE))
    write_file(os.path.join(setup.profile, _FONTS_FILE), fonts.encode())
    os.environ.clear()
    os.environ.update(environment(setup, setup.profile))
    # Here it may write, so that the profile has all that later starts look for.
    del os.environ["DISABLE_EXTENSION_SYNCHRONIZATION"]
    write_file(os.path.join(profile, "registrymodifications.xcu"), _registry(None))
    try:
        version = Office(setup.program, setup.profile).version()
    except OfficeError as error:
        raise DocopsError(f"LibreOffice does not start: {error}.") from error
    write_file(os.path.join(profile, "registrymodifications.xcu"), _registry(version))
    return {"version": version, "families": installed_families()}


def _registry(version: str | None) -> bytes:
    """Return registrymodifications.xcu for LibreOffice's ``version``, such as LibreOffice 7.4.7.2."""
    items = list(_ITEMS)
    if version is not None:
        short = ".".join(version.rpartition(" ")[2].split(".")[:2])
        items.append(("/org.openoffice.Setup/Product", "ooSetupLastVersion", short))
    rows = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{escape(value)}</value></prop></item>\n"
        for path, name, value in items
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<oor:items xmlns:oor="{_REGISTRY}">\n{rows}</oor:items>\n'.encode()
