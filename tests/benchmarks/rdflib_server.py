"""Serves a file of N-Quads or an index of Oxigraph by rdflib-endpoint; runs in the peers' Python.

Usage: rdflib_server.py FILE-OR-FOLDER PORT
"""

import sys
from pathlib import Path

import pyoxigraph as ox
import uvicorn
from oxrdflib import OxigraphStore
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint

source, port = Path(sys.argv[1]), int(sys.argv[2])
if source.is_dir():
    dataset = Dataset(store=OxigraphStore(store=ox.Store.read_only(str(source))))
else:
    dataset = Dataset(default_union=True)
    dataset.parse(source, format="nquads")
uvicorn.run(SparqlEndpoint(graph=dataset), host="127.0.0.1", port=port, log_level="error")
