"""What a template may unfold to, at most."""

from typing import NamedTuple

MIB = 1024 * 1024


class Limits(NamedTuple):
    """Upper bounds of one job; bytes unless the name says otherwise.

    The names are the contract's ``detail.limit`` words (section 4).
    """

    zip_entries: int = 1000
    unpacked_bytes: int = 200 * MIB
    xml_bytes: int = 50 * MIB
    xml_part_bytes: int = 25 * MIB
    table_cells: int = 100_000
    output_bytes: int = 128 * MIB
