"""The pictures and documents sent beside a task: their names, how many, how large together."""

from collections.abc import Container
from dataclasses import dataclass
from pathlib import PureWindowsPath

from docops_flask.engine.errors import DocopsError, InvalidArgument, TemplateLimitExceeded, echo
from docops_flask.settings.settings import Settings

# The name of their parts in a form.
ASSET = "asset"
MAX_ASSETS = 100
_NAME_CHARACTERS = 255


class UploadTooLarge(DocopsError):
    """A file over its limit, or (``field`` = "body") a request larger than both files may be."""

    status = 413
    code = "UPLOAD_TOO_LARGE"

    def __init__(self, *, field: str, maximum: int, setting: str) -> None:
        super().__init__(
            f"{field}: larger than {maximum} bytes; send less, or set {setting} to allow more.",
            field=field,
            max_bytes=maximum,
        )


@dataclass(frozen=True, slots=True)
class AssetLimit:
    """How many bytes all files sent along may have together; ``setting`` is the setting that says so."""

    max_bytes: int
    setting: str

    def too_large(self) -> UploadTooLarge:
        """Return the error for more."""
        return UploadTooLarge(field=ASSET, maximum=self.max_bytes, setting=self.setting)


def asset_limit(settings: Settings) -> AssetLimit:
    """Return what is accepted as parts ``asset``."""
    return AssetLimit(settings.max_assets_bytes, "DOCOPS_MAX_UPLOAD_BYTES")


def asset_name(filename: str | None, known: Container[str]) -> str:
    """Return the name by which a task refers to a file with the name ``filename``.

    Raises ``InvalidArgument`` for a part without one, or with one of those that are ``known``.
    """
    # Some clients send a path; a path of Windows may have separators of both kinds.
    name = "" if filename is None else PureWindowsPath(filename).name[:_NAME_CHARACTERS]
    if not name:
        raise InvalidArgument(f"{ASSET}: must be sent as a file, with a file name.", field=ASSET)
    if name in known:
        raise InvalidArgument(
            f"{ASSET}: two files are named {echo(name)}; give each its own name.", field=ASSET
        )
    return name


def asset_file(number: int) -> str:
    """Return the name in a job's folder of the file ``number``."""
    return f"asset{number}.bin"


def too_many_assets() -> TemplateLimitExceeded:
    """Return the error for more files than ``MAX_ASSETS``."""
    return TemplateLimitExceeded(
        f"{ASSET}: more than {MAX_ASSETS} files were sent.", limit="assets", maximum=MAX_ASSETS
    )
