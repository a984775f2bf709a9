"""[Content_Types].xml: what each part is (ECMA-376 part 2, 10.1.2.2)."""

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate

CONTENT_TYPES_PART = "[Content_Types].xml"
_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
_DEFAULT = f"{{{_NAMESPACE}}}Default"
_OVERRIDE = f"{{{_NAMESPACE}}}Override"


class ContentTypes:
    """The content types of a package; part names carry no leading slash and compare without case.

    Raises ``InvalidTemplate`` when a part would be of two types, of which each reader takes its own.
    """

    def __init__(self, root: _Element) -> None:
        self._defaults: dict[str, str] = {}
        self._overrides: dict[str, str] = {}
        for child in root:
            content_type = child.get("ContentType", "")
            if child.tag == _DEFAULT:
                _declare(self._defaults, child.get("Extension", "").lower(), content_type)
            elif child.tag == _OVERRIDE:
                _declare(self._overrides, child.get("PartName", "").lstrip("/").lower(), content_type)

    def of(self, part_name: str) -> str:
        """Return the content type of a part, "" when none is declared."""
        lowered = part_name.lower()
        override = self._overrides.get(lowered)
        if override is not None:
            return override
        return self._defaults.get(lowered.rpartition(".")[2], "")

    def all_types(self) -> set[str]:
        """Return every content type that is declared."""
        return {*self._defaults.values(), *self._overrides.values()}


def _declare(types: dict[str, str], key: str, content_type: str) -> None:
    if types.setdefault(key, content_type) != content_type:
        raise InvalidTemplate(
            "template: its list of content types holds two for the same part. "
            "Open it in Word, save it again as .docx and retry.",
            reason="content_types",
        )
