"""What every page of a thing has besides what the plain one has."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Self

from markupsafe import Markup

from digigraph.things import Things
from digigraph.views import view
from digigraph.web.neighbours import KINDS
from digigraph.web.schema import in_page
from digigraph.web.showing.linking import Linked, Snippet, kind_of, snippets
from digigraph.web.showing.structured import structured
from digigraph.web.site import LANGUAGES
from digigraph.web.words import ThingView


@dataclass(frozen=True)
class ShownView(ThingView):
    """A thing as people read it."""

    things: Things

    @classmethod
    def of(cls, plain: ThingView, things: Things) -> Self:
        """Return the view of a thing, from the plain one."""
        return cls(**{one.name: getattr(plain, one.name) for one in fields(plain)}, things=things)

    def link(self, iri: str) -> str:
        """Return where an IRI leads from here, in the language of this page."""
        link = super().link(iri)
        ours = link != iri and "#" not in link
        return f"{link}?lang={self.language}" if ours else link

    @property
    def around(self) -> str:
        """Return where it is shown what the thing is linked to, if that is shown (X-07)."""
        types = {value.value for value in self.document.values("rdf:type")}
        if not types & {self.document.names.expanded(kind) for kind in KINDS}:
            return ""
        return f"{self.root}around/{self.tail}?lang={self.language}"

    @cached_property
    def structured(self) -> Markup:
        """The thing as schema.org has it, for the page's script element (X-16)."""
        return in_page(structured(view("schema", self.document, self.things), self.document.iri))

    @cached_property
    def snippets(self) -> list[Snippet]:
        """The link to it in the forms of each trade (X-20)."""
        document = self.document
        names = {lang: document.label(document.iri, lang) for lang in LANGUAGES}
        schemes = [value.value for value in document.values("skos:inScheme")]
        scheme = schemes[0] if schemes else ""
        told = Linked(
            document.iri,
            {lang: name for lang, (name, spoken) in names.items() if spoken == lang},
            next((value.value for value in document.values("skos:notation")), ""),
            kind_of({value.value for value in document.values("rdf:type")}, document.names),
            document.label(scheme, "en")[0] if scheme else "",
            scheme,
        )
        return list(snippets(told, self.things.release))
