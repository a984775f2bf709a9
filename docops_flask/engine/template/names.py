"""Names of fields in template language 2, in any script."""

import re

MAX_NAME = 64
_USUAL = re.compile("[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*\\Z")
# Full-width digits and letters are typing mistakes, not names; variation selectors, which Unicode counts as
# marks, are ignored in names.
_NO_NAME = re.compile("[\ufe00-\ufe0f\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff3f]")


def is_name(text: str) -> bool:
    """Say whether ``text`` is a name: a letter or _, then letters, marks, digits or _, at most 64 in all.

    Letters, marks and digits are those of Unicode's categories L*, M* and Nd.
    """
    if len(text) > MAX_NAME:
        return False
    if _USUAL.match(text):
        return True
    if not text or text.isascii() or _NO_NAME.search(text):
        return False
    # Imported here: few templates have names outside ASCII and Chinese.
    from unicodedata import category

    first, *others = map(category, text)
    if not (first[0] == "L" or text[0] == "_"):
        return False
    return all(
        kind[0] in "LM" or kind == "Nd" or character == "_"
        for kind, character in zip(others, text[1:], strict=True)
    )
