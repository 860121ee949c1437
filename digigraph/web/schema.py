"""The dataset as schema.org has it, for search engines of data (C-06)."""

from __future__ import annotations

import json
from typing import Any

import pyoxigraph as ox
from markupsafe import Markup

from digigraph.catalogue import Catalogue
from digigraph.description import LICENCE
from digigraph.distributions import content_of
from digigraph.names import Names
from digigraph.web.site import LANGUAGES


def structured_data(catalogue: Catalogue) -> str:
    """Return a `Dataset` in its `DataCatalog`, as JSON-LD."""
    release, service = catalogue.release, catalogue.service
    issued = release.issued.isoformat()
    team = {
        "@type": "Organization",
        "@id": Names(release.base).id("agent/digigraph"),
        "name": [_in("bg", "Екипът на digigraph"), _in("en", "The digigraph maintainers")],
    }
    told: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": catalogue.dataset,
        "identifier": catalogue.dataset,
        "url": service,
        "name": [_in(lang, catalogue.words("dct:title", lang)) for lang in LANGUAGES],
        "description": [_in(lang, catalogue.words("dct:description", lang)) for lang in LANGUAGES],
        "version": release.version,
        "datePublished": issued,
        "dateModified": issued,
        "temporalCoverage": f"{catalogue.since}/{issued}",
        "spatialCoverage": {"@type": "Country", "name": "Bulgaria", "identifier": "BG"},
        "inLanguage": ["bg", "en"],
        "isAccessibleForFree": True,
        "license": LICENCE,
        "creator": team,
        "publisher": team,
        "keywords": [
            _in(word.language or "", word.value)
            for word in catalogue.said("dcat:keyword")
            if isinstance(word, ox.Literal)
        ],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": f"{release.base}catalog",
            "name": [_in("bg", "Каталог на digigraph"), _in("en", "Catalogue of digigraph")],
            "url": f"{service}catalog",
        },
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.name,
                "contentUrl": f"{service}release/{release.version}/{file.name}",
                "encodingFormat": content_of(file)[1],
                "contentSize": f"{file.size} B",
                "sha256": file.sha256,
            }
            for file in release.files
            if "/" not in file.name
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def in_page(data: str) -> Markup:
    """Return JSON that cannot end the script element that it stands in."""
    return Markup(data.replace("<", "\\u003c").replace("&", "\\u0026"))


def _in(language: str, text: str) -> dict[str, str]:
    return {"@language": language, "@value": text}
