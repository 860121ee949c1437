"""Rows are counted exactly while they are written, whatever stands in them (S-05, S-06)."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from digigraph.errors import ResultTooLarge
from digigraph.evaluation import Answer
from digigraph.formats import RESULTS_JSON, TABLE_FORMATS, Format
from digigraph.rows import counter_for
from digigraph.spool import Spool

HOSTILE = (
    '"', ",{", "},{", "[{", '"}},{"s":{', "{}", "\\", '\\"', "\n", "\r\n", "<result>", ",\n", "",
)  # fmt: skip
"""Values that hold what stands between rows in some format."""


def hostile(rows: int, columns: int = 2) -> str:
    """Return a query with so many rows of hostile values, some of them without any."""
    names = "".join(f" ?v{number}" for number in range(columns))
    written = []
    for row in range(rows):
        values = [HOSTILE[(row + number) % len(HOSTILE)] for number in range(columns)]
        quoted = [json.dumps(value * (1 + row % 3)) if row % 5 else "UNDEF" for value in values]
        written.append(f"({' '.join(quoted)})")
    return f"SELECT * {{ VALUES ({names}) {{ {' '.join(written)} }} }}"


def answered(query: str) -> Answer:
    """Return the answer to a query that needs no data."""
    found = ox.Store().query(query)
    assert isinstance(found, ox.QuerySolutions)
    return Answer("SELECT", TABLE_FORMATS, found, {})


@pytest.mark.parametrize("told", TABLE_FORMATS, ids=lambda told: told.name)
@pytest.mark.parametrize("rows", [0, 1, 2, 200])
def test_rows_are_counted(told: Format, rows: int) -> None:
    """The rows of a table are counted exactly, whatever stands in it and however it is cut."""
    for columns in (1, 2, 5):
        body = answered(hostile(rows, columns)).write(told)
        for size in (1, 2, 3, 7, 100, 8192, len(body)):
            counter = counter_for(told)
            assert counter
            found = [counter.count(body[at : at + size]) for at in range(0, len(body), size)]
            assert found[-1] == rows
            assert found == sorted(found)


@pytest.mark.parametrize("told", TABLE_FORMATS, ids=lambda told: told.name)
@pytest.mark.parametrize("columns", [0, 1, 3])
def test_as_many_rows_as_are_allowed(told: Format, columns: int) -> None:
    """A table of as many rows as are allowed is taken in; one row more is too many (S-06)."""
    for most in (50, 49):
        with Spool(1_000_000, most, told) as spool:
            if most == 50:
                answered(hostile(50, columns)).write_to(spool, told)
                assert spool.size == len(answered(hostile(50, columns)).write(told))
            else:
                with pytest.raises(ResultTooLarge, match="more than 49 rows"):
                    answered(hostile(50, columns)).write_to(spool, told)


def test_a_long_table_is_counted_from_its_file() -> None:
    """The rows that are in the file already are counted too, and stay as they are."""
    product = " ".join(f"VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 0 }}" for n in range(4))
    query = f"SELECT * {{ {product} }}"
    with Spool(10_000_000, 10_000, RESULTS_JSON) as spool:
        answered(query).write_to(spool, RESULTS_JSON)
        assert spool.file
        spool.file.seek(0)
        assert spool.file.read() == answered(query).write(RESULTS_JSON)
    with Spool(10_000_000, 9_999, RESULTS_JSON) as spool, pytest.raises(ResultTooLarge):
        answered(query).write_to(spool, RESULTS_JSON)
