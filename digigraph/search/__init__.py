"""The text index of a release: written with it, then searched (A-01, A-02).

Search.open(release).search("клиентите").hits[0].iri
"""

from digigraph.search.asking import Hit, Page, Search
from digigraph.search.index import FILE, write_index
from digigraph.search.plan import Filters
from digigraph.search.snippets import Snippet

__all__ = ["FILE", "Filters", "Hit", "Page", "Search", "Snippet", "write_index"]
