"""The choice among formats, as strings (H-04, H-05)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigraph.formats import (
    GRAPH_FORMATS,
    HTML,
    JSON,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    TABLE_FORMATS,
    TURTLE,
    Format,
    negotiate,
)

DOCUMENT = (HTML, TURTLE, JSON_LD, JSON, N_TRIPLES, RDF_XML)


def chosen(accept: str | None, offered: tuple[Format, ...] = DOCUMENT) -> str | None:
    """Return the name of the format that an Accept header gets."""
    found = negotiate(offered, accept=accept)
    return found.format.name if found else None


@pytest.mark.parametrize("accept", [None, "", "   ", "*/*", "*"])
def test_accept_missing_or_anything(accept: str | None) -> None:
    """Who asks for nothing in particular gets the first of the server's order."""
    assert chosen(accept) == "html"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("text/turtle", "turtle"),
        ("TEXT/Turtle", "turtle"),
        ("text/turtle;charset=utf-8", "turtle"),
        ('text/turtle; charset="utf-8"; q=0.5, text/html;q=0.4', "turtle"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ("application/json", "json"),
        ("application/xhtml+xml", "html"),
        ("application/x-turtle", "turtle"),
        ("text/n3", "turtle"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "html"),
        ("application/rdf+xml;q=0.9, text/turtle;q=0.9", "turtle"),
        ("application/rdf+xml, text/*;q=0.9", "rdfxml"),
        ("text/*", "html"),
        ("application/*", "jsonld"),
    ],
)
def test_accept_of_real_clients(accept: str, name: str) -> None:
    """Parameters other than q are dropped, aliases are known, the highest q wins (H-04)."""
    assert chosen(accept) == name


def test_accept_tie_goes_to_the_more_specific_range() -> None:
    """At equal q a range that names the format beats one that only covers it."""
    assert chosen("*/*, application/n-triples") == "ntriples"


def test_accept_wildcard_excluded() -> None:
    """A q of zero excludes, also from a wildcard."""
    assert chosen("*/*, text/html;q=0") == "turtle"
    assert chosen("text/turtle, */*;q=0") == "turtle"
    assert chosen("text/html;q=0") is None


@pytest.mark.parametrize("quality", ["2", "-1", "abc", "", "0.5.5", "1e-1", "nan", "1.5"])
def test_accept_malformed_quality_drops_that_range_only(quality: str) -> None:
    """A range whose q cannot be read is as if it had not been sent."""
    assert chosen(f"text/html;q={quality}, text/turtle;q=0.1") == "turtle"
    assert chosen(f"text/html;q={quality}") is None


def test_accept_nothing_that_we_have() -> None:
    """Where nothing is acceptable there is no choice."""
    assert chosen("image/png") is None


def test_accept_profile_is_kept_for_json_ld() -> None:
    """The profile parameter of JSON-LD is told to the caller (H-06)."""
    found = negotiate(
        GRAPH_FORMATS, accept='application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"'
    )

    assert found
    assert found.profile == "http://www.w3.org/ns/json-ld#expanded"


def test_accept_commas_and_semicolons_inside_quotes() -> None:
    """A quoted parameter value is one value."""
    assert chosen('text/html;a="x,text/turtle;q=1";q=0.2, text/turtle;q=0.1') == "html"


@pytest.mark.parametrize(
    ("requested", "name"),
    [
        ("turtle", "turtle"),
        ("ttl", "turtle"),
        ("text/turtle", "turtle"),
        ("application/ld+json", "jsonld"),
        ("application/ld json", "jsonld"),
        ("JSONLD", "jsonld"),
    ],
)
def test_parameter_beats_accept(requested: str, name: str) -> None:
    """The query parameter decides over Accept; a plus sign may have arrived as a space."""
    found = negotiate(DOCUMENT, requested=requested, accept="text/html")

    assert found
    assert found.format.name == name


def test_parameter_with_an_unknown_format() -> None:
    """An unknown format is not replaced by another one."""
    assert negotiate(DOCUMENT, requested="docx", accept="text/html") is None


def test_suffix_beats_everything() -> None:
    """A known suffix decides, whatever else is said."""
    found = negotiate(DOCUMENT, suffix="nt", requested="turtle", accept="text/html")

    assert found
    assert found.format.name == "ntriples"


def test_results_accept_generic_json_and_xml() -> None:
    """A client of SPARQL that asks for plain JSON or XML gets the results in it."""
    assert chosen("application/json", TABLE_FORMATS) == "json"
    assert chosen("application/xml", TABLE_FORMATS) == "xml"
    assert chosen("text/csv;q=0.9, */*;q=0.1", TABLE_FORMATS) == "csv"


@given(st.text(max_size=200))
def test_accept_of_any_text(accept: str) -> None:
    """No header makes negotiation fail; it gets one of the offers or nothing."""
    assert chosen(accept) in {None, *(told.name for told in DOCUMENT)}


def test_accept_of_a_megabyte() -> None:
    """Reading a header takes time in proportion to its length."""
    for piece in ('"', ",", ";", 'a/b;q="', "*/*,"):
        chosen(piece * 200_000)
