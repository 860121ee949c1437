"""The files of a release as distributions of DCAT-AP (C-02, C-03, C-04)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from digigraph import authorities as eu
from digigraph.description import LICENCE
from digigraph.formats import media_type_of
from digigraph.names import TEXTS
from digigraph.release import Release, ReleaseFile
from digigraph.stating import both, facts, node, term, typed

_KINDS = (
    ("csv/", "Таблица CSV", "CSV table"),
    ("digigraph-csv", "Всички таблици CSV с описанието им", "All CSV tables with their metadata"),
    ("digigraph.", "Целият набор от данни", "The whole dataset"),
    ("ids.tsv", "Регистър на идентификаторите", "Register of identifiers"),
    ("mappings/", "Набор от съпоставки, SSSOM", "Mapping set, SSSOM"),
    ("profiles", "Профили като вложен JSON", "Profiles as framed JSON"),
    ("schema/", "Схема на профил като YAML, JSON Schema", "Schema of a profile as YAML"),
    ("shapes", "Правила за данните, SHACL", "Rules of the data, SHACL"),
    (f"{TEXTS}/", "Текст на документ източник", "Text of a source document"),
    ("validation", "Доклад от проверката", "Validation report"),
    ("vocabulary", "Речникът", "The vocabulary"),
    ("", "Придружаващ файл", "Accompanying file"),
)
"""How the names of files begin, and what is in them, in both languages; the first that fits."""
_PACKED = {"gz": "application/gzip", "zst": "application/zstd"}
_ZIP = "application/zip"


def file_node(release: Release, file: ReleaseFile) -> ox.NamedNode:
    """Return the IRI of a file of a release."""
    return node(f"{release.base}release/{release.version}/{file.name}")


def is_dump(file: ReleaseFile) -> bool:
    """Tell whether a file holds the whole dataset as RDF."""
    return file.name.startswith("digigraph.")


def is_licensed(name: str) -> bool:
    """Tell whether a file is our data, in some form; the texts of documents are not."""
    return not name.startswith(f"{TEXTS}/")


def is_one_of_many(name: str) -> bool:
    """Tell a file that each profile or each document has one of; pages do not list them."""
    return name.startswith(("profiles/", f"{TEXTS}/"))


def words_of(file: ReleaseFile) -> tuple[str, str]:
    """Return what is in a file, in bg and en."""
    return next((bg, en) for start, bg, en in _KINDS if file.name.startswith(start))


def content_of(file: ReleaseFile) -> tuple[str, str, str]:
    """Return the extension, media type and packing of what is in a file, "" where it is not packed.

    A `.zip` holds the CSV tables.
    """
    plain, _, last = file.name.rpartition(".")
    packing = _PACKED.get(last, "")
    inner = plain if packing else file.name
    if media_type_of(inner) == _ZIP:
        return "csv", "text/csv", _ZIP
    return inner.rpartition(".")[2], media_type_of(inner), packing


def distribution(
    release: Release,
    file: ReleaseFile,
    service: str,
    rights: ox.NamedNode,
    access: ox.NamedNode,
    standards: Sequence[ox.NamedNode],
) -> Iterator[ox.Triple]:
    """Yield a file as a distribution: where it is, what it holds, its size, checksum and terms."""
    this = file_node(release, file)
    checksum = node(f"{this.value}#checksum")
    extension, media, packing = content_of(file)
    kind = eu.FILE_TYPES.get(extension)
    place = node(f"{service}release/{release.version}/{file.name}")
    bg, en = words_of(file)
    packed = [node(eu.IANA + packing)] if packing else []
    issued = typed(release.issued.isoformat(), "date")
    yield from facts(
        this,
        ("rdf:type", term("dcat:Distribution")),
        ("dct:title", *both(file.name, file.name)),
        ("dct:description", *both(f"{bg}: {file.name}", f"{en}: {file.name}")),
        ("dcat:accessURL", place),
        ("dcat:downloadURL", place),
        ("dcat:accessService", access),
        ("dcat:mediaType", node(eu.IANA + media)),
        ("dcat:packageFormat" if packing == _ZIP else "dcat:compressFormat", *packed),
        ("dct:format", *([node(kind.iri)] if kind else [])),
        ("dcat:byteSize", typed(str(file.size), "nonNegativeInteger")),
        ("dct:license", node(LICENCE)),
        ("dct:rights", rights),
        ("dct:language", node(eu.BULGARIAN.iri), node(eu.ENGLISH.iri)),
        ("dcatap:availability", node(eu.STABLE.iri)),
        ("dct:conformsTo", *standards),
        ("dct:issued", issued),
        ("dct:modified", issued),
        ("spdx:checksum", checksum),
    )
    yield from facts(
        checksum,
        ("rdf:type", term("spdx:Checksum")),
        ("rdfs:label", *both(f"SHA-256 на {file.name}", f"SHA-256 of {file.name}")),
        ("spdx:algorithm", term("spdx:checksumAlgorithm_sha256")),
        ("spdx:checksumValue", typed(file.sha256, "hexBinary")),
    )
    for used in (node(eu.IANA + media), *packed):
        yield from facts(used, ("rdf:type", term("dct:MediaType")))
