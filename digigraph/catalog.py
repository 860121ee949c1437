"""The `.rq` files as values: documentation, example, link target and test at once.

A query is valid SPARQL as it stands.  Its header is read strictly: a query with a header that
cannot be read stops the programme, so none ever vanishes quietly.

A parameter is a variable of the query. It is free, and then the query as it stands answers for
all values; or the text gives it a value in `VALUES ?x { … }`, and then it always has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digigraph import resources
from digigraph.errors import InputError

_LINE = re.compile(
    r"#\+ (?P<text>title|question)@(?P<lang>bg|en): (?P<said>\S.*)"
    r"|#\+ parameter: (?P<name>[a-z]\w*) = (?P<value>\S.*)"
    r"|#\+ (?P<of>[a-z]\w*)@(?P<about>bg|en|is): (?P<told>\S.*)"
)
_EXPECTED = (
    "expected “#+ title@bg: …”, “#+ question@en: …”, “#+ parameter: x = …”, or of a parameter "
    "“#+ x@bg: …”, “#+ x@en: …”, “#+ x@is: …”"
)
_TERM = re.compile(r'<(?P<iri>[^<>"\s]+)>|"(?P<text>[^"\\]+)"(?:\^\^\w+:\w+)?|(?P<number>\d+)')
_OPENING = re.compile(r"^(?:WHERE|ASK) \{", re.MULTILINE)

RESERVED = ("_mediatype", "bom", "format", "lang")
"""What a URL of a query says besides its parameters."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a parameter takes: what is expected in words, and how the data know such things.

    A thing is one that has the `property` with the value `of`; `stems` are what stands, after
    the base, before the short form of its IRI.
    """

    name: str
    bg: str
    en: str
    property: str = ""
    of: str = ""
    stems: tuple[str, ...] = ()


KINDS = {
    kind.name: kind
    for kind in (
        Kind("profile", "профил: IRI, идентификатор (p-…) или код по НКПД (33393020)",
             "a profile: IRI, identifier (p-…) or NKPD code (33393020)",
             "rdf:type", "dgc:OccupationProfile", ("id/profile/",)),
        Kind("competence", "компетентност: IRI, код (1.2) или идентификатор (c-…)",
             "a competence: IRI, code (1.2) or identifier (c-…)",
             "rdf:type", "dgc:Competence", ("id/digcomp21/", "id/competence/")),
        Kind("area", "област: IRI или номер от 1 до 5", "an area: IRI or number, 1 to 5",
             "rdf:type", "dgc:CompetenceArea", ("id/digcomp21/", "id/digcomp21/area-")),
        Kind("requirement", "изискване: IRI или profile/p-…/req/…",
             "a requirement: IRI or profile/p-…/req/…",
             "rdf:type", "dgc:CompetenceRequirement", ("id/",)),
        Kind("position", "длъжност: IRI или код по НКПД (33393020)",
             "a position: IRI or NKPD code (33393020)",
             "rdf:type", "dgc:OccupationPosition", ("id/nkpd11/",)),
        Kind("document", "документ: IRI или идентификатор (d-…)",
             "a document: IRI or identifier (d-…)",
             "rdf:type", "dgc:SourceDocument", ("id/source/",)),
        Kind("mappings", "набор от съпоставки: IRI или име (nkpd11-esco)",
             "a set of mappings: IRI or name (nkpd11-esco)",
             "rdf:type", "sssom:MappingSet", ("mappings/",)),
        Kind("finding", "вид констатация: IRI или име (Contradiction)",
             "a type of finding: IRI or name (Contradiction)",
             "rdfs:subClassOf", "dgc:Finding", ("def#",)),
        Kind("graph", "именуван граф: IRI или име (profiles)",
             "a named graph: IRI or name (profiles)", stems=("graph/", "")),
        Kind("thing", "нещо от данните: IRI, код или идентификатор",
             "a thing of the data: IRI, code or identifier", stems=("id/", "")),
        Kind("level", "ниво: число от 1 до 8", "a level: a number, 1 to 8"),
        Kind("day", "ден (2026-11-23) или версия на издание (2026.11.0)",
             "a day (2026-11-23) or the version of a release (2026.11.0)"),
        Kind("text", "текст от 1 до 200 знака", "a text of 1 to 200 characters"),
    )
}  # fmt: skip
"""What the parameters of queries can be, by name."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable that can be given a value: what it is called in bg and en, and its kind.

    `value` is the example in the header, as SPARQL writes it; where the query gives the
    parameter that value itself, it `has_default`.
    """

    name: str
    kind: Kind
    label: Mapping[str, str]
    value: str
    has_default: bool

    @property
    def plain(self) -> str:
        """Return the value without what SPARQL puts around it."""
        found = _TERM.fullmatch(self.value)
        assert found, "the header was checked"
        return str(found["iri"] or found["text"] or found["number"])


@dataclass(frozen=True, slots=True)
class Query:
    """One published query: its name, what it answers in bg and en, its parameters and text."""

    name: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    text: str

    @property
    def body(self) -> str:
        """Return the text without its header."""
        return "\n".join(line for line in self.text.split("\n") if line[:2] != "#+").strip()

    def bound(self, terms: Mapping[str, str]) -> str:
        """Return the text without header, each parameter of `terms` held to its term.

        A term is written as SPARQL writes it, and whoever gives it has checked that it is one.
        """
        text = self.body
        for name, term in terms.items():
            if self.parameters[name].has_default:
                given = _values(name).search(text)
                assert given, "the header was checked"
                text = f"{text[: given.start(1)]}{term}{text[given.end(1) :]}"
            else:
                opening = _OPENING.search(text)
                assert opening, "the header was checked"
                # What is most selective stands first: engines follow the written order.
                place = opening.end()
                text = f"{text[:place]}\n  VALUES ?{name} {{ {term} }}{text[place:]}"
        return text


def queries(kind: str, base: str = resources.AUTHORED_BASE) -> dict[str, Query]:
    """Return the queries of `queries/{kind}` by name, in order of name."""
    folder = resources.folder("queries") / kind
    return {path.stem: read(path, base) for path in sorted(folder.glob("*.rq"))}


def read(path: Path, base: str = resources.AUTHORED_BASE) -> Query:
    """Return the query in a file; raise `InputError` on a header that cannot be read."""
    text = resources.text(path, base)
    texts: dict[str, dict[str, str]] = {"title": {}, "question": {}}
    values: dict[str, str] = {}
    told: dict[str, dict[str, str]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith("#+"):
            break
        found = _LINE.fullmatch(line)
        if not found:
            raise InputError(path, _EXPECTED, line=number)
        if found["name"]:
            values[found["name"]] = found["value"]
        elif found["text"]:
            texts[found["text"]][found["lang"]] = found["said"]
        elif found["of"] in values:
            told.setdefault(found["of"], {})[found["about"]] = found["told"]
        else:
            raise InputError(path, f"“{found['of']}” is no parameter named above", line=number)
    for name, given in texts.items():
        if set(given) != {"bg", "en"}:
            raise InputError(path, f"the header needs {name}@bg and {name}@en", line=1)
    parameters = {
        name: _parameter(path, text, name, value, told.get(name, {}))
        for name, value in values.items()
    }
    return Query(path.stem, texts["title"], texts["question"], parameters, text)


def _parameter(path: Path, text: str, name: str, value: str, told: dict[str, str]) -> Parameter:
    if set(told) != {"bg", "en", "is"}:
        raise InputError(path, f"the header needs {name}@bg, {name}@en and {name}@is", line=1)
    if told["is"] not in KINDS:
        message = f"{name}@is: expected one of {', '.join(KINDS)}; found “{told['is']}”"
        raise InputError(path, message, line=1)
    if name in RESERVED or not _TERM.fullmatch(value):
        raise InputError(path, f"{name} = {value}: expected another name, or one term", line=1)
    given = _values(name).search(text)
    if given and given[1] != value:
        raise InputError(path, f"{name} is {value} in the header and {given[1]} in VALUES", line=1)
    if not given and not _OPENING.search(text):
        raise InputError(path, "no line begins with “WHERE {” or “ASK {”", line=1)
    label = {lang: told[lang] for lang in ("bg", "en")}
    return Parameter(name, KINDS[told["is"]], label, value, bool(given))


def _values(name: str) -> re.Pattern[str]:
    return re.compile(rf"^ *VALUES \?{name} \{{ (\S+) \}}$", re.MULTILINE)
