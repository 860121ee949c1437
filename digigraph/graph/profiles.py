"""A profile: its occupation, its requirements with their levels, and its statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from digigraph.graph.evidence import dataset, evidence, spans
from digigraph.graph.occupations import closed, describe_position, named
from digigraph.graph.specific import describe_merged, describe_specific
from digigraph.graph.writer import Writer, notation, number, plain, text
from digigraph.labels import Labels
from digigraph.names import NACE2, short_hash
from digigraph.records import Kind, Level, LevelDescription, Profile, Requirement, Text, Title
from digigraph.reference import Reference
from digigraph.text import skeleton, tidy, transliterate

GRAPH = "profiles"

_STATEMENTS = (
    ("knowledge", "KnowledgeStatement", "Знание", "Knowledge"),
    ("skills", "SkillStatement", "Умение", "Skill"),
    ("behaviours", "BehaviourIndicator", "Поведение", "Behaviour"),
    ("examples", "UseExample", "Пример за използване", "Example of use"),
)
_PLACES = {
    "overview": ("OverviewTable", "рамката (раздел II)", "the overview table (section II)"),
    "detail": (
        "DetailSection",
        "подробния раздел (III или IV)",
        "the detailed section (III or IV)",
    ),
}


@dataclass
class Shared:
    """What several documents say of one thing: the first to speak gives the definition.

    `named` are the keys of the competences that are merged into one that another document names.
    `apart` are levels of which the first to speak said other things, or in another order: what
    is said of them here has identifiers of its own, so that each list keeps its numbers. Of other
    levels it said the same words, and has named and dated each.
    """

    worded: frozenset[str] = frozenset()
    descriptors: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    positions: set[str] = field(default_factory=set)
    named: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()


@dataclass
class ProfileGraph:
    """Writes one profile; `about` tells what each of the reader's places became.

    `merged` has the id that a merged competence was minted with and the name of the one it is
    merged into, by key: the requirement keeps that id in its IRI (V-05).
    """

    writer: Writer
    source: str
    reference: Reference
    labels: Labels
    shared: Shared
    competences: Mapping[str, str]
    about: dict[str, str] = field(default_factory=dict)
    merged: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def write(self, iri: str, profile: Profile) -> None:
        """State all that a profile says, in the graphs of its parts."""
        writer, add = self.writer, self.writer.add
        title = profile.occupations[0].name.value
        english = self.labels.english(writer.names.tail(iri)) or ""
        self.about[""] = iri
        writer.types(GRAPH, iri, "dgc:OccupationProfile", "prov:Entity")
        named(writer, GRAPH, iri, title, english, part_of=dataset(writer))
        add(GRAPH, iri, "dct:title", text(title, "bg"))
        if english:
            add(GRAPH, iri, "dct:title", text(english, "en"))
        add(GRAPH, iri, "dct:source", self.source)
        add(GRAPH, iri, "prov:wasDerivedFrom", self.source)
        self.evidence(iri, "dct:title", "title", profile.occupations[0].name)
        add(GRAPH, iri, "dct:description", text(profile.description.value, "bg"))
        self.evidence(iri, "dct:description", "description", profile.description)
        for sector in profile.sectors:
            activity = NACE2 + sector.code
            add(GRAPH, iri, "dgc:economicActivity", activity)
            name = f"economic-activity-{sector.code.lower()}"
            self.evidence(iri, "dgc:economicActivity", name, sector.text)
            add("stubs", activity, "dgc:labelInSource", text(sector.name.value, "bg"))
            add(
                "stubs",
                activity,
                "skos:notation",
                notation(sector.code, writer.names.term("KID2008")),
            )
            evidence(
                writer, self.source, activity, writer.names.term("labelInSource"),
                f"{name}-name", sector.name.spans, owner=iri,
            )  # fmt: skip
        for occupation in profile.occupations:
            self._occupation(iri, occupation, "dgc:occupation", "occupation")
        for number_, other in enumerate(profile.alternatives, 1):
            self._alternative(iri, other, number_)
        self._statements(
            iri,
            profile.duties,
            "duties",
            "DutyStatement",
            "Функция",
            "Function",
            "dgc:hasDuty",
            GRAPH,
        )
        for position, requirement in enumerate(profile.requirements, 1):
            self._requirement(iri, title, english, requirement, position)

    def evidence(self, subject: str, predicate: str, name: str, *texts: Text | None) -> None:
        """State where the value of a property was read."""
        places = [span for one in texts if one for span in one.spans]
        property_ = self.writer.iri(predicate)
        evidence(self.writer, self.source, subject, property_, name, places)

    def _occupation(self, iri: str, title: Title, predicate: str, name: str) -> None:
        for code in title.codes:
            position = self.writer.names.occupation(code)
            self.writer.add(GRAPH, iri, predicate, position)
            self.evidence(iri, predicate, f"{name}-{code}", title.text)
            if code not in self.reference.positions and code not in self.shared.positions:
                self.shared.positions.add(code)
                written = title.name.value
                describe_position(self.writer, code, written, self.labels, self.reference)

    def _alternative(self, iri: str, title: Title, position: int) -> None:
        if title.codes:
            self._occupation(iri, title, "dgc:alsoNamedAs", "also-named-as")
            return
        self.writer.add(GRAPH, iri, "skos:altLabel", text(title.name.value, "bg"))
        self.writer.add(
            GRAPH, iri, "skos:hiddenLabel", text(transliterate(title.name.value), "bg-latn")
        )
        self.evidence(iri, "skos:altLabel", f"alt-label-{position}", title.text)

    def _requirement(
        self, profile: str, title: str, english: str, one: Requirement, position: int
    ) -> None:
        writer, add, names = self.writer, self.writer.add, self.writer.names
        general = one.kind is Kind.GENERAL
        competence = names.framework_competence(one.key) if general else self.competences[one.key]
        own, _ = self.merged.get(one.key, (competence.rsplit("/", 1)[1], ""))
        iri = f"{profile}/req/{own}"
        self.about[one.key] = iri
        rank = one.rank
        name_bg = self.reference.competences[one.key].bg if general else closed(one.name.value)
        name_en = (
            self.reference.competences[one.key].en
            if general
            else self.labels.english(names.tail(competence)) or name_bg
        )
        code = f"{one.key} " if general else ""
        writer.types(GRAPH, iri, "dgc:CompetenceRequirement", "esco:Relationship")
        writer.identity(
            GRAPH, iri, part_of=profile,
            bg=f"{title}: {code}{name_bg}, ниво {rank}",
            en=f"{english or title}: {code}{name_en}, level {rank}",
        )  # fmt: skip
        add(GRAPH, profile, "dgc:hasRequirement", iri)
        add(GRAPH, profile, "dgc:requires", competence)
        for lower in range(1, rank + 1):
            add(GRAPH, profile, "dgc:requiresAtLeast", f"{competence}/level-{lower}")
        for predicate in ("dgc:requirementOf", "esco:isRelationshipFor"):
            add(GRAPH, iri, predicate, profile)
        for predicate in ("dgc:requiresCompetence", "esco:refersConcept"):
            add(GRAPH, iri, predicate, competence)
        add(GRAPH, iri, "dgc:requiredLevel", names.level(rank))
        add(GRAPH, iri, "dgc:requiredDescriptor", f"{competence}/level-{rank}")
        add(GRAPH, iri, "dgc:kind", "dgc:General" if general else "dgc:Specific")
        add(GRAPH, iri, "dgc:position", number(position))
        self._levels(iri, one)
        read_from = [one.overview_name, one.name]
        elsewhere = one.key in self.shared.named
        if general or elsewhere:
            read_from += [one.overview_area, one.area_text]
        self.evidence(iri, "dgc:requiresCompetence", "requires-competence", *read_from)
        if general or elsewhere:
            if one.description:
                add(GRAPH, iri, "dct:description", text(one.description.value, "bg"))
                self.evidence(iri, "dct:description", "description", one.description)
        else:
            describe_specific(self, competence, one, name_bg)
        if elsewhere:
            describe_merged(self, competence, one, name_bg)
        for level in one.levels:
            self._descriptor(f"{competence}/level-{level.rank}", level, one, iri)
        for attribute, cls, bg, en in _STATEMENTS:
            self._statements(
                iri, getattr(one, attribute), f"{one.key}/{attribute}", cls, bg, en,
                "dgc:hasStatement", GRAPH,
            )  # fmt: skip

    def _levels(self, iri: str, one: Requirement) -> None:
        """State both levels that the document gives, the one in force, and whether they agree."""
        writer, add, names = self.writer, self.writer.add, self.writer.names
        stated: list[tuple[str, Level]] = [
            (place, level)
            for place, level in (("overview", one.overview), ("detail", one.detail))
            if level
        ]
        ranks = [level.rank for _, level in stated]
        status = (
            "SingleSource" if len(stated) == 1 else "Agreed" if len(set(ranks)) == 1 else "Disputed"
        )
        add(GRAPH, iri, "dgc:levelStatus", f"dgc:{status}")
        add(GRAPH, iri, "dgc:levelRule", "dgc:DetailSectionPrevails")
        add(GRAPH, iri, "dgc:minLevelRank", number(min(ranks)))
        add(GRAPH, iri, "dgc:maxLevelRank", number(max(ranks)))
        for place, level in stated:
            assertion = f"{iri}/{place}"
            term, bg, en = _PLACES[place]
            add(GRAPH, iri, "dgc:hasLevelAssertion", assertion)
            writer.types(GRAPH, assertion, "dgc:LevelAssertion", "prov:Entity")
            writer.identity(
                GRAPH, assertion, part_of=iri,
                bg=f"Ниво {level.rank} според {bg}", en=f"Level {level.rank} according to {en}",
            )  # fmt: skip
            add(GRAPH, assertion, "dgc:assertedLevel", names.level(level.rank))
            add(GRAPH, assertion, "dgc:assertedIn", names.term(term))
            add(GRAPH, assertion, "dgc:verbatim", plain(level.text.value))
            add(
                GRAPH, assertion, "prov:wasDerivedFrom",
                *spans(writer, self.source, level.text.spans),
            )  # fmt: skip

    def _descriptor(
        self, iri: str, level: LevelDescription, one: Requirement, requirement: str
    ) -> None:
        """State what a level means as this document words it; a second wording is a variant."""
        graph = "competences" if one.kind is Kind.SPECIFIC else "framework"
        add = self.writer.add
        texts = frozenset(skeleton(item.value) for item in level.items)
        elsewhere = one.key in self.shared.named
        first, known = (
            ("", frozenset[str]())
            if elsewhere
            else (self.shared.descriptors.setdefault(iri, (self.source, texts)))
        )
        place = f"{one.key}/level-{level.rank}"
        self.about[place] = iri
        if (one.kind is Kind.GENERAL or elsewhere) and level.lead_in:
            add(GRAPH, requirement, "dgc:leadIn", text(level.lead_in.value, "bg"))
            self.evidence(requirement, "dgc:leadIn", "lead-in", level.lead_in)
        if first == self.source:
            joined = "\n".join(f"• {item.value}" for item in level.items)
            if level.lead_in:
                add(graph, iri, "dgc:leadIn", text(level.lead_in.value, "bg"))
                self.evidence(iri, "dgc:leadIn", "lead-in", level.lead_in)
                joined = f"{level.lead_in.value}\n{joined}"
            if iri not in self.shared.worded:
                add(graph, iri, "skos:definition", text(joined, "bg"))
        self._statements(
            iri, level.items, place, "LevelDescriptorItem", "Описание на ниво", "Level descriptor",
            "dgc:hasDescriptorItem", graph, known=known,
            by=self.merged[one.key][0] if elsewhere else self._apart(iri),
            stated=first not in ("", self.source) and iri not in self.shared.apart,
        )  # fmt: skip

    def _apart(self, level: str) -> str:
        return self.writer.names.tail(self.source) if level in self.shared.apart else ""

    def _statements(
        self, owner: str, items: Iterable[Text], place: str, cls: str, bg: str, en: str,
        predicate: str, graph: str, *, known: frozenset[str] | None = None, by: str = "",
        stated: bool = False,
    ) -> None:  # fmt: skip
        """State a list of statements, each under the id of its text (V-04).

        `by` keeps apart what several documents say of one thing, each in its own way. What another
        document has `stated` in the same words has its name and its date from there.
        """
        writer, add, names = self.writer, self.writer.add, self.writer.names
        seen: dict[str, int] = {}
        for position, item in enumerate(items, 1):
            folded = tidy(item.value).casefold()
            seen[folded] = seen.get(folded, 0) + 1
            again = f"|{seen[folded]}" if seen[folded] > 1 else ""
            key = f"{names.tail(owner)}|{cls}|{folded}{again}{by and f'|{by}'}"
            iri = names.id(f"statement/s-{short_hash(key, 12)}")
            self.about[f"{place}/{position}"] = iri
            variant = known is not None and skeleton(item.value) not in known
            add(graph, owner, "dgc:hasVariantItem" if variant else predicate, iri)
            writer.types(graph, iri, f"dgc:{cls}", "dgc:Statement", "prov:Entity")
            if not stated:
                writer.identity(graph, iri, bg=item.value, en="", part_of=owner)
            add(
                graph, iri, "dct:title",
                text(f"{bg} {position}", "bg"), text(f"{en} {position}", "en"),
            )  # fmt: skip
            add(graph, iri, "dgc:position", number(position))
            add(graph, iri, "dgc:statementOf", owner)
            add(graph, iri, "dct:source", self.source)
            add(graph, iri, "prov:wasDerivedFrom", *spans(writer, self.source, item.spans))
