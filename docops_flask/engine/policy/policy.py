"""The house style a document is held against, version 1."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of a house style; ``None`` means the rule is not checked.

    Sizes are points, lengths twips. ``line_spacing_twips`` is compared with ``w:spacing/@w:line``
    (ECMA-376 part 1, 17.3.1.33), which counts 240ths of a line when the rule is ``auto``.
    The defaults are those of the built-in policy ``default``.
    """

    forbid_tables: bool = True
    forbid_numpr: bool = True
    numpr_direct_only: bool = True
    run_font_latin: str | None = "Calibri"
    run_font_east_asia: str | None = "宋体"
    run_size_pt: float | None = 12
    line_spacing_twips: int | None = 360
    first_line_indent_twips: int | None = 420
    twips_tolerance: int = 20
    treat_inherited_as_error: bool = False
    trim_leading_spaces: bool = True
    trim_chars: tuple[str, ...] = (" ", "\t", "\u3000")

    def as_dict(self) -> dict[str, Any]:
        """Return the keys and values of a policy file, in its order."""
        values = asdict(self)
        values["trim_chars"] = list(self.trim_chars)
        return values

    def overrides(self) -> dict[str, Any]:
        """Return the keys whose value differs from the default policy's."""
        default = Policy().as_dict()
        return {key: value for key, value in self.as_dict().items() if value != default[key]}


KEYS = tuple(field.name for field in fields(Policy))
