"""Pages of a list: `limit` and `offset` in, `Link` out (A-03, A-06, RFC 8288).

A list has one order for as long as the release is served, so pages fit together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

from flask import request

from digigraph.web.answering import parameters_of
from digigraph.web.api.parameters import LIMIT, OFFSET, Given
from digigraph.web.links import Link
from digigraph.web.site import site

T = TypeVar("T")


def page_of(items: Sequence[T], given: Given) -> Sequence[T]:
    """Return the items of a page."""
    limit, offset = bounds(given)
    return items[offset : offset + limit]


def bounds(given: Given) -> tuple[int, int]:
    """Return how many items a page has at most, and how many stand before it."""
    return given.number(LIMIT.name) or 0, given.number(OFFSET.name) or 0


def page_links(total: int, given: Given) -> Iterator[Link]:
    """Yield where the first, the last, the next and the previous page of the request are."""
    limit, offset = bounds(given)
    last = max(0, (total - 1) // limit * limit)
    yield Link(_address(limit, 0), "first")
    if offset > 0:
        yield Link(_address(limit, max(0, min(offset - limit, last))), "prev")
    if offset + limit < total:
        yield Link(_address(limit, offset + limit), "next")
    yield Link(_address(limit, last), "last")


def _address(limit: int, offset: int) -> str:
    """Return the address of the request with another page."""
    kept = [
        (name, value)
        for name, value in parameters_of(request.query_string)
        if name not in (LIMIT.name, OFFSET.name)
    ]
    asked = urlencode([*kept, (LIMIT.name, limit), (OFFSET.name, offset)], quote_via=quote, safe="")
    return f"{site().root}{quote(request.path.lstrip('/'))}?{asked}"
