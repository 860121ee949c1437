"""A second edition of the shipped data, as editors would make it: every kind of change at once."""

from __future__ import annotations

from pathlib import Path

from digigraph import resources

DOCUMENT = "sources/33393020-93/document.txt"
OLD_NAME = "Управление на бизнес профили в социалните мрежи"
NEW_NAME = "Управление на фирмени страници в социалните мрежи"
OLD_COMPETENCE, NEW_COMPETENCE = "c-gj8xfnjp", "c-eh9nscgq"
OLD_WORDS, NEW_WORDS = "Прогнозиране на тенденция", "Прогнозиране на тенденции"
VERSION, NEXT = "2026.11.0", "2026.12.0"


def change(path: Path, *changes: tuple[str, str]) -> None:
    """Replace texts in a file; each must be there."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{old!r} is not in {path}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def another_edition(data: Path) -> None:
    """Change a copy of the data: a level lowered, a wording, a competence renamed, a mapping gone.

    What a person would do by hand is done by hand: the merge in `ids.tsv`, the mappings of the
    competence, the version.
    """
    document = data / DOCUMENT
    change(document, (OLD_WORDS, NEW_WORDS), (OLD_NAME, NEW_NAME))
    lines = document.read_text(encoding="utf-8").split("\n")
    for number in (24, 63):
        assert "Напреднало - 6" in lines[number - 1]
        lines[number - 1] = lines[number - 1].replace("Напреднало - 6", "Напреднало - 5")
    document.write_text("\n".join(lines), encoding="utf-8")
    rows = (data / "mappings/competences-esco.sssom.tsv").read_text(encoding="utf-8")
    kept = [line for line in rows.splitlines() if "64e09849-a7db" not in line]
    text = "\n".join(kept).replace(f"/{OLD_COMPETENCE}\t", f"/{NEW_COMPETENCE}\t") + "\n"
    text = text.replace(f"competence/{OLD_COMPETENCE}", f"competence/{NEW_COMPETENCE}")
    (data / "mappings/competences-esco.sssom.tsv").write_text(text, encoding="utf-8")
    old = f"competence/{OLD_COMPETENCE}\ten\tManaging business profiles"
    new = f"competence/{NEW_COMPETENCE}\ten\tManaging company pages"
    change(data / "labels.tsv", (old, new))
    change(data / "release.toml", (VERSION, NEXT), ("2026-11-23", "2026-12-07"))
    merge(data)


def merge(data: Path) -> None:
    """Write the merge of the renamed competence into the register."""
    key = f"competence|p-37q68h4z|{NEW_NAME.casefold()}"
    register = data / "ids.tsv"
    change(register, (f"\t{VERSION}\tactive\t\n", f"\t{VERSION}\tactive\t\n"))
    lines = register.read_text(encoding="utf-8").splitlines()
    merged = [
        line.replace("\tactive\t", f"\tdeprecated\t{NEW_COMPETENCE}")
        if line.startswith(OLD_COMPETENCE)
        else line
        for line in lines
    ]
    row = f"{NEW_COMPETENCE}\t{key}\t{NEXT}\tactive\t"
    register.write_text("\n".join([*merged, row]) + "\n", encoding="utf-8")


def shipped() -> Path:
    """Return the folder of the shipped data."""
    return resources.folder("data")
