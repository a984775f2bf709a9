"""Checks a payload against what a template asks for (docs/templates.md, chapter *Values*)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from docops_flask.engine.errors import echo
from docops_flask.engine.template.conditions import Value, is_list, number_as_written
from docops_flask.engine.template.formats.table import SUM, rule_of
from docops_flask.engine.template.formats.values import FormatError, Scalar, to_date, to_decimal
from docops_flask.engine.template.names import is_name
from docops_flask.engine.template.payload_schema import Entry, Scope, ValueKind

MAX_ERRORS = 100
# A number is written without an exponent.
MAX_EXPONENT = 400
# What XML 1.0 cannot hold (2.2).
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Below that two names are not alike.
_ALIKE = 0.75
_SHORT = 2
_MAX_COMPARED = 2_000
# So many entries of a list are told.
_MAX_SHOWN = 20


class PayloadError(NamedTuple):
    """A fault of a payload: its JSON path, what is wrong, what to do; ``suggestion`` may be ``None``."""

    path: str
    message: str
    suggestion: str | None = None


class UnusedKey(NamedTuple):
    """A key that no tag of the template takes: its JSON path, the key, a name that may be meant."""

    path: str
    key: str
    suggestion: str | None


class CheckedPayload(NamedTuple):
    """What is wrong with a payload, at most ``MAX_ERRORS``, and which keys are not used."""

    errors: Sequence[PayloadError]
    unused: Sequence[UnusedKey]


def check_payload(payload: Mapping[str, Value], scope: Scope) -> CheckedPayload:
    """Compare ``payload`` with the names of ``scope`` and the kinds of their values."""
    check = _Check()
    check.of_object(payload, scope, "$.payload")
    return CheckedPayload(check.errors[:MAX_ERRORS], check.unused)


class _Check:
    def __init__(self) -> None:
        self.errors: list[PayloadError] = []
        self.unused: list[UnusedKey] = []
        self._compared = 0
        self._conflicts: dict[Entry, bool] = {}
        self._plain: dict[Entry, bool] = {}
        self._writers: dict[Entry, Sequence[Callable[[Scalar], str]]] = {}

    def of_object(self, values: Mapping[str, Value], scope: Scope, path: str) -> None:
        for key, value in values.items():
            if len(self.errors) >= MAX_ERRORS:
                return
            at = path + step(key)
            entry = scope.names.get(key)
            if entry is None:
                self.unused.append(UnusedKey(at, key, self._near(key, scope.names)))
            elif value is not None and not (
                type(value) is str and self._is_plain(entry) and _NOT_XML.search(value) is None
            ):
                self._of_value(value, entry, at)

    def _near(self, key: str, names: Iterable[str]) -> str | None:
        """Return the name that ``key`` probably means, with a bound on the work for all keys together."""
        known = list(names)
        self._compared += len(known)
        if self._compared > _MAX_COMPARED:
            return None
        return near_name(key, known)

    def _of_value(self, value: Value, entry: Entry, path: str) -> None:
        kind = entry.kind
        if self._is_conflicting(entry):
            # The template is at fault, and none of the tags is filled.
            return
        if kind is ValueKind.LIST and entry.items is not None:
            self._of_list(value, entry.items, path)
        elif kind is ValueKind.OBJECT and entry.members is not None:
            if isinstance(value, Mapping):
                self.of_object(value, entry.members, path)
            else:
                self._wrong(path, value, "an object with the names that the template uses")
        elif kind is ValueKind.TEXTS:
            self._of_texts(value, entry, path)
        elif kind is ValueKind.ITEMS:
            if isinstance(value, str) or not isinstance(value, Sequence):
                self._wrong(path, value, "a list")
        elif kind is ValueKind.IMAGE:
            self._of_image(value, path)
        elif kind is ValueKind.DOCUMENT:
            self._of_document(value, path)
        elif kind is ValueKind.RICH:
            self._of_rich(value, path)
        elif kind is not ValueKind.GIVEN:
            self._of_scalar(value, entry, path)

    def _is_plain(self, entry: Entry) -> bool:
        """Say whether any text that XML can hold is a value of ``entry``: it has no formats."""
        known = self._plain.get(entry)
        if known is None:
            is_text = entry.kind is ValueKind.TEXT and entry.choices is None
            known = self._plain[entry] = is_text and not self._writers_of(entry)
        return known

    def _is_conflicting(self, entry: Entry) -> bool:
        known = self._conflicts.get(entry)
        if known is None:
            known = self._conflicts[entry] = any(entry.conflicts())
        return known

    def _of_list(self, value: Value, items: Scope, path: str) -> None:
        if isinstance(value, Mapping):
            self._wrong(path, value, "a list", "Put [ ] around the object.")
            return
        if isinstance(value, str) or not isinstance(value, Sequence):
            self._wrong(path, value, "a list")
            return
        if self._is_list_of_texts(value, items):
            return
        for number, item in enumerate(value):
            if len(self.errors) >= MAX_ERRORS:
                return
            at = f"{path}[{number}]"
            if items.names or not items.item.uses:
                if isinstance(item, Mapping):
                    self.of_object(item, items, at)
                elif items.names:
                    self._wrong(at, item, "an object with the names that the template uses")
            elif item is not None:
                self._of_value(item, items.item, at)

    def _is_list_of_texts(self, values: Sequence[Value], items: Scope) -> bool:
        """Say whether all items are objects with texts for plain names, or lists of such, and nothing else.

        Names are looked at one by one, each with its values in all items, which takes less time.
        """
        if set(map(type, values)) != {dict} or not items.names:
            return False
        objects: Sequence[Any] = values
        for name in set().union(*objects):
            entry = items.names.get(name)
            if entry is None or self._is_conflicting(entry):
                return False
            try:
                of_name = [*map(itemgetter(name), objects)]
            except KeyError:
                of_name = [item.get(name) for item in objects]
            kinds = set(map(type, of_name)) - {type(None)}
            if kinds <= {str} and self._is_plain(entry):
                texts = [text for text in of_name if text is not None]
                together = "".join(texts)
                # What is printable is in XML; a search for a pattern takes many times longer.
                if not together.isprintable() and _NOT_XML.search(together) is not None:
                    return False
            elif kinds == {list} and entry.kind is ValueKind.LIST and entry.items is not None:
                inner = [item for each in of_name if each is not None for item in each]
                if inner and not self._is_list_of_texts(inner, entry.items):
                    return False
            else:
                return False
        return True

    def _of_texts(self, value: Value, entry: Entry, path: str) -> None:
        if isinstance(value, str) or not isinstance(value, Sequence):
            self._wrong(path, value, "a list of texts")
            return
        for number, item in enumerate(value):
            if item is not None:
                self._of_text(item, f"{path}[{number}]")

    def _of_image(self, value: Value, path: str) -> None:
        wanted = 'a picture: {"png": base64}, {"jpeg": base64} or {"file": name}, with "alt" if wanted'
        if not isinstance(value, Mapping):
            self._wrong(path, value, wanted)
            return
        kinds = [name for name in ("png", "jpeg", "file") if name in value]
        unknown = set(value) - {"png", "jpeg", "file", "alt"}
        texts = [each for name, each in value.items() if not (name == "alt" and each is None)]
        if len(kinds) != 1 or unknown or not all(isinstance(each, str) for each in texts):
            self._wrong(path, value, wanted)
        elif value.get("alt") is not None:
            self._of_text(value["alt"], f"{path}.alt")

    def _of_document(self, value: Value, path: str) -> None:
        if not isinstance(value, Mapping) or set(value) != {"file"} or not isinstance(value["file"], str):
            self._wrong(path, value, 'a document sent as an asset: {"file": name}')

    def _of_rich(self, value: Value, path: str) -> None:
        # Few values are rich, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.template.rich.given import RichError, rich_paragraphs

        if isinstance(value, Decimal) and not self._of_text(value, path):
            return
        try:
            paragraphs = rich_paragraphs(value)
        except RichError as error:
            is_other = not error.step and not isinstance(value, str) and not is_list(value)
            what = f"; it is {_what(value)}." if is_other else "."
            self.errors.append(PayloadError(path + error.step, f"Must be {error.message}{what}"))
            return
        for text in (run.text for each in paragraphs for run in each.runs):
            if not self._of_text(text, path):
                return

    def _of_scalar(self, value: Value, entry: Entry, path: str) -> None:
        kind = entry.kind
        if isinstance(value, bool):
            if kind not in (ValueKind.BOOL, ValueKind.CHOICE):
                name = path.rpartition(".")[2]
                # An item of a list has no name that a condition could ask for.
                suggestion = None if "[" in name else f"Write 【?{name}】是【否则】否【/】 in the template."
                self._wrong(path, value, "a text or a number", suggestion)
        elif kind is ValueKind.BOOL:
            self._wrong(path, value, "true or false")
        elif isinstance(value, str | int | Decimal):
            if not self._of_text(value, path):
                return
            if entry.choices is not None and as_chosen(value) not in entry.choices:
                message = f"Must be one of the {len(entry.choices)} entries of the list in the template."
                self.errors.append(PayloadError(path, message, near_choice(value, entry.choices)))
                return
            self._of_formats(value, entry, path)
        else:
            self._wrong(path, value, "a text or a number")

    def _of_text(self, value: Value, path: str) -> bool:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            self._wrong(path, value, "a text or a number")
            return False
        if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > MAX_EXPONENT):
            self.errors.append(
                PayloadError(path, f"A number has at most {MAX_EXPONENT} digits before the point.")
            )
            return False
        found = _NOT_XML.search(value) if isinstance(value, str) else None
        if found is None:
            return True
        message = f"Holds the character U+{ord(found[0]):04X}, which no Word document can hold."
        self.errors.append(PayloadError(path, message, "Take it out."))
        return False

    def _of_formats(self, value: str | int | Decimal, entry: Entry, path: str) -> None:
        """Check that the formats of all tags of a name can take its value; blanks are no value to format."""
        if isinstance(value, str) and not value.strip():
            return
        try:
            if entry.kind is ValueKind.DATE:
                to_date(value)
            elif entry.kind is ValueKind.NUMBER:
                to_decimal(value)
                if self._is_summed(entry):
                    # Imported here: few templates have sums.
                    from docops_flask.engine.template.formats.lists import to_summand

                    to_summand(value)
            for write in self._writers_of(entry):
                write(value)
        except FormatError as error:
            self._wrong(path, value, str(error))

    @staticmethod
    def _is_summed(entry: Entry) -> bool:
        return any(each.name == SUM for use in entry.uses for each in use.tag.tag.formats)

    def _writers_of(self, entry: Entry) -> Sequence[Callable[[Scalar], str]]:
        """Return what the first format of each tag of a name does, each once."""
        if entry not in self._writers:
            # What no value is put into takes any.
            filled = (use for use in entry.uses if use.kind is not ValueKind.GIVEN)
            formats = dict.fromkeys(use.tag.tag.formats for use in filled)
            rules = (next(filter(None, map(rule_of, each)), None) for each in formats)
            self._writers[entry] = [
                each.write for each in rules if each is not None and each.write is not None
            ]
        return self._writers[entry]

    def _wrong(self, path: str, value: Value, wanted: str, suggestion: str | None = None) -> None:
        self.errors.append(PayloadError(path, f"Must be {wanted}; it is {_what(value)}.", suggestion))


def as_chosen(value: str | int | Decimal) -> str:
    """Return a value as entries of a list are written."""
    return value if isinstance(value, str) else number_as_written(value)


def near_choice(value: str | int | Decimal, choices: Sequence[str]) -> str:
    """Return what may have been meant; the entries are the template's."""
    near = near_name(as_chosen(value), list(choices)[:_MAX_SHOWN])
    if near is not None:
        return f"Did you mean {echo(near)}?"
    shown = ", ".join(map(echo, choices[:_MAX_SHOWN])) or "none"
    return f"The entries are: {shown}{', …' if len(choices) > _MAX_SHOWN else ''}."


def step(key: str) -> str:
    """Return the step of a JSON path to the member ``key``, short and printable."""
    if is_name(key):
        return f".{key}"
    quoted = echo(key).replace("'", "\\'")
    return f"['{quoted}']"


def _what(value: Value) -> str:
    """Say what a value is; no message quotes a value of a task."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, str):
        return "another text" if value.strip() else "an empty text"
    if isinstance(value, Sequence):
        return "a list"
    return "null" if value is None else "another number"


def near_name(name: str, known: Sequence[str]) -> str | None:
    """Return the one of ``known`` that ``name`` probably means: but for case and width, or nearly.

    Of names of two characters the first has to be the same: 甲方 is not 乙方.
    """
    # Imported here: most payloads need no suggestion.
    from difflib import get_close_matches
    from unicodedata import normalize

    folded = normalize("NFKC", name[:80]).casefold()
    by_form = {normalize("NFKC", each).casefold(): each for each in known}
    close = [folded] if folded in by_form else get_close_matches(folded, by_form, n=1, cutoff=_ALIKE)
    if not close and len(folded) == _SHORT:
        close = [each for each in by_form if len(each) == _SHORT and each[0] == folded[0]][:1]
    return by_form[close[0]] if close else None
