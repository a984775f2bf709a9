"""A file to be saved: its media type, and its name for all clients and in ASCII for old ones (RFC 6266)."""

import re
from urllib.parse import quote

from docops_flask.engine.artefacts import DOCX_MEDIA_TYPE
from docops_flask.engine.file_name import storable_name

# In the ASCII form "%41" would be decoded by some clients (RFC 6266, appendix D), and quotes end it.
_NOT_PLAIN = re.compile(r"[^ !#$&'()+,\-.0-9;=@A-Z\[\]^_`a-z{}~]+")
# The characters of attr-char beside letters and digits (RFC 8187, 3.2.1).
_ATTRIBUTE = "!#$&+-.^_`|~"
_NO_NAME = "document"
# By the values of the option ``output``.
MEDIA_TYPES = {
    "zip": "application/zip",
    "docx": DOCX_MEDIA_TYPE,
    "pdf": "application/pdf",
}


def disposition(name: str, extension: str) -> str:
    """Return ``Content-Disposition`` for a file of that ``name``, which ``storable_name`` made.

    ``filename`` has the ASCII characters of the name, ``filename*`` (RFC 8187) all of it where that is more.
    Clients that do not know the latter, curl among them, save the former.
    """
    plain = _NOT_PLAIN.sub("_", name)
    if plain == name:
        return f'attachment; filename="{name}{extension}"'
    # Letters and digits say what the file is; what is left of a name in Chinese may have none.
    plain = storable_name(plain.strip("_-. ")) or _NO_NAME
    whole = quote(name + extension, safe=_ATTRIBUTE)
    return f"attachment; filename=\"{plain}{extension}\"; filename*=UTF-8''{whole}"
