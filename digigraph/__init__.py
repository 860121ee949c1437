"""digigraph turns competence-profile documents into linked data."""


def __getattr__(name: str) -> str:
    """Return `__version__` when it is asked for: to find it takes as long as a process to start."""
    if name != "__version__":
        raise AttributeError(f"module 'digigraph' has no attribute {name!r}")
    from importlib.metadata import version

    return version("digigraph")
