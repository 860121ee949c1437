"""Every file of the release: what it holds, size, checksum, licence, sample, command (X-09).

A file and its compressed twins are one card; they hold the same.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from flask import Blueprint, Response

from digigraph.csvw import FOLDER as TABLES
from digigraph.distributions import is_one_of_many, words_of
from digigraph.release import Release, ReleaseFile, open_release
from digigraph.web.site import page, revalidated, site

bp = Blueprint("downloads", __name__)

LINES, LONGEST = 5, 160
"""How many lines of a file are shown, and how many characters of each."""

GROUPS = (
    ("dumps", "Всички данни", "All data"),
    ("csv", "Таблици", "Tables"),
    ("parts", "Части", "Parts"),
    ("about", "За изданието", "About the release"),
)
_UNPACK = {".gz": "gunzip --keep", ".zst": "zstd --decompress"}
"""How the name of a compressed twin ends -> what unpacks it."""
_QUOTING = (
    "digigraph.", "digigraph-", "profiles", "csv/statements", "csv/findings",
    "csv/competence_levels", "csv/profiles",
)  # fmt: skip
"""How the names of files begin that hold text of the documents, which is under no licence."""
_USE = {
    "shapes.ttl": "pyshacl --shacl shapes.ttl your-data.ttl",
    ".sssom.tsv": 'python -c "import pandas; '
    "print(pandas.read_csv('{name}', sep='\\t', comment='#', dtype=str))\"",
    "schema/profile": "check-jsonschema --schemafile profile your-profile.yaml",
    ".ttl": "rapper -c -i turtle {name}",
    ".nt": "rapper -c -i ntriples {name}",
    ".rdf": "rapper -c -i rdfxml {name}",
    ".nq": "oxigraph load --location store --file {name}",
    ".trig": "oxigraph load --location store --file {name}",
    ".jsonld": "python -c \"import rdflib; print(len(rdflib.Graph().parse('{name}')))\"",
    ".json": "python -m json.tool {name} | head",
    ".csv": "python -c \"import pandas; print(pandas.read_csv('{name}', dtype=str))\"",
    ".zip": "python -m zipfile --extract {name} tables",
    ".tsv": "column --table --separator $'\\t' {name} | head",
    ".md": "less {name}",
}


@dataclass(frozen=True, slots=True)
class Twin:
    """The same file, compressed: where it is, and the command that gets and unpacks it."""

    file: ReleaseFile
    link: str
    command: str


@dataclass(frozen=True, slots=True)
class Download:
    """One file as the page shows it, with its compressed twins."""

    file: ReleaseFile
    link: str
    twins: Sequence[Twin]
    quotes: bool
    """Whether it holds text of the documents."""
    bg: str
    en: str
    count: int | None
    """Triples, quads or rows; None where it is none of these."""
    unit: tuple[str, str]
    sample: str
    command: str


@dataclass(frozen=True, slots=True)
class DownloadsView:
    """What the page shows: the groups of files, with what each is called."""

    release: Release
    groups: Sequence[tuple[str, str, str, Sequence[Download]]]


@bp.get("/downloads")
def downloads() -> Response:
    """Show the files of the release."""
    release = site().release
    told = _downloads(release.folder, site().service, site().root)
    groups = [
        (name, bg, en, [one for one in told if _group(one.file.name) == name])
        for name, bg, en in GROUPS
    ]
    return revalidated(page("downloads.html", DownloadsView(release, groups)))


@lru_cache(maxsize=3)
def _downloads(folder: Path, service: str, root: str) -> tuple[Download, ...]:
    release = open_release(folder)
    shown = [file for file in release.files if not is_one_of_many(file.name)]
    twins = [file for file in shown if file.name.endswith(tuple(_UNPACK))]
    return tuple(
        _download(file, twins, release, service, root) for file in shown if file not in twins
    )


def _download(
    file: ReleaseFile, twins: Sequence[ReleaseFile], release: Release, service: str, root: str
) -> Download:
    bg, en = words_of(file)
    count, unit = _count(file, release)
    last = file.name.rpartition("/")[2]
    use = next((use for end, use in _USE.items() if file.name.endswith(end)), "less {name}")
    own = [_twin(one, service, root) for one in twins if one.name.startswith(f"{file.name}.")]
    return Download(
        file,
        f"{root}dumps/{file.name}",
        own,
        file.name.startswith(_QUOTING),
        bg,
        en,
        count,
        unit,
        "\n".join(_sample(release.path(file.name))),
        f"curl -O {service}dumps/{file.name} && {use.format(name=last)}",
    )


def _twin(file: ReleaseFile, service: str, root: str) -> Twin:
    unpack = next(use for end, use in _UNPACK.items() if file.name.endswith(end))
    get = f"curl -O {service}dumps/{file.name} && {unpack} {file.name.rpartition('/')[2]}"
    return Twin(file, f"{root}dumps/{file.name}", get)


def _sample(path: Path) -> Iterator[str]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            yield from packed.namelist()
        return
    with path.open(encoding="utf-8", errors="replace") as text:
        for line in islice(text, LINES):
            shown = line.rstrip("\r\n")
            yield shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} …"


def _count(file: ReleaseFile, release: Release) -> tuple[int | None, tuple[str, str]]:
    name = file.name
    if name.startswith("digigraph.") and name.split(".")[1] in ("nq", "trig"):
        return release.quads, ("четворки", "quads")
    if name.startswith("digigraph."):
        return release.triples, ("тройки", "triples")
    if name.endswith(".csv"):
        with release.path(name).open(encoding="utf-8", newline="") as rows:
            return sum(1 for _ in csv.reader(rows)) - 1, ("редове", "rows")
    return None, ("", "")


def _group(name: str) -> str:
    if name.startswith("digigraph."):
        return "dumps"
    if name.startswith(f"{TABLES}/") or name.endswith(".zip"):
        return "csv"
    if name in ("CHANGELOG.md", "validation.json", "ids.tsv") or name.startswith("changes"):
        return "about"
    return "parts"
