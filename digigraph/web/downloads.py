"""Every file of the release: what it holds, its size, checksum, first lines, a command (X-09)."""

from __future__ import annotations

import csv
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
_PACKED = (".gz", ".zst", ".zip")
_USE = {
    ".ttl": "rapper -c -i turtle {name}",
    ".nt": "rapper -c -i ntriples {name}",
    ".rdf": "rapper -c -i rdfxml {name}",
    ".nq": "oxigraph load --location store --file {name}",
    ".trig": "oxigraph load --location store --file {name}",
    ".jsonld": "python -c \"import rdflib; print(len(rdflib.Graph().parse('{name}')))\"",
    ".json": "python -m json.tool {name} | head",
    ".csv": "python -c \"import pandas; print(pandas.read_csv('{last}', dtype=str))\"",
    ".zip": "unzip -l {name}",
    ".tsv": "column -t -s '\t' {last} | head",
}


@dataclass(frozen=True, slots=True)
class Download:
    """One file as the page shows it."""

    file: ReleaseFile
    link: str
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
    return tuple(_download(file, release, service, root) for file in shown)


def _download(file: ReleaseFile, release: Release, service: str, root: str) -> Download:
    bg, en = words_of(file)
    count, unit = _count(file, release)
    last = file.name.rpartition("/")[2]
    suffix = next((end for end in _USE if last.endswith(end)), "")
    get = f"curl -O {service}dumps/{file.name}"
    use = _USE.get(suffix, "").format(name=last, last=last)
    return Download(
        file,
        f"{root}dumps/{file.name}",
        bg,
        en,
        count,
        unit,
        "\n".join(_sample(release.path(file.name))),
        f"{get} && {use}" if use else get,
    )


def _sample(path: Path) -> Iterator[str]:
    if path.suffix in _PACKED:
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
