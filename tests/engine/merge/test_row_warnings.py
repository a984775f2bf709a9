"""A merge says of each row what its document warns of."""

from docops_flask.engine.merge.outcome import RowOutcome


def test_codes_of_warnings_are_told_where_there_are_any() -> None:
    assert "warnings" not in RowOutcome(1, "ok", 0).as_dict()
    assert RowOutcome(1, "ok", 0, warnings=("SUBDOCUMENT_TAGS",)).as_dict()["warnings"] == [
        "SUBDOCUMENT_TAGS"
    ]
