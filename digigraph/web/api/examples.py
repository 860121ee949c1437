"""Examples of calls, with values out of the release that is served, so that they all answer.

An example of a parameter is a value, or a name in braces for which the release is asked; where
it has nothing of that kind, as with a release of one profile and a comparison, there is none.
"""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

from digigraph.comparison import FEWEST
from digigraph.web.api.endpoint import PREFIX, Endpoint
from digigraph.web.api.lists import listing_here
from digigraph.web.api.parameters import Parameter


def example_of(parameter: Parameter) -> str | int | None:
    """Return a value of a parameter that the release that is served has an answer to."""
    value = parameter.example
    if isinstance(value, str) and value.startswith("{"):
        return _known().get(value.strip("{}"))
    return value


def path_of(endpoint: Endpoint) -> str | None:
    """Return the path and query of a call that shows an endpoint, if it can be shown here."""
    path, asked = f"{PREFIX}{endpoint.path}", dict(endpoint.shown)
    for parameter in endpoint.parameters:
        if not parameter.required:
            continue
        value = example_of(parameter)
        if value is None:
            return None
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", quote(str(value), safe=""))
        else:
            asked[parameter.name] = str(value)
    return f"{path}?{urlencode(asked, quote_via=quote, safe=',')}" if asked else path


def curl_of(endpoint: Endpoint, service: str) -> str | None:
    """Return a command that makes that call."""
    path = path_of(endpoint)
    if path is None:
        return None
    command = f"curl -s '{service.rstrip('/')}{path}'"
    if not endpoint.body:
        return command
    body = json.dumps(endpoint.body_example, ensure_ascii=False)
    return f"{command} -H 'Content-Type: application/json' -d '{body}'"


def _known() -> dict[str, str]:
    """Return what there is of each kind: identifiers and codes."""
    listing = listing_here()
    profiles = [iri.rpartition("/")[2] for iri in listing.profiles()]
    competences = [iri.rpartition("/")[2] for iri in listing.framework]
    known = {"profile": profiles[:1], "competence": competences[:1]}
    if len(profiles) >= FEWEST:
        known["profiles"] = [",".join(profiles[:FEWEST])]
    return {name: found[0] for name, found in known.items() if found}
