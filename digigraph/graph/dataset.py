"""The dataset as a whole: its description, how it was made, and the scheme of competences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from digigraph.graph.writer import Writer, day, plain, text

GRAPH = "catalog"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"

RIGHTS_BG = (
    "Съставянето (онтология, схеми, съпоставки, структура) е под CC BY 4.0. "
    "Текстът на документите е цитиран; за него не се предявяват права и не се дава лиценз. "
    "DigComp 2.1: © Европейски съюз, повторна употреба съгласно Решение 2011/833/ЕС. "
    "Тази услуга използва класификацията ESCO на Европейската комисия."
)
RIGHTS_EN = (
    "The compilation (ontology, schemes, mappings, structure) is under CC BY 4.0. "
    "The text of the documents is quoted; no licence is claimed or granted for it. "
    "DigComp 2.1: © European Union, reuse under Decision 2011/833/EU. "
    "This service uses the ESCO classification of the European Commission."
)
TITLE_BG = "digigraph: профили на дигиталните умения като свързани данни"
TITLE_EN = "digigraph: profiles of digital skills as linked data"
ABOUT_BG = (
    "Профили на дигиталните умения на ключови длъжности и професии в България: изисквани "
    "компетентности с ниво, знания, умения, поведения и примери, заедно с DigComp 2.1 и връзки "
    "към ESCO, ISCO-08, NACE и НКПД-2011. Всяка стойност сочи реда в документа, от който е взета."
)
ABOUT_EN = (
    "Profiles of the digital skills of key occupations in Bulgaria: required competences with "
    "level, knowledge, skills, behaviours and examples, together with DigComp 2.1 and links to "
    "ESCO, ISCO-08, NACE and NKPD-2011. Every value points at the line of the document that it "
    "was read from."
)

KEYWORDS = {
    "bg": ("дигитални умения", "дигитални компетентности", "профил на длъжност", "DigComp", "ESCO"),
    "en": ("digital skills", "digital competences", "occupation profile", "DigComp", "ESCO"),
}
AUTHORITY = "http://publications.europa.eu/resource/authority/"
OF_THE_EU = {
    "dcat:theme": {
        "data-theme/EDUC": ("Образование, култура и спорт", "Education, culture and sport"),
        "data-theme/SOCI": ("Население и общество", "Population and society"),
    },
    "dct:language": {
        "language/BUL": ("български", "Bulgarian"),
        "language/ENG": ("английски", "English"),
    },
    "dct:spatial": {"country/BGR": ("България", "Bulgaria")},
    "dct:accessRights": {"access-right/PUBLIC": ("публичен", "public")},
    "dct:accrualPeriodicity": {"frequency/IRREG": ("нередовно", "irregular")},
}
"""What the dataset is said to be in the terms of EU authority tables, and what those are called."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The release that a graph is made for: calendar version, date, and software version."""

    version: str
    issued: date
    software: str
    notes_bg: str = ""
    notes_en: str = ""


def describe_dataset(writer: Writer, edition: Edition, sources: Sequence[str]) -> None:
    """State the description of the dataset and the activity that built it (V-01, PROV)."""
    names, add = writer.names, writer.add
    iri = f"{names.base}catalog/digigraph"
    agent = names.id("agent/digigraph")
    writer.types(GRAPH, iri, "dcat:Dataset", "void:Dataset", "prov:Entity")
    writer.identity(GRAPH, iri, bg=TITLE_BG, en=TITLE_EN)
    describe_publication(writer, GRAPH, edition)
    add(GRAPH, iri, "dct:rights", text(RIGHTS_BG, "bg"), text(RIGHTS_EN, "en"))
    add(GRAPH, iri, "dct:conformsTo", f"{names.base}def", f"{names.base}shapes")
    for language, words in KEYWORDS.items():
        add(GRAPH, iri, "dcat:keyword", *(text(word, language) for word in words))
    for name, concepts in OF_THE_EU.items():
        for tail, (bg, en) in concepts.items():
            add(GRAPH, iri, name, f"{AUTHORITY}{tail}")
            add("stubs", f"{AUTHORITY}{tail}", "skos:prefLabel", text(bg, "bg"), text(en, "en"))
    if edition.notes_bg:
        add(GRAPH, iri, "adms:versionNotes", text(edition.notes_bg, "bg"))
    if edition.notes_en:
        add(GRAPH, iri, "adms:versionNotes", text(edition.notes_en, "en"))
    build = f"{names.base}catalog/build-{edition.version.replace('.', '-')}"
    add(GRAPH, iri, "prov:wasGeneratedBy", build)
    writer.types(GRAPH, build, "prov:Activity")
    writer.identity(
        GRAPH, build, part_of=iri,
        bg=f"Изграждане на издание {edition.version} с digigraph {edition.software}",
        en=f"Build of release {edition.version} with digigraph {edition.software}",
    )  # fmt: skip
    add(GRAPH, build, "prov:wasAssociatedWith", agent)
    add(GRAPH, build, "prov:generated", iri)
    for source in sources:
        add(GRAPH, build, "prov:used", source)


def describe_publication(writer: Writer, graph: str, edition: Edition) -> None:
    """State, in a graph that describes the dataset, what it is, whose, and which release."""
    names, add = writer.names, writer.add
    iri = f"{names.base}catalog/digigraph"
    add(graph, iri, "dct:title", text(TITLE_BG, "bg"), text(TITLE_EN, "en"))
    add(graph, iri, "dct:description", text(ABOUT_BG, "bg"), text(ABOUT_EN, "en"))
    add(graph, iri, "dct:license", LICENSE)
    add(graph, iri, "dct:publisher", names.id("agent/digigraph"))
    add(graph, iri, "dct:issued", day(edition.issued))
    add(graph, iri, "dcat:version", plain(edition.version))


def describe_competence_scheme(writer: Writer) -> None:
    """State the scheme that all specific competences are in."""
    names, add = writer.names, writer.add
    graph, iri = "competences", names.id("competences")
    bg, en = "Специфични дигитални компетентности", "Specific digital competences"
    writer.types(graph, iri, "skos:ConceptScheme")
    writer.identity(
        graph, iri, bg=bg, en=en, label="skos:prefLabel", part_of=f"{names.base}catalog/digigraph"
    )
    add(graph, iri, "dct:title", text(bg, "bg"), text(en, "en"))
    add(
        graph, iri, "dct:description",
        text("Компетентностите, които профилите описват сами, всяка на осем нива.", "bg"),
        text("The competences that the profiles describe themselves, each on eight levels.", "en"),
    )  # fmt: skip
    add(graph, iri, "dct:license", LICENSE)
