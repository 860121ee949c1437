"""Gathers the query editor's files out of an npm installation, for the server and for wheels.

A step of the set-up, not of serving: `python -m digigraph.web.gathering node_modules`. Nothing of
it is committed. Of YASGUI (S-11) we take the editor alone: its own result view would make the
page heavier than X-15 allows, and it speaks only English.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from digigraph.errors import InputError
from digigraph.web.assets import FOLDER, MANIFEST, integrity_of

PACKAGE = "@zazuko/yasqe"
WANTED = {"script": "build/yasqe.min.js", "style": "build/yasqe.min.css"}
LICENCES = "LICENCES.txt"

_IN_MAP = re.compile(r"node_modules/((?:@[^/]+/)?[^/]+)/")
_ADVICE = "is not there; run `npm ci` in the folder of package.json"
_MIT = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def gather(modules: Path, into: Path) -> None:
    """Fill the folder `into` with the editor's files, their gzip twins, licences and a manifest.

    `modules` is the `node_modules` of our lock file. Same input, same bytes. Raises `InputError`
    where a file is missing, or a package says nothing of its licence.
    """
    version = str(_about(modules / PACKAGE)["version"])
    files = {role: _read(modules / PACKAGE / path) for role, path in WANTED.items()}
    shipped = [PACKAGE, "@zazuko/yasgui-utils", *_bundled(modules / PACKAGE / WANTED["script"])]
    licences = "\n".join(_licence(modules / name) for name in shipped)
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    told = []
    for role, body in files.items():
        name = f"yasqe-{version}{Path(WANTED[role]).suffix}"
        packed = gzip.compress(body, 9, mtime=0)
        (into / name).write_bytes(body)
        (into / f"{name}.gz").write_bytes(packed)
        told.append({
            "role": role, "name": name, "from": f"{PACKAGE}@{version}", "bytes": len(body),
            "packed_bytes": len(packed), "integrity": integrity_of(body),
        })  # fmt: skip
    (into / LICENCES).write_text(licences, encoding="utf-8")
    manifest = {"licences": LICENCES, "files": told}
    (into / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(path, _ADVICE) from None


def _about(package: Path) -> dict[str, Any]:
    found = json.loads(_read(package / "package.json"))
    assert isinstance(found, dict)
    return found


def _bundled(script: Path) -> Iterator[str]:
    """Yield the packages that are inside a script, as its source map names them."""
    sources = json.loads(_read(script.with_name(f"{script.name}.map")))["sources"]
    yield from sorted({found[1] for source in sources if (found := _IN_MAP.search(source))})


def _licence(package: Path) -> str:
    """Return the licence text of a package; where it brings none, what its description says."""
    about = _about(package)
    name = f"{about['name']}@{about['version']}"
    texts = sorted(path for path in package.iterdir() if path.name.lower().startswith("licen"))
    if texts:
        said = "\n".join(path.read_text(encoding="utf-8").strip() for path in texts)
    elif about.get("license") == "MIT":
        people = [about.get("author"), *about.get("contributors", [])]
        holders = ", ".join(p["name"] if isinstance(p, dict) else p for p in people if p)
        said = f"The MIT License\n\nCopyright (c) {holders}\n\n{_MIT.strip()}"
    else:
        raise InputError(package, "brings no licence text, so it cannot be shipped")
    return f"{name}\n{about.get('homepage', '')}\n\n{said}\n\n{'-' * 80}\n"


if __name__ == "__main__":
    gather(Path(sys.argv[1]), FOLDER)
