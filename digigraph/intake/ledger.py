"""What was read before: so that an interrupted run goes on and no file is read twice.

A cache beside nothing: it may be deleted at any time. Each line is one file's outcome, written
as soon as it is known; a line that a crash cut off is passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from digigraph import __version__
from digigraph.intake.examine import Examined, Remark


def dumped(examined: Examined) -> dict[str, Any]:
    """Return an outcome as JSON has it."""
    return asdict(examined)


def loaded(values: dict[str, Any]) -> Examined:
    """Return the outcome that `dumped` wrote."""
    remarks = tuple(Remark(**one) for one in values["remarks"])
    return Examined(
        **{
            **values,
            "remarks": remarks,
            "codes": tuple(values["codes"]),
            "sectors": tuple(values["sectors"]),
        }
    )


def edition() -> str:
    """Return a digest of the code that reads: another reader may find something else."""
    total = hashlib.sha256(__version__.encode())
    package = Path(__file__).parents[1]
    for path in sorted([*(package / "intake").glob("*.py"), *(package / "documents").glob("*.py")]):
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


@dataclass
class Ledger:
    """The outcomes of earlier runs by the digest of the file and the publisher given."""

    path: Path | None
    reader: str = field(default_factory=edition)
    known: dict[tuple[str, str], Examined] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what earlier runs of this reader wrote."""
        if self.path is None or not self.path.exists():
            return
        for line in self.path.read_bytes().split(b"\n"):
            try:
                values = json.loads(line)
                if values["reader"] == self.reader:
                    key = (values["examined"]["sha256"], values["publisher"])
                    self.known[key] = loaded(values["examined"])
            except (ValueError, KeyError, TypeError):
                continue

    def keep(self, examined: Examined, publisher: str) -> None:
        """Write an outcome down, at once and in one piece."""
        if not examined.sha256:
            return
        examined = examined.brief()
        self.known[examined.sha256, publisher] = examined
        if self.path is None:
            return
        entry = {"reader": self.reader, "publisher": publisher, "examined": dumped(examined)}
        line = f"\n{json.dumps(entry, ensure_ascii=False)}\n".encode()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        there = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(there, line)
        finally:
            os.close(there)
