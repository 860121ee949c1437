"""The endpoints of the API: routing, OpenAPI and the pages are made of this table (A-05)."""

from __future__ import annotations

from dataclasses import replace

from digigraph.formats import JSON
from digigraph.search.entries import GROUPS, TYPES
from digigraph.search.question import LONGEST
from digigraph.web.api.endpoint import ALWAYS, PAGED, Endpoint
from digigraph.web.api.parameters import LANG, LIMIT, Parameter, format_of
from digigraph.web.compare import IDS

_LEVEL = Parameter(
    "level", "Ниво, което се изисква, или по-високо.", "A level that is required, or above.",
    kind="whole", most=8, example=5,
)  # fmt: skip
_IRI = "https?://[!-~]{1,190}"
_AREA = Parameter(
    "area", "Номер или IRI на област на DigComp 2.1.",
    "The number or the IRI of an area of DigComp 2.1.",
    pattern=rf"[0-9]{{1,2}}|{_IRI}", example="1",
    takes=("номер, например 1, или IRI", "a number, as 1, or an IRI"),
)  # fmt: skip
_SECTOR = Parameter(
    "sector", "Код на дейност по КИД-2008.", "The code of an activity in KID-2008.",
    pattern=r"[0-9]{1,2}(?:\.[0-9]{1,2})?", takes=("код, например 93", "a code, as 93"),
    example="93",
)  # fmt: skip
_OCCUPATION = Parameter(
    "occupation",
    "Код по НКПД-2011 или началото му: 3339 е групата, 33393020 – длъжността.",
    "An NKPD-2011 code or the beginning of one: 3339 is the group, 33393020 the position.",
    pattern="[0-9]{1,8}", takes=("една до осем цифри", "one to eight digits"), example="3339",
)  # fmt: skip
_COMPETENCE = Parameter(
    "competence", "Компетентност, която се изисква: код, идентификатор или IRI.",
    "A competence that is required: code, identifier or IRI.", example="1.2",
)  # fmt: skip
_SCHEME = Parameter(
    "scheme", "Схема: нейното IRI или последната му част, например digcomp21.",
    "A scheme: its IRI, or the last part of it, as digcomp21.",
    pattern=f"[A-Za-z0-9/-]{{1,40}}|{_IRI}",
    takes=("име като digcomp21 или IRI", "a name as digcomp21, or an IRI"),
    example="digcomp21",
)  # fmt: skip
_KIND = Parameter(
    "kind", "Обща или специфична компетентност.", "A general or a specific competence.",
    kind="choice", choices=("general", "specific"), example="specific",
)  # fmt: skip
_ALTERNATIVES = replace(
    LIMIT, bg="Колко други съвпадения да има най-много за всяко.",
    en="How many other matches there are for each at most.", default=3, least=0, most=10,
)  # fmt: skip
_FOUND_LEVEL = Parameter(
    "level", "Точно това ниво: на изискването или на описанието.",
    "This very level: of the requirement or of the descriptor.", kind="whole", most=8, example=6,
)  # fmt: skip
_TYPE = Parameter(
    "type", "Класът на намереното, по името му в речника.",
    "The class of what is found, by its name in the vocabulary.",
    kind="choice", choices=(*TYPES, *GROUPS), example="Competence",
)  # fmt: skip
_FILTERS = (_TYPE, _SCHEME, _SECTOR, _AREA, _FOUND_LEVEL)
_Q = Parameter(
    "q", "Думи на български (и с латински букви) или на английски, или код.",
    "Words in Bulgarian (in Latin letters too) or in English, or a code.",
    kind="words", most=LONGEST, required=True, example="клиентите",
)  # fmt: skip
_PREFIX = Parameter(
    "prefix", "Началото на код, на име или на дума от име.",
    "The beginning of a code, of a name or of a word of one.",
    kind="words", most=LONGEST, required=True, example="клие",
)  # fmt: skip
_FEW = replace(LIMIT, default=10, most=20)
_JSON_ONLY = (LANG, format_of(JSON.name))


def _named(bg: str, en: str, example: str) -> Parameter:
    return Parameter("name", bg, en, required=True, place="path", example=example)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "profiles", "GET", "/profiles",
        "Профилите, с филтри", "The profiles, with filters",
        (_SECTOR, _OCCUPATION, _COMPETENCE, _AREA, _LEVEL, *PAGED), "ProfileList",
        shown={"competence": "1.2", "level": "5"},
    ),
    Endpoint(
        "profile", "GET", "/profiles/{name}",
        "Един профил, цял", "One profile, whole",
        (_named("Идентификатор (p-…) или код по НКПД-2011.",
                "An identifier (p-…) or an NKPD-2011 code.", "{profile}"), *_JSON_ONLY),
        "ProfileDocument", formats=(JSON,), others=(303, 404),
    ),
    Endpoint(
        "competences", "GET", "/competences",
        "Компетентностите, с филтри", "The competences, with filters",
        (_SCHEME, _AREA, _KIND, _LEVEL, *PAGED), "CompetenceList",
        shown={"area": "1", "limit": "2"},
    ),
    Endpoint(
        "competence", "GET", "/competences/{name}",
        "Една компетентност, с нивата ѝ и с това, което я иска",
        "One competence, with its levels and what requires it",
        (_named("Идентификатор (1-2, c-…) или код (1.2).",
                "An identifier (1-2, c-…) or a code (1.2).", "{competence}"), *_JSON_ONLY),
        "Competence", formats=(JSON,), others=(303, 404),
    ),
    Endpoint(
        "levels", "GET", "/levels",
        "Осемте нива на DigComp 2.1", "The eight levels of DigComp 2.1",
        PAGED, "LevelList", shown={"format": "csv"},
    ),
    Endpoint(
        "compare", "GET", "/compare",
        "Два до четири профила един до друг", "Two to four profiles side by side",
        (IDS, *ALWAYS), "Comparison", others=(404,),
    ),
    Endpoint(
        "matrix", "GET", "/matrix",
        "Матрица: профили и компетентности на рамката",
        "Matrix: profiles by competences of the framework",
        (_SECTOR, _OCCUPATION, *PAGED), "Matrix", shown={"format": "csv"},
    ),
    Endpoint(
        "search", "GET", "/search",
        "Търсене: неща по име и код, твърдения по думите им",
        "Search: things by name and code, statements by their words",
        (_Q, *_FILTERS, *PAGED), "HitList", others=(503,),
        shown={"q": "lichni danni", "limit": "3"},
    ),
    Endpoint(
        "suggest", "GET", "/suggest",
        "Предложения за това, което се пише", "Suggestions for what is being typed",
        (_PREFIX, *_FILTERS, _FEW, *ALWAYS), "SuggestionList", others=(503,),
        shown={"prefix": "organiz", "limit": "3"},
    ),
    Endpoint(
        "lookup", "POST", "/lookup",
        "До 1000 кода или имена наведнъж: най-доброто съвпадение и други за всяко",
        "Up to 1,000 codes or labels at once: the best match and others of each",
        (_TYPE, _SCHEME, _ALTERNATIVES, *ALWAYS), "Lookup",
        body="Codes", body_example=["1.2", "33393020", "Evaluating data"], others=(413, 415, 503),
    ),
)  # fmt: skip
"""Every endpoint, in the order in which they are shown."""
