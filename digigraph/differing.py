"""Finds the lines that differ between two large sorted files, most of which are the same.

Where nothing changed the files are compared in long stretches, as fast as they are read;
line by line they are read only around a change.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from digigraph.disk import mapped

_STRETCH = 1 << 17
"""How many bytes are compared at once."""
_ALIKE = 64
"""After so many equal lines in a row the next ones are compared at once."""


def differing(before: Path, after: Path) -> Iterator[tuple[bytes, bool]]:
    """Yield, in order, each line that only one of two sorted files has; True is for the second.

    Each line of a file ends with a line feed, and none stands in it twice.
    """
    one, two = mapped(before), mapped(after)
    left = right = 0
    alike = _ALIKE
    while left < len(one) or right < len(two):
        if alike >= _ALIKE:
            same = _alike(one, two, left, right)
            left, right, alike = left + same, right + same, 0
        old, new = _line(one, left), _line(two, right)
        if old == new:
            left, right, alike = left + len(old), right + len(new), alike + 1
        elif not new or (old and old < new):
            yield old, False
            left, alike = left + len(old), 0
        else:
            yield new, True
            right, alike = right + len(new), 0


def _alike(one: bytes | mmap.mmap, two: bytes | mmap.mmap, left: int, right: int) -> int:
    """Return how many bytes from two places on are the same for sure, in whole lines."""
    same = 0
    while (part := one[left + same : left + same + _STRETCH]) and part == (
        two[right + same : right + same + _STRETCH]
    ):
        same += len(part)
    return one.rfind(b"\n", left, left + same) + 1 - left if same else 0


def _line(text: bytes | mmap.mmap, start: int) -> bytes:
    """Return the line that begins at a place; nothing at the end."""
    return text[start : text.find(b"\n", start) + 1]
