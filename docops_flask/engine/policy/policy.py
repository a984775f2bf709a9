"""The policy a document is held against: rules for the whole document, and a house style (version 2)."""

from typing import Any, NamedTuple

from docops_flask.engine.policy.house_style import HouseStyle

DEFAULT_NAME = "default"


class Policy(NamedTuple):
    """The rules a document is held against; ``None`` means the rule is not checked.

    Sizes are points, lengths twips. ``line_spacing_twips`` is compared with ``w:spacing/@w:line``
    (ECMA-376 part 1, 17.3.1.33), which counts 240ths of a line when the rule is ``auto``.
    The defaults are those of the built-in policy ``default``. ``house_style`` is what version 2 adds; where
    it has a rule for a paragraph's role, the rule for the whole document does not count there. ``name`` is
    that of a policy chosen by name, ``None`` for one that was sent; policies of other names may be equal.
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
    house_style: HouseStyle = HouseStyle()
    name: str | None = DEFAULT_NAME

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self._replace(name=None)[:] == other._replace(name=None)[:]

    def __hash__(self) -> int:
        return hash(self._replace(name=None)[:])

    def __ne__(self, other: object) -> bool:
        return not self == other

    @property
    def version(self) -> int:
        """Return the version of the policy file's format: 2 where there is a house style."""
        return 1 if self.house_style == HouseStyle() else 2

    def as_dict(self) -> dict[str, Any]:
        """Return the rules for the whole document: keys and values of a file of version 1, in its order."""
        values = {key: getattr(self, key) for key in KEYS}
        values["trim_chars"] = list(self.trim_chars)
        return values

    def overrides(self) -> dict[str, Any]:
        """Return the keys whose value differs from the default policy's."""
        default = Policy().as_dict()
        return {key: value for key, value in self.as_dict().items() if value != default[key]}


KEYS = tuple(name for name in Policy._fields if name not in ("house_style", "name"))

# A policy that checks nothing: what a file of version 2 leaves out.
OPEN_POLICY = Policy(
    forbid_tables=False,
    forbid_numpr=False,
    run_font_latin=None,
    run_font_east_asia=None,
    run_size_pt=None,
    line_spacing_twips=None,
    first_line_indent_twips=None,
    trim_leading_spaces=False,
    name=None,
)
