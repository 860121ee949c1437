"""The published JSON Schema of the form in which a profile is written as YAML or JSON.

It stands at one address for ever: another form gets another number.
"""

from __future__ import annotations

from digigraph import resources

FILE = "schema/profile/v1.json"
"""Where it is below `ontology/`, in a release, and below the base."""

MEDIA_TYPE = "application/schema+json"


def schema_document(base: str = resources.AUTHORED_BASE) -> bytes:
    """Return the schema as it is published under a base."""
    return resources.text(resources.folder("ontology") / FILE, base).encode("utf-8")
