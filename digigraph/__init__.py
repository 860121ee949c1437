"""digigraph turns competence-profile documents into linked data."""

from importlib.metadata import version

__version__ = version("digigraph")
