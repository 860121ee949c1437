"""Profiles side by side, at an address that lasts: `/compare/p-…,p-…`, in each format (A-03).

One comparison has one address, with the identifiers in order; any other way to name it leads
there. Formats are chosen as for the documents of things: a suffix, `format`, else Accept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, g, request

from digigraph.cache import key_of
from digigraph.comparison import FEWEST, MOST, Compared
from digigraph.description import LICENCE
from digigraph.document import Value
from digigraph.formats import CSV, GRAPH_FORMATS, HTML, JSON, Choice, Format
from digigraph.sidebyside import SideBySide
from digigraph.web.answering import BOM as MARK
from digigraph.web.api.lists import chosen_of, csv_of, json_of, listing_here
from digigraph.web.api.parameters import BOM, LANG, Parameter, format_of, read
from digigraph.web.files import CURRENT
from digigraph.web.nearby import near
from digigraph.web.overview import by_name
from digigraph.web.problems import Refused
from digigraph.web.showing.radars import LETTERS, RadarView, radar_of
from digigraph.web.site import LANGUAGES, language, page, site, tagged
from digigraph.writers import lines_of, write_graph

bp = Blueprint("compare", __name__)

TWINS = (HTML, GRAPH_FORMATS[0], JSON, CSV, *GRAPH_FORMATS[1:])
IDS = Parameter(
    "ids",
    "Два до четири профила, със запетаи: идентификатор (p-…), IRI или код по НКПД-2011.",
    "Two to four profiles, with commas: identifier (p-…), IRI or NKPD-2011 code.",
    most=800,
    pattern="[^,]+(?:,[^,]+){1,3}",
    takes=("два до четири профила, със запетаи", "two to four profiles, with commas"),
    required=True,
    example="{profiles}",
)
SHOWN = 50
"""How many profiles stand on a page that asks what is to be compared."""

_ASKING = Parameter(IDS.name, IDS.bg, IDS.en, least=0, most=IDS.most, repeats=True)
_NUMBER = Parameter("page", "Страница.", "Page.", kind="whole", default=1, most=1_000_000)
_FORMATS = dict.fromkeys(name for told in TWINS for name in (told.name, told.extension))
_TAKEN = (LANG, format_of(*_FORMATS), BOM)


@dataclass(frozen=True, slots=True)
class CompareView:
    """Everything that the page of a comparison shows."""

    found: SideBySide
    address: str
    twins: Sequence[Format]
    language: str

    @property
    def radar(self) -> RadarView:
        """Return the profiles over the competences of the framework."""
        return radar_of(self.found.found.profiles)

    def here(self, iri: str) -> str:
        """Return where an IRI of ours leads from here."""
        return site().root + iri.removeprefix(site().release.base)

    def letter(self, iri: str) -> str:
        """Return the letter that stands for a profile."""
        return LETTERS[self.language][self.found.found.profiles.index(iri)]

    def dots(self, row: Compared) -> list[tuple[int, str]]:
        """Return the levels of a competence from the lowest, each with who requires it."""
        found: dict[int, str] = {}
        for iri, need in row.needs.items():
            found[need.level] = found.get(need.level, "") + self.letter(iri)
        return sorted(found.items())

    def gaps(self, row: Compared) -> list[str]:
        """Return how far each level is from the one of the first profile, with its sign.

        Of two profiles it is the right one less the left one; of more it is said whose it is.
        """
        gaps = [(self.letter(iri), signed(gap)) for iri, gap in row.gaps.items()]
        if len(self.found.found.profiles) == FEWEST:
            return [gap for _, gap in gaps]
        return [f"{letter}\N{NO-BREAK SPACE}{gap}" for letter, gap in gaps]


def signed(number: int) -> str:
    """Return a number with its sign, as people write it; zero has none."""
    return f"{number:+d}".replace("-", "\N{MINUS SIGN}") if number else "0"


@dataclass(frozen=True, slots=True)
class Asked:
    """A profile that can be chosen: its name, the language of the name, and its identifier."""

    name: str
    language: str
    short: str


@dataclass(frozen=True, slots=True)
class AskView:
    """The page that asks what is to be compared: what is chosen already, and one page of others."""

    chosen: Sequence[Asked]
    rows: Sequence[Asked]
    total: int
    first: int
    before: str
    after: str


@bp.get("/compare")
def ask() -> Response:
    """Ask what is to be compared, or send the client to the comparison that it names."""
    number = read((_ASKING, _NUMBER, LANG)).number(_NUMBER.name) or 1
    asked = [name for text in request.args.getlist(IDS.name) for name in text.split(",")]
    names = [name.strip() for name in asked if name.strip()]
    chosen = profiles_named(names) if len(names) == 1 else []
    if len(names) > 1:
        return _see(profiles_of(",".join(names)))
    lang = language()
    others = [iri for iri in by_name(listing_here().profiles(), lang) if iri not in chosen]
    start = (number - 1) * SHOWN

    def link(page: int) -> str:
        told = [*((IDS.name, _short(iri)) for iri in chosen), ("page", page), ("lang", lang)]
        return f"{site().root}compare?{urlencode(told)}"

    view = AskView(
        [_choice(iri, lang) for iri in chosen],
        [_choice(iri, lang) for iri in others[start : start + SHOWN]],
        len(others),
        start + 1,
        link(number - 1) if number > 1 else "",
        link(number + 1) if start + SHOWN < len(others) else "",
    )
    return page("comparing.html", view)


def _choice(iri: str, lang: str) -> Asked:
    listing, short = listing_here(), _short(iri)
    if own := listing.name(iri, lang):
        return Asked(own, lang, short)
    return Asked(listing.name(iri, "bg") or short, "bg", short)


@bp.get("/compare/<named>")
def compare(named: str) -> Response:
    """Return a comparison in the format that the client prefers."""
    given = read(_TAKEN)
    stem, suffix, asked_language = _asked(named)
    profiles = profiles_of(stem)
    if stem != _name(profiles):
        return _see(profiles, suffix, asked_language)
    if asked_language:
        g.language = asked_language
    chosen, lang = chosen_of(TWINS, suffix), language()
    marked = chosen.format is CSV and given.text(BOM.name) == "1"
    told = f"{chosen.format.name} {chosen.profile} {marked} {lang if chosen.format is HTML else ''}"
    key = key_of(site().release.dataset_digest, f"/compare/{stem}", (), told)
    body = site().answers.get(key)
    if body is None:
        body = _written(SideBySide(profiles, listing_here()), chosen, marked=marked)
        site().answers.keep(key, body)
    response = tagged(Response(body, content_type=chosen.format.content_type), key)
    _say_which(response, stem, chosen.format, lang)
    return response


def profiles_of(asked: str) -> list[str]:
    """Return the two to four profiles that a text with commas names; else raise `Refused`."""
    names = list(dict.fromkeys(name.strip() for name in asked.split(",")))
    if len(names) > MOST:
        raise _miscounted(len(names))
    profiles = profiles_named(names)
    if len(profiles) < FEWEST:
        raise _miscounted(len(profiles))
    return profiles


def profiles_named(names: Sequence[str]) -> list[str]:
    """Return the profiles that identifiers, IRIs or codes name, in order, each once.

    A retired profile stands for the one that replaced it. Raises `Refused` with all that is wrong.
    """
    found = {name: _profiles(name) for name in names}
    unknown = [name for name, iris in found.items() if not iris]
    several = {name: [_short(i) for i in iris] for name, iris in found.items() if len(iris) > 1}
    if unknown:
        listed = ", ".join(unknown)
        raise Refused(
            "not-found",
            {"bg": f"Няма такъв профил: {listed}.", "en": f"There is no such profile: {listed}."},
            profiles=unknown,
            nearest=near(*unknown),
        )
    if several:
        listed = "; ".join(f"{name}: {', '.join(ids)}" for name, ids in several.items())
        words = {
            "bg": f"Няколко профила имат този код, посочете идентификатор: {listed}.",
            "en": f"Several profiles have this code, name an identifier: {listed}.",
        }
        raise Refused("bad-request", words, profiles=several)
    return sorted({iris[0] for iris in found.values()})


def _miscounted(many: int) -> Refused:
    words = {
        "bg": f"Сравняват се от {FEWEST} до {MOST} различни профила; дадени са {many}.",
        "en": f"A comparison takes {FEWEST} to {MOST} different profiles; there are {many}.",
    }
    return Refused("bad-request", words, parameters=[IDS.name])


def _profiles(name: str) -> list[str]:
    listing = listing_here()
    if found := listing.profile(name):
        return found
    things = listing.things
    retired = things.names.id(f"profile/{name.rpartition('/')[2]}")
    successors = _values(retired, "dct:isReplacedBy")
    return [iri for value in successors for iri in listing.profile(value.value)]


def _values(iri: str, name: str) -> list[Value]:
    things = listing_here().things
    document = things.document(iri) if things.knows(iri) else None
    return document.values(name) if document else []


def _name(profiles: Sequence[str]) -> str:
    return ",".join(_short(iri) for iri in profiles)


def _short(iri: str) -> str:
    return iri.rpartition("/")[2]


def _see(profiles: Sequence[str], suffix: str = "", asked_language: str = "") -> Response:
    """Send the client to the one address of a comparison."""
    response = Response(status=303)
    end = "".join(f".{part}" for part in (asked_language, suffix) if part)
    told = f"?{urlencode(kept)}" if (kept := _kept()) else ""
    place = f"{site().root}compare/{_name(profiles)}{end}{told}"
    response.headers["Location"] = place
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _kept() -> list[tuple[str, str]]:
    names = [parameter.name for parameter in _TAKEN]
    return [(name, request.args[name]) for name in names if name in request.args]


def _asked(named: str) -> tuple[str, str, str]:
    """Return what a path names: the profiles, the format and the language, where it says so."""
    stem, _, suffix = named.rpartition(".")
    if not stem or not any(told.extension == suffix for told in TWINS):
        return named, "", ""
    first, _, lang = stem.rpartition(".")
    if suffix == HTML.extension and first and lang in LANGUAGES:
        return first, suffix, lang
    return stem, suffix, ""


def _written(found: SideBySide, chosen: Choice, *, marked: bool) -> bytes:
    if chosen.format is HTML:
        view = CompareView(found, address_of(found), TWINS[1:], language())
        return page("compare.html", view).get_data()
    if chosen.format is JSON:
        return json_of(found.json())
    if chosen.format is CSV:
        return (MARK if marked else b"") + csv_of(found.rows())
    lines = lines_of(found.triples(), first=found.iri)
    return write_graph(lines, chosen, site().release.base)


def address_of(found: SideBySide) -> str:
    """Return the path of a comparison at this service."""
    return site().root + found.iri.removeprefix(site().release.base)


def _say_which(response: Response, stem: str, told: Format, lang: str) -> None:
    """Say which variant this is, and where the others are (H-02, H-09)."""
    response.headers["Cache-Control"] = CURRENT
    response.vary.update(("Accept", "Accept-Encoding"))
    path = f"{site().root}compare/{quote(stem, safe=',')}"
    suffix = told.extension
    if told is HTML:
        response.vary.add("Accept-Language")
        response.headers["Content-Language"] = lang
        suffix = f"{lang}.{suffix}"
    response.headers["Content-Location"] = f"{path}.{suffix}"
    links = [f'<{site().release.base}compare/{stem}>; rel="canonical"']
    links += [f'<{path}.{t.extension}>; rel="alternate"; type="{t.media_type}"' for t in TWINS]
    links.append(f'<{LICENCE}>; rel="license"')
    response.headers.extend({"Link": links})
