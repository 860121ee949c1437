"""What `/sparql` gives its editor: files, prefixes, completions, words (S-11, S-12).

The editor asks nobody but this service. Where its files were not fetched, there is none, and the
page is the plain form that it also is without JavaScript (X-15).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from digigraph import catalog
from digigraph.names import Names
from digigraph.web.answering import parameters_of
from digigraph.web.assets import Asset, assets
from digigraph.web.problems import Refused
from digigraph.web.site import language, page, site
from digigraph.web.snippets import Snippet, snippets

bp = Blueprint("editor", __name__)

COMPLETIONS = "completions"
"""The query of ours whose answer the editor completes names from."""

WORDS = {
    "query": ("Заявка на SPARQL. Ctrl+Enter пита, Ctrl+Space допълва, Tab излиза.",
              "SPARQL query. Ctrl+Enter asks, Ctrl+Space completes, Tab leaves."),
    "run": ("Питайте", "Ask"),
    "stop": ("Спри", "Stop"),
    "asking": ("Питам…", "Asking…"),
    "answered": ("Отговорено за {ms} ms.", "Answered in {ms} ms."),
    "stopped": ("Спряно.", "Stopped."),
    "copied": ("Връзката е копирана.", "The link is copied."),
    "copy": ("Копирайте връзката от адреса на страницата.",
             "Copy the link from the address of the page."),
    "unreachable": ("Услугата не отговаря. Проверете връзката и опитайте отново.",
                    "The service does not answer. Check the connection and try again."),
    "expected": ("Не се чете оттук нататък. Може да следва: {what}",
                 "Cannot be read from here on. What may follow: {what}"),
    "unreadable": ("Не се чете оттук нататък.", "Cannot be read from here on."),
    "place": ("ред {line}, колона {column}", "line {line}, column {column}"),
    "suggestions": ("Предложения", "Suggestions"),
    "added": ("Добавено: {what}", "Added: {what}"),
}  # fmt: skip
"""What the editor says, in Bulgarian and English."""


@dataclass(frozen=True, slots=True)
class Editor:
    """The files of the editor, and what it knows from the start."""

    script: Asset
    style: Asset
    facts: dict[str, Any]

    @property
    def prefixes(self) -> dict[str, str]:
        """Return prefix to namespace, for the menu."""
        found = self.facts["prefixes"]
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True, slots=True)
class SnippetsView:
    """One query as programs ask it."""

    snippets: Sequence[Snippet]


def editor() -> Editor | None:
    """Return the editor in the client's language, where its files are there."""
    found = assets()
    if not found:
        return None
    base, root, lang = site().release.base, site().root, language()
    question = catalog.queries("pages", base)[COMPLETIONS].body
    facts = {
        "lang": lang,
        "endpoint": f"{root}sparql?lang={lang}",
        "snippets": f"{root}sparql/snippets?lang={lang}",
        "completions": f"{root}sparql?" + urlencode({"query": question, "format": "tsv"}),
        "prefixes": Names(base).prefixes(),
        "words": {name: said[0 if lang == "bg" else 1] for name, said in WORDS.items()},
    }
    return Editor(found["script"], found["style"], facts)


@bp.post("/sparql/snippets")
def get_as() -> Response:
    """Return a piece of a page: the query of the form as curl, Python, R and JavaScript ask it."""
    queries = [value for name, value in parameters_of(request.get_data()) if name == "query"]
    if len(queries) != 1:
        words = {"bg": "Дайте параметъра query веднъж.", "en": "Give the parameter query once."}
        raise Refused("bad-request", words)
    return page("programs.html", SnippetsView(snippets(queries[0].strip(), site().service)))
