"""The value of a rule that most of several documents may keep, chosen from the values that they have."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from docops_flask.engine.learning.flat_rules import KEYS, SWITCHES
from docops_flask.engine.policy.policy import CHARACTERS, LINES, OPEN_POLICY, LineSpacing, Measure, Policy

# Fonts that pass as one, each set by the name that a policy puts first.
FontSets = Collection[tuple[str, ...]]
_FONTS = ("font_east_asia", "font_latin")
_TWIPS = ("line_spacing_twips", "first_line_indent_twips")


def font_sets(policy: Policy | None) -> FontSets:
    """Return the sets of fonts of which ``policy`` takes any."""
    if policy is None:
        return ()
    rules = [getattr(each, name) for each in policy.house_style.roles.values() for name in _FONTS]
    return dict.fromkeys(rule.value for rule in rules if rule is not None and len(rule.value) > 1)


def candidate_rules(suggested: Sequence[Mapping[str, Any]], sets: FontSets) -> dict[str, Any]:
    """Return one value for each rule that any document suggests; ``suggested`` has those of each, by key.

    A switch is left out where one document does not have it, because it decides what else is checked. Whether
    the documents keep the other rules is found out by checking them.
    """
    found = {}
    for key in KEYS:
        values = [rules[key] for rules in suggested if key in rules]
        if values and (key not in SWITCHES or len(values) == len(suggested)):
            found[key] = _candidate(key, values, sets)
    return found


def most_frequent(values: Sequence[Any]) -> Any:
    """Return the value that most have, of several the one that comes first; font names in any case."""
    first: dict[Any, Any] = {}
    for value in values:
        first.setdefault(folded(value), value)
    ((most, _),) = Counter(map(folded, values)).most_common(1)
    return first[most]


def folded(value: Any) -> Any:
    """Return ``value`` so that names of fonts that differ in case are equal."""
    if isinstance(value, str):
        return value.casefold()
    is_names = type(value) is tuple
    return tuple([folded(each) for each in value]) if is_names else value


def _candidate(key: str, values: Sequence[Any], sets: FontSets) -> Any:
    name = key.rpartition(".")[2]
    most = most_frequent(values)
    if name == "alignment":
        # Any alignment of the list passes, so the list that holds the others does for all.
        return next((each for each in values if all(set(other) <= set(each) for other in values)), most)
    if name in _FONTS:
        return _one_set(values, sets) or most
    if name in _TWIPS or isinstance(most, Measure | LineSpacing):
        return _middle(values) or most
    return most


def _one_set(values: Sequence[tuple[str, ...]], sets: FontSets) -> tuple[str, ...] | None:
    """Return the fonts of ``values``, several, that one of ``sets`` takes as one; in the order of the set."""
    names = {name.casefold() for value in values for name in value}
    for fonts in sets:
        if len(names) > 1 and names <= {font.casefold() for font in fonts}:
            return tuple([font for font in fonts if font.casefold() in names])
    return None


def _middle(values: Sequence[Any]) -> Any:
    """Return the middle of lengths that all pass with it and not with each other; else ``None``."""
    twips = [_twips(value) for value in values]
    known = [each for each in twips if each is not None]
    if len(known) < len(values):
        return None
    low, high = min(known), max(known)
    tolerance = OPEN_POLICY.twips_tolerance
    if not tolerance < high - low <= 2 * tolerance or len({_form(value) for value in values}) > 1:
        return None
    middle = (low + high) // 2
    if isinstance(values[0], Measure):
        return Measure(middle)
    return values[0]._replace(line=middle) if isinstance(values[0], LineSpacing) else middle


def _twips(value: Any) -> int | None:
    if isinstance(value, Measure):
        return None if value.unit in (CHARACTERS, LINES) else value.in_twips()
    if isinstance(value, LineSpacing):
        # Lines are counted in 240ths; the tolerance is the same number of these.
        return value.line
    return value if isinstance(value, int) else None


def _form(value: Any) -> object:
    return value.rule if isinstance(value, LineSpacing) else type(value)
