"""The limits on a template's uncompressed size and on what a job writes."""

from typing import NamedTuple

MIB = 1024 * 1024


class Limits(NamedTuple):
    """Upper bounds for one job: sizes in bytes; entries, table cells and copies of blocks as counts.

    The field names are the values of ``detail.limit`` in errors (contract section 4).
    """

    zip_entries: int = 1000
    unpacked_bytes: int = 200 * MIB
    xml_bytes: int = 50 * MIB
    xml_part_bytes: int = 25 * MIB
    table_cells: int = 100_000
    output_bytes: int = 128 * MIB
    block_copies: int = 100_000
