"""The command that writes one thing out: a profile as YAML, or anything as RDF or framed JSON."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cli.output import Console
from digigraph.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.records import Reading, Source
    from digigraph.things import Things

_FORMATS = ("yaml", "json", "turtle", "jsonld", "nt", "rdf")
_CODE = re.compile(r"\d{8}")


@click.command()
@click.argument("thing")
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="yaml", show_default=True,
    help="yaml is a profile as a document, json a tree, the others are RDF.",
)  # fmt: skip
@click.option(
    "--plain", is_flag=True,
    help="With yaml: leave out evidence and source; what is left is a document of its own.",
)  # fmt: skip
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="With yaml: the folder with the documents [default: the shipped one].",
)  # fmt: skip
@click.option(
    "--releases", type=click.Path(path_type=Path, file_okay=False), default=Path("releases"),
    show_default=True, help="With the other formats: the folder that holds the releases.",
)  # fmt: skip
@click.pass_obj
def export(
    console: Console, thing: str, form: str, plain: bool, data: Path | None, releases: Path
) -> None:
    """Write one thing to standard output.

    As YAML THING is a profile, by identifier, URI, code of the occupation or folder in
    data/sources; it is read from its document, and what is written reads back to the identical
    graph. In the other formats it is any thing of the newest release, by URI, identifier or code.

    \b
    Examples:
      digigraph export 33393020 > profile.yaml
      digigraph export --plain p-37q68h4z > next.yaml
      digigraph export --format turtle digcomp21/1-2
    """
    if form == "yaml":
        text = _as_yaml(console, thing, data, plain=plain)
        sys.stdout.buffer.write(text.encode("utf-8"))
        return
    if plain:
        raise UsageError("--plain is for yaml only")
    sys.stdout.buffer.write(_as_graph(thing, form, releases))


def _as_yaml(console: Console, thing: str, data: Path | None, *, plain: bool) -> str:
    from digigraph import resources
    from digigraph.documents.export import yaml_of

    folder = data or resources.folder("data")
    found = _profiles(console, thing, folder)
    if not found:
        raise InputError(thing, f"no profile of this name among the documents in {folder}")
    if len(found) > 1:
        listed = ", ".join(sorted(found))
        raise UsageError(f"{thing} is the occupation of several profiles; name one of: {listed}")
    ((reading, source),) = found.values()
    return yaml_of(reading, reading.source or source, plain=plain)


def _profiles(console: Console, thing: str, data: Path) -> dict[str, tuple[Reading, Source]]:
    """Return the profiles that are meant, by identifier or folder, each with its source."""
    from digigraph import documents, graph, reference, sources
    from digigraph.registry import Registry

    registry = Registry.read(data / "ids.tsv")
    name = thing.rstrip("/").rpartition("/")[2]
    wanted = registry.entry(name).key if name in registry else ""
    code = _CODE.search(wanted or name)
    settings = sources.find(data / "sources")
    if code:
        settings.sort(key=lambda path: not path.parent.name.startswith(code[0]))
    known = reference.load()
    found: dict[str, tuple[Reading, Source]] = {}
    for number, path in enumerate(settings, 1):
        console.progress("documents", number, len(settings))
        if not code and path.parent.name != name:
            continue
        given = sources.load(path)
        reading = documents.read(given.path, known)
        if reading.profile is None:
            continue
        facts = graph.facts_of(given.source, reading)
        key, _ = graph.keys_of(facts)
        if key == wanted or (not wanted and (name in facts.codes or path.parent.name == name)):
            found[registry.find(key) or path.parent.name] = (reading, given.source)
        if key == wanted:
            break
    console.done()
    return found


def _as_graph(thing: str, form: str, releases: Path) -> bytes:
    from digigraph.formats import FORMATS, Choice
    from digigraph.framing import frame
    from digigraph.release import newest_release
    from digigraph.things import Things
    from digigraph.writers import write_graph

    release = newest_release(releases)
    if release is None:
        raise InputError(releases, "no release here; make one with: digigraph build")
    things = Things(release)
    iris = list(dict.fromkeys(_iris(thing, things)))
    document = next((found for iri in iris if (found := things.document(iri))), None)
    if document is None:
        raise InputError(thing, f"release {release.version} says nothing of this")
    lines = document.lines
    if form == "json":
        return frame(document, lines, release.base)
    told = next(one for one in FORMATS if form in (one.name, one.extension))
    return write_graph(lines, Choice(told), release.base)


def _iris(thing: str, things: Things) -> Iterator[str]:
    """Yield the IRIs that may be meant: of an occupation its profiles come first."""
    from digigraph.codes import with_code, with_identifier

    coded = with_code(things, thing)
    if _CODE.fullmatch(thing):
        for position in coded:
            yield from things.subjects("dgc:occupation", position)
    yield from with_identifier(things, thing)
    yield from coded
    yield thing if "://" in thing else things.names.id(thing)
