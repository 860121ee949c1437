"""digigraph turns competence-profile documents into linked data.

From Python: `digigraph.load()` returns a `Dataset` of a release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digigraph.dataset import Dataset, load
    from digigraph.errors import DigigraphError

    __version__: str

__all__ = ["Dataset", "DigigraphError", "__version__", "load"]

_DOORS = {"Dataset": "digigraph.dataset", "load": "digigraph.dataset"}


def __getattr__(name: str) -> Any:
    """Return what is asked for; all of it takes as long to find as a process to start."""
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        return version("digigraph")
    if name == "DigigraphError":
        from digigraph.errors import DigigraphError

        return DigigraphError
    if name in _DOORS:
        return getattr(import_module(_DOORS[name]), name)
    raise AttributeError(f"module 'digigraph' has no attribute {name!r}")
