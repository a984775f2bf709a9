"""Font sizes as people write them."""


def to_points(half_points: int | None) -> int | float | None:
    """Return half-points as points, a whole number where it is one (12, 10.5)."""
    if half_points is None:
        return None
    return half_points // 2 if half_points % 2 == 0 else half_points / 2
