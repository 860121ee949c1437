"""The data as tables: what each of them holds, column by column, and its rows (C-05).

A table is a class of things, a row a thing, a column a path of properties from it. The first
column is always the URI; codes are text. `digigraph.csvw` writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

SEPARATOR = "|"
"""What stands between several values in one cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it is called in bg and en, and the path that its values are at.

    A path is of prefixed names, as "dgc:requiresCompetence/skos:prefLabel". Only texts in
    `language` are taken if it is given, and values whose IRI or datatype matches the pattern
    `only`. `local` leaves the last part of an IRI; `many` says that a cell can hold several values.
    """

    name: str
    bg: str
    en: str
    path: str
    datatype: str = "string"
    language: str = ""
    only: str = ""
    local: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, what it is called, the class of its rows, and its columns."""

    name: str
    bg: str
    en: str
    row: str
    columns: Sequence[Column] = field(repr=False)

    @property
    def header(self) -> list[str]:
        """Return the names of the columns, the URI's first."""
        return ["uri", *(column.name for column in self.columns)]


def _named(of: str = "", path: str = "") -> tuple[Column, Column]:
    """Return the columns of a name in both languages."""
    prefix = f"{of}_" if of else ""
    steps = f"{path}/skos:prefLabel" if path else "skos:prefLabel"
    whose = (f" на {of}", f" of the {of}") if of else ("", "")
    return (
        Column(
            f"{prefix}name_bg", f"име{whose[0]} (bg)", f"name{whose[1]} (bg)", steps, language="bg"
        ),
        Column(
            f"{prefix}name_en", f"име{whose[0]} (en)", f"name{whose[1]} (en)", steps, language="en"
        ),
    )


TABLES = (
    Table("profiles", "Профили", "Profiles", "dgc:OccupationProfile", (
        Column("id", "идентификатор", "identifier", "dct:identifier"),
        Column("title_bg", "наименование (bg)", "title (bg)", "dct:title", language="bg"),
        Column("title_en", "наименование (en)", "title (en)", "dct:title", language="en"),
        Column("occupation", "длъжност", "occupation", "dgc:occupation", "anyURI"),
        Column("nkpd_2011", "код по НКПД-2011", "NKPD-2011 code", "dgc:occupation/skos:notation",
               only="NKPD2011"),
        Column("kid_2008", "код по КИД-2008", "KID-2008 code", "dgc:economicActivity/skos:notation",
               only="KID2008", many=True),
        Column("description_bg", "описание (bg)", "description (bg)", "dct:description",
               language="bg"),
        Column("source", "документ", "source document", "dct:source", "anyURI", many=True),
        Column("modified", "променен на", "modified", "dct:modified", "date"),
    )),
    Table("competences", "Компетентности", "Competences", "dgc:Competence", (
        Column("id", "идентификатор", "identifier", "dct:identifier"),
        Column("code", "код", "code", "skos:notation"),
        Column("kind", "вид", "kind", "dgc:kind", local=True),
        *_named(),
        Column("area", "област", "area", "dgc:area", "anyURI"),
        Column("broader", "област на рамката", "area of the framework", "skos:broader", "anyURI"),
        Column("scheme", "схема", "scheme", "skos:inScheme", "anyURI"),
        Column("definition_bg", "определение (bg)", "definition (bg)", "skos:definition",
               language="bg"),
        Column("definition_en", "определение (en)", "definition (en)", "skos:definition",
               language="en"),
        Column("label_status", "произход на името", "origin of the name", "dgc:labelStatus",
               local=True, many=True),
        Column("exact_match", "точно съответствие", "exact match", "skos:exactMatch", "anyURI",
               many=True),
        Column("close_match", "близко съответствие", "close match", "skos:closeMatch", "anyURI",
               many=True),
    )),
    Table("levels", "Нива", "Proficiency levels", "dgc:ProficiencyLevel", (
        Column("rank", "ниво от 1 до 8", "rank, 1 to 8", "dgc:rank", "integer"),
        *_named(),
        Column("band", "степен", "band", "dgc:band", "anyURI"),
        *_named("band", "dgc:band"),
        Column("complexity_en", "сложност (en)", "complexity (en)", "dgc:complexity",
               language="en"),
        Column("autonomy_en", "самостоятелност (en)", "autonomy (en)", "dgc:autonomy",
               language="en"),
        Column("cognitive_domain_en", "познавателна област (en)", "cognitive domain (en)",
               "dgc:cognitiveDomain", language="en"),
    )),
    Table("competence_levels", "Компетентности по нива", "Competences at each level",
          "dgc:CompetenceAtLevel", (
        Column("code", "код", "code", "skos:notation"),
        Column("competence", "компетентност", "competence", "dgc:ofCompetence", "anyURI"),
        Column("level", "ниво от 1 до 8", "level, 1 to 8", "dgc:atLevel/dgc:rank", "integer"),
        *_named(),
        Column("lead_in_bg", "въвеждащ текст (bg)", "lead-in (bg)", "dgc:leadIn", language="bg",
               many=True),
        Column("definition_bg", "описание (bg)", "descriptor (bg)", "skos:definition",
               language="bg"),
    )),
    Table("requirements", "Изисквания", "Requirements", "dgc:CompetenceRequirement", (
        Column("profile", "профил", "profile", "dgc:requirementOf", "anyURI"),
        Column("profile_name_bg", "профил (bg)", "profile (bg)",
               "dgc:requirementOf/skos:prefLabel", language="bg"),
        Column("competence", "компетентност", "competence", "dgc:requiresCompetence", "anyURI"),
        Column("competence_code", "код", "code", "dgc:requiresCompetence/skos:notation"),
        *_named("competence", "dgc:requiresCompetence"),
        Column("kind", "вид", "kind", "dgc:kind", local=True),
        Column("level", "изисквано ниво", "required level", "dgc:requiredLevel/dgc:rank",
               "integer"),
        Column("min_level", "най-ниско посочено", "lowest stated", "dgc:minLevelRank", "integer"),
        Column("max_level", "най-високо посочено", "highest stated", "dgc:maxLevelRank",
               "integer"),
        Column("level_status", "спорно ли е", "whether it is disputed", "dgc:levelStatus",
               local=True),
        Column("band", "степен", "band", "dgc:requiredLevel/dgc:band", local=True),
        Column("position", "ред в документа", "order in the document", "dgc:position", "integer"),
    )),
    Table("statements", "Твърдения", "Statements", "dgc:Statement", (
        Column("kind", "вид", "kind", "rdf:type", only="def#(?!Statement$)",
               local=True),
        Column("of", "на какво", "what it is of", "dgc:statementOf", "anyURI", many=True),
        Column("position", "ред", "order", "dgc:position", "integer"),
        Column("text_bg", "текст (bg)", "text (bg)", "rdfs:label", language="bg"),
        Column("source", "документ", "source document", "dct:source", "anyURI", many=True),
        Column("line", "ред в документа", "line of the document", "prov:wasDerivedFrom/dgc:line",
               "integer", many=True),
        Column("cited_from", "откъде е цитирано", "where it is cited from", "prov:wasDerivedFrom",
               "anyURI", many=True),
    )),
    Table("mappings", "Съпоставки", "Mappings", "sssom:Mapping", (
        Column("set", "набор", "mapping set", "dct:isPartOf", "anyURI"),
        Column("subject", "какво", "subject", "owl:annotatedSource", "anyURI"),
        Column("subject_label", "име", "subject label", "sssom:subject_label"),
        Column("predicate", "съотношение", "predicate", "owl:annotatedProperty", "anyURI"),
        Column("modifier", "отрицание", "predicate modifier", "sssom:predicate_modifier"),
        Column("object", "с какво", "object", "owl:annotatedTarget"),
        Column("object_label", "име на другото", "object label", "sssom:object_label"),
        Column("justification", "основание", "justification", "sssom:mapping_justification",
               "anyURI"),
        Column("confidence", "увереност от 0 до 1", "confidence, 0 to 1", "sssom:confidence",
               "decimal"),
    )),
    Table("findings", "Констатации", "Findings", "dgc:Finding", (
        Column("type", "вид", "type", "rdf:type", local=True, only="def#(?!Finding)", many=True),
        Column("severity", "тежест", "severity", "dgc:severity", local=True),
        Column("status", "състояние", "status", "adms:status", local=True),
        Column("source", "документ", "source document", "dct:isPartOf", "anyURI"),
        Column("line", "ред", "line", "dgc:line", "integer", many=True),
        Column("target", "за какво", "target", "oa:hasTarget", "anyURI", many=True),
        Column("message_bg", "съобщение (bg)", "message (bg)", "oa:hasBody/rdf:value",
               language="bg"),
        Column("message_en", "съобщение (en)", "message (en)", "oa:hasBody/rdf:value",
               language="en"),
        Column("found_text", "намерен текст", "found text", "dgc:foundText", many=True),
    )),
)  # fmt: skip
