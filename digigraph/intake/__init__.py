"""Files as people have them -> the text form that `documents` reads.

A profile comes as a text, a web page, a Word or OpenDocument file, or a PDF.  Each format has one
module that finds the same paragraphs and tables in it; `form` writes them as lines, and from
there on there is one reader.  The bytes as received stay the cited source: the lines are a
derived file beside them, with a statement of how they were derived (Q-01).
"""

from __future__ import annotations

from digigraph.intake.extract import Extract, extract

__all__ = ["Extract", "extract"]
