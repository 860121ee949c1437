"""The table of formats."""

from __future__ import annotations

from digigraph.formats import (
    DUMP_FORMATS,
    FORMATS,
    GRAPH_FORMATS,
    TABLE_FORMATS,
    media_type_of,
    named,
)


def test_every_format_is_found_by_name_extension_and_nickname() -> None:
    """A format answers to each of its names among the formats of its kind."""
    for offered in (GRAPH_FORMATS, TABLE_FORMATS, DUMP_FORMATS):
        for told in offered:
            for name in (told.name, told.extension, *told.nicknames):
                assert named(name, offered) is told


def test_no_two_formats_of_an_offer_share_a_name() -> None:
    """What a client asks for has one meaning wherever it may ask."""
    for offered in (GRAPH_FORMATS, TABLE_FORMATS, DUMP_FORMATS):
        names = [n for told in offered for n in {told.name, told.extension, *told.nicknames}]
        assert len(names) == len(set(names))


def test_text_says_its_charset() -> None:
    """Textual media types are UTF-8 and say so; the others carry no charset."""
    for told in FORMATS:
        assert told.content_type.endswith("; charset=utf-8") == told.media_type.startswith("text/")


def test_files_have_the_media_type_of_their_extension() -> None:
    """A compressed file is a file in its own right (H-12)."""
    assert media_type_of("digigraph.nq") == "application/n-quads"
    assert media_type_of("digigraph.jsonld") == "application/ld+json"
    assert media_type_of("digigraph.jsonld.gz") == "application/gzip"
    assert media_type_of("manifest.json") == "application/json"
    assert media_type_of("CHANGES.md") == "text/markdown"
    assert media_type_of("SHA256SUMS") == "text/plain"
    assert media_type_of("picture.unknown") == "application/octet-stream"
