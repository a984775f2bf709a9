"""The characters that no XML, and so no Word document, can hold."""

import re

# Beyond XML 1.0's Char production (2.2): controls, lone surrogates, U+FFFE and U+FFFF.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
