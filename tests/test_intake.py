"""Documents as people have them: the same statements from each format, one file or hundreds."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import docx
import papers
import pypdfium2
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from PIL import Image

from digigraph import documents, reference, resources
from digigraph.errors import InputError
from digigraph.intake import Extract, extract
from digigraph.intake.children import Limits, Lost, each
from digigraph.intake.examine import examine, meaning, statements
from digigraph.intake.kinds import MAX_BYTES, Kind

SEED = resources.folder("data") / "sources" / "33393020-93" / "document.txt"
TEXT = SEED.read_text(encoding="utf-8")
KNOWN = reference.load()
COMMAND = [sys.executable, "-m", "digigraph"]


@pytest.fixture(scope="session")
def word(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shipped profile as a Word file with real tables and lists."""
    return papers.write_docx(TEXT, tmp_path_factory.mktemp("word") / "profile.docx")


@pytest.fixture(scope="session")
def pdf(word: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what LibreOffice prints of the Word file."""
    return papers.converted(word, tmp_path_factory.mktemp("pdf"), "pdf")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder without any document, and the cache set beside it."""
    folder = tmp_path / "data"
    (folder / "sources").mkdir(parents=True)
    return folder


def run(data: Path, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `digigraph add` on a data folder and expect an exit code."""
    answer = subprocess.run(
        [*COMMAND, "add", "--data", str(data), *map(str, arguments)],
        capture_output=True, text=True, env=environment(data), timeout=240,
    )  # fmt: skip
    assert answer.returncode == code, answer.stdout + answer.stderr
    return answer


def environment(data: Path) -> dict[str, str]:
    """Return an environment whose cache is beside the data folder."""
    return {**os.environ, "XDG_CACHE_HOME": str(data.parent / "cache"), "LANG": "C.UTF-8"}


def report(data: Path, *arguments: str | Path, code: int = 0) -> dict[str, Any]:
    """Return the report of `digigraph add --json`."""
    given: dict[str, Any] = json.loads(run(data, "--json", *arguments, code=code).stdout)
    return given


def read(path: Path) -> Extract:
    """Return the text form of a file."""
    return extract(path, path.read_bytes())


def said(text: str) -> str:
    """Return the digest of what a text says, where it stands aside."""
    reading = documents.read_text(text, KNOWN)
    assert reading.profile is not None, [p.message_en for p in reading.errors]
    assert reading.coverage.whole
    return meaning(reading.profile)


def variant(path: Path, *, code: str = "33393020", sector: str = "93", extra: str = "") -> Path:
    """Write another profile: other codes, or a statement more."""
    text = TEXT.replace("33393020 -", f"{code} -").replace("93 „Спортни", f"{sector} „Спортни")
    text = text.replace(
        "</li> <li>• Разбира коя информац", f"</li> <li>• {extra}</li> <li>• Разбира коя информац"
    ) if extra else text  # fmt: skip
    assert not extra or extra in text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# ------------------------------------------------------------------ the formats


def test_a_word_file_says_the_same(word: Path) -> None:
    """The 274 statements of the text form, and every other value, come out of the tables."""
    profile = documents.read_text(TEXT, KNOWN).profile
    assert profile
    assert statements(profile) == 274
    assert said(read(word).text) == meaning(profile)


@papers.needs_office
@pytest.mark.parametrize("form", ["odt", "html", "pdf", "docx"])
def test_what_libreoffice_makes_says_the_same(form: str, word: Path, tmp_path: Path) -> None:
    """Each conversion by a real word processor gives the same statements."""
    made = papers.converted(word, tmp_path, form)

    assert said(read(made).text) == said(TEXT)


@papers.needs_office
def test_nested_lists_and_soft_hyphens_change_nothing(tmp_path: Path) -> None:
    """Lists within lists are read in order; a soft hyphen is no letter, in DOCX and ODT."""
    soft = re.sub(r"(?<=\b[а-я]{5})(?=[а-я]{4})", "\u00ad", TEXT)
    made = papers.write_docx(soft, tmp_path / "profile.docx", nested=True)

    assert said(read(made).text) == said(TEXT)
    assert said(read(papers.converted(made, tmp_path, "odt")).text) == said(TEXT)


@pytest.mark.long
@papers.needs_office
def test_a_word_cut_at_the_end_of_a_line_or_page_is_made_whole(tmp_path: Path) -> None:
    """By how the document writes it elsewhere; where it does not, the word is reported."""
    soft = re.sub(r"(?<=\b[а-я]{5})(?=[а-я]{4})", "\u00ad", TEXT)
    made = papers.write_docx(soft, tmp_path / "profile.docx")
    given = read(papers.converted(made, tmp_path, "pdf"))

    assert said(given.text) == said(TEXT)
    assert [note for note in given.notes if "cut at the end of a line" in note.en]


@papers.needs_office
@pytest.mark.long
def test_a_release_of_the_pdf_has_the_same_identifiers(pdf: Path, tmp_path: Path) -> None:
    """Profile, competences and statements keep their IRIs, whatever format they came in."""
    found = {}
    for name, given in (("text", SEED), ("pdf", pdf)):
        data = tmp_path / name / "data"
        for part in ("mappings", "ids.tsv", "labels.tsv", "release.toml"):
            from_, to = resources.folder("data") / part, data / part
            to.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-r", str(from_), str(to)], check=True)
        run(data, "--received", "2026-11-24", given)
        built = subprocess.run(
            [*COMMAND, "build", "--data", str(data), "--into", str(tmp_path / name / "releases")],
            capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        assert built.returncode == 0, built.stderr
        dump = next((tmp_path / name / "releases").glob("*/digigraph.nq"))
        quads = dump.read_text(encoding="utf-8")
        found[name] = set(re.findall(r"/id/(?:profile/p|competence/c|statement/s)-\w+", quads))
        if name == "pdf":
            assert '"application/pdf"' in quads
            assert f'"{pdf.stat().st_size}"' in quads
            assert "The lines were extracted from the PDF file with pdfplumber" in quads
    assert found["pdf"] == found["text"]
    assert len(found["pdf"]) > 274


def test_the_text_form_is_read_as_it_is() -> None:
    """A document that is lines already is its own text; nothing is derived."""
    given = read(SEED)

    assert (given.text, given.derived_en, given.places) == (TEXT, "", ())


# ------------------------------------------------------------------ what Word hides


def word_with(tmp_path: Path, *blocks: str) -> Extract:
    """Return what is read of a Word file whose body holds some elements."""
    document: Any = docx.Document()
    for block in blocks:
        xml = block.replace(">", f" {nsdecls('w')}>", 1)
        document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))
    document.save(str(tmp_path / "made.docx"))
    return read(tmp_path / "made.docx")


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<w:r><w:t>едно</w:t><w:br/><w:t>две</w:t></w:r>", "едно две"),
        ("<w:r><w:t>дума</w:t><w:softHyphen/><w:t>та</w:t></w:r>", "думата"),
        ("<w:r><w:t>най</w:t><w:noBreakHyphen/><w:t>добър</w:t></w:r>", "най-добър"),
        ("<w:ins><w:r><w:t>ново</w:t></w:r></w:ins><w:del><w:r><w:delText>старо</w:delText>"
         "</w:r></w:del>", "ново"),
        ("<w:hyperlink><w:r><w:t>връзка</w:t></w:r></w:hyperlink>", "връзка"),
        ("<w:sdt><w:sdtContent><w:r><w:t>поле</w:t></w:r></w:sdtContent></w:sdt>", "поле"),
        ("<w:r><w:t>a &lt; b &amp;amp; **c**</w:t></w:r>", "a < b &amp;amp; &#42;&#42;c&#42;&#42;"),
    ],
)  # fmt: skip
def test_the_text_of_a_paragraph(inside: str, expected: str, tmp_path: Path) -> None:
    """Breaks, hyphens, revisions, links and controls give the text that a reader of Word sees."""
    assert word_with(tmp_path, f"<w:p>{inside}</w:p>").text.split("\n")[0] == expected


def test_merged_cells_stand_once(tmp_path: Path) -> None:
    """A cell over two columns is followed by an empty one, one over two rows stands above it."""
    document: Any = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"к{number}"
    table.cell(0, 0).merge(table.cell(0, 2)).text = "заглавие"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "област"
    document.save(str(tmp_path / "made.docx"))

    given = read(tmp_path / "made.docx")

    assert given.text.split("\n")[:3] == ["заглавие\t\t", "област\tк4\tк5", "\tк7\tк8"]
    assert given.place(3).words("en") == "table 1, row 3"
    assert given.place(3).words("bg") == "таблица 1, ред 3"


def test_merged_cells_of_a_page() -> None:
    """HTML's spans give the same rows; a table that only frames others is looked into."""
    page = """<!DOCTYPE html><html><body><table><tr><td><table>
      <tr><th colspan=3>заглавие</th></tr>
      <tr><td rowspan=2>област</td><td><ul><li>а<ul><li>б</li></ul></li></ul></td><td>5</td></tr>
      <tr><td>в</td><td>6</td></tr></table></td></tr></table></body></html>"""

    lines = extract(Path("page.html"), page.encode()).text.split("\n")

    assert lines[:3] == [
        "заглавие\t\t",
        "област\t<ul> <li>а</li> <li>б</li> </ul>\t5",
        "\tв\t6",
    ]


FRAGMENT = "<table><tr><td>а</td><td><ul><li>б</li>\n\t<li>в</li></ul></td></tr></table>"


@pytest.mark.parametrize(
    ("name", "start"),
    [("page", ""), ("page", "<!-- от сайта -->\n"), ("page", "<div>\n"), ("page", "<p>г</p>"),
     ("page", "<br>"), ("page.HTM", "г\n"), ("page.html", "г &amp; ")],
)  # fmt: skip
def test_a_part_of_a_page_is_read_as_one(name: str, start: str) -> None:
    """HTML needs no frame of html and body: a tag, a comment or its name is enough."""
    given = extract(Path(name), (start + FRAGMENT).encode())

    assert given.kind is Kind.HTML
    assert "а\t<ul> <li>б</li> <li>в</li> </ul>" in given.text.split("\n")


def test_a_page_of_paragraphs_is_told_by_its_name() -> None:
    """Without cells the suffix decides, and rows with tabs or strokes are the text form."""
    kinds = [
        extract(Path(name), text.encode()).kind for name, text in (
            ("a.html", "<p>а</p>\n\t<p>б</p>"), ("a.txt", "<p>а</p>"), ("a.html", "<b>а</b>\tб"),
            ("a.htm", "<!-- а -->\n| б | в |"),
        )
    ]  # fmt: skip

    assert kinds == [Kind.HTML, Kind.TEXT, Kind.TEXT, Kind.TEXT]


@pytest.mark.parametrize("start", ["", "<!-- от сайта -->\n", "<b>г</b>\n", "<p>г</p>\n"])
def test_the_text_form_may_begin_with_a_tag(start: str) -> None:
    """Tabs between cells tell it from a page, whatever its name is."""
    assert extract(Path("profile.html"), (start + TEXT).encode()).kind is Kind.TEXT


def test_a_text_box_is_not_lost_in_silence(tmp_path: Path) -> None:
    """What a format hides from its reader is reported."""
    given = word_with(
        tmp_path,
        "<w:p><w:r><w:t>текст</w:t><w:pict><w:txbxContent><w:p/></w:txbxContent></w:pict></w:r></w:p>",
    )

    assert [note.en for note in given.notes] == ["Text in a text box was not read."]


_MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
_M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
HIDDEN: dict[str, tuple[str, str]] = {
    "symbol": ("<w:r><w:sym w:font='Symbol' w:char='F0B3'/></w:r>", "A sign of a symbol font"),
    "formula": (
        f"<m:oMath {_M}><m:r><m:t>a=b</m:t></m:r></m:oMath>", "A formula was not read: “a=b”.",
    ),
    "versions": (
        f"<mc:AlternateContent {_MC}><mc:Choice Requires='w'><w:r><w:t>а</w:t></w:r></mc:Choice>"
        "</mc:AlternateContent>", "Text that is given in versions",
    ),
    "picture": ("<w:r><w:drawing/></w:r>", "A picture or drawing was not read."),
    "footnote": ("<w:r><w:footnoteReference w:id='2'/></w:r>", "A footnote was not read."),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_what_word_shows_and_is_no_text_is_told_with_its_row(name: str, tmp_path: Path) -> None:
    """A thing that is not taken as text has a finding with its place, in two languages."""
    inside, said_en = HIDDEN[name]
    row = "<w:tr><w:tc><w:p><w:r><w:t>{}</w:t></w:r>{}</w:p></w:tc></w:tr>"
    given = word_with(tmp_path, f"<w:tbl>{row.format('а', '')}{row.format('б', inside)}</w:tbl>")

    assert len(given.notes) == 1
    note = given.notes[0]
    assert note.en.startswith(said_en)
    assert note.bg.endswith(".")
    assert note.place.words("en") == "table 1, row 2"
    assert given.text.split("\n")[:2] == ["а", "б"]


def test_an_embedded_file_is_told_with_its_paragraph(tmp_path: Path) -> None:
    """What Word takes in from another file when it opens the document is not read."""
    given = word_with(
        tmp_path, "<w:altChunk></w:altChunk>", "<w:p><w:r><w:t>текст</w:t></w:r></w:p>"
    )

    assert [(note.en, note.place.words("en")) for note in given.notes] == [
        ("An embedded object or file was not read.", "paragraph 1")
    ]


def test_automatic_numbers_are_told(tmp_path: Path) -> None:
    """A number that Word counts is no text of the document; a bullet is none that is missed."""
    styled = "<w:p><w:pPr><w:pStyle w:val='{}'/></w:pPr><w:r><w:t>едно</w:t></w:r></w:p>"

    given = word_with(tmp_path, styled.format("ListBullet"), styled.format("ListNumber"))

    assert [note.en[:32] for note in given.notes] == ["An automatic number was not read"]


def test_a_row_that_was_struck_out_is_not_read(tmp_path: Path) -> None:
    """A tracked deletion is no part of the document, a tracked insertion is."""
    row = "<w:tr><w:trPr><w:{}/></w:trPr><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc></w:tr>"
    rows = row.format("del", "старо") + row.format("ins", "ново")

    assert word_with(tmp_path, f"<w:tbl>{rows}</w:tbl>").text.split("\n")[:1] == ["ново"]


def test_what_a_page_shows_and_is_no_text_is_told_with_its_row() -> None:
    """Pictures and form fields of HTML are named, with the words that they have."""
    page = """<!DOCTYPE html><html><body><p>а <img src=a.png alt="Ниво 6"></p><table><tr><td>б
      </td></tr><tr><td>в <input value="г"><select><option>д</select></td></tr></table></body>"""

    given = extract(Path("page.html"), page.encode())

    assert [(note.en, note.place.words("en")) for note in given.notes] == [
        ("A picture or drawing was not read: “Ниво 6”.", "paragraph 1"),
        ("What a form field holds was not read: “г”.", "table 1, row 2"),
        ("What a form field holds was not read: “д”.", "table 1, row 2"),
    ]
    assert given.text.split() == ["а", "б", "в"]


def test_footnotes_and_pictures_of_an_odt_are_told_with_their_row() -> None:
    """A footnote's text goes into no statement, nor does the name of a picture."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{of}:1.0"' for name, of in (
            ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
            ("svg", "svg-compatible"),
        )
    )  # fmt: skip
    content = f"""<office:document-content {names}><office:body><office:text><table:table>
      <table:table-row><table:table-cell><text:p>а<text:note><text:note-citation>1</text:note-citation>
      <text:note-body><text:p>долу</text:p></text:note-body></text:note><draw:frame><draw:image/>
      <svg:title>лого</svg:title></draw:frame></text:p></table:table-cell></table:table-row>
      </table:table></office:text></office:body></office:document-content>"""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", content)

    given = extract(Path("made.odt"), stream.getvalue())

    assert [(note.en, note.place.words("en")) for note in given.notes] == [
        ("A footnote was not read: “долу”.", "table 1, row 1"),
        ("A picture or drawing was not read.", "table 1, row 1"),
    ]
    assert given.text.split() == ["а"]


@papers.needs_office
def test_a_picture_on_a_page_of_text_is_told_with_its_page(tmp_path: Path) -> None:
    """What a picture in a PDF shows is not read; one that each page repeats is told once."""
    Image.new("RGB", (40, 40), "red").save(tmp_path / "a.png")
    document: Any = docx.Document()
    table = document.add_table(rows=2, cols=2)
    table.style = "Table Grid"
    table.cell(0, 0).text = "текст"
    table.cell(0, 0).paragraphs[0].add_run().add_picture(str(tmp_path / "a.png"))
    document.save(str(tmp_path / "made.docx"))

    given = read(papers.converted(tmp_path / "made.docx", tmp_path, "pdf"))

    assert [(note.en, note.place.words("en")) for note in given.notes] == [
        ("A picture or drawing was not read.", "page 1")
    ]


def test_a_publisher_is_taken_only_where_it_is_named(word: Path, tmp_path: Path) -> None:
    """From a line or the page's metadata; otherwise it is unknown, and that is a finding."""
    page = "<html><head><meta name='DC.publisher' content='БСК'></head><body><p>а</p></body></html>"
    assert extract(Path("page"), page.encode()).publisher == "БСК"
    line = "<w:p><w:r><w:t>Издател: Българска стопанска камара</w:t></w:r></w:p>"
    assert word_with(tmp_path, line).publisher == "Българска стопанска камара"

    kinds = [remark.kind for remark in examine(word, KNOWN).findings]
    assert "UnknownPublisher" in kinds


# ------------------------------------------------------------------ what is refused


def packed(name: str, content: bytes) -> bytes:
    """Return an archive with one entry."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return stream.getvalue()


def locked_archive() -> bytes:
    """Return an archive that says its entry is encrypted."""
    made = bytearray(packed("word/document.xml", b"<a/>"))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def scanned() -> bytes:
    """Return a PDF of one picture."""
    stream = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(stream, "PDF")
    return stream.getvalue()


def nameless() -> bytes:
    """Return a PDF of one page whose font does not say which letters its shapes are."""
    shown = b"BT /F 12 Tf 72 700 Td <000C000D000E> Tj ET"
    parts = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
        b"/DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (Identity) /Supplement 0 >> /FontDescriptor 7 0 R >>",
        b"<< /Type /FontDescriptor /FontName /X /Flags 4 /Ascent 900 /Descent -200 >>",
    )
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in enumerate(parts, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Size 8 /Root 1 0 R >>\n%%EOF\n"


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\x00 ", "the file is empty"),
    "picture": (b"\x89PNG\r\n\x1a\n", "this is a PNG file; expected DOCX"),
    "rtf": (b"{\\rtf1\\ansi}", "this is an RTF file; save it as DOCX or ODT"),
    "flat": (
        b"<?xml version='1.0'?>\n<office:document xmlns:office='o'/>",
        "OpenDocument file (.fodt)",
    ),
    "word-xml": (
        b"<?xml version='1.0'?>\n<?mso-application progid='Word.Document'?>\n<w:wordDocument/>",
        "this is a file of Word as XML; save it as DOCX",
    ),
    "mhtml": (
        b"MIME-Version: 1.0\nContent-Type: multipart/related",
        "in one file (MHTML); save it",
    ),
    "old-word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Word 97–2003; save it as DOCX"),
    "locked-docx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "encrypted with a password; save it without one",
    ),
    "locked-zip": (locked_archive(), "encrypted with a password"),
    "archive": (packed("a.txt", b"a"), "this is an archive and no document"),
    "bomb": (packed("word/document.xml", bytes(80 << 20)), "unpacks to 83,886,080 bytes"),
    "cut-docx": (packed("word/document.xml", b"<a/>" * 99)[:-30], "the file is damaged"),
    "no-word": (packed("word/document.xml", b"<a/>"), "the DOCX is damaged"),
    "cut-pdf": (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", "the PDF"),
    "scan": (scanned(), "page 1 has no text, only a picture (a scan)"),
    "nameless": (nameless(), "page 1 is set in a font that does not say which letters"),
    "binary": (bytes(range(256)) * 9, "binary content"),
    "no-profile": ("<html><body><p>Здравей</p></body></html>".encode(), ""),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_file_that_is_no_profile_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    """The message says what the file is; the name it has does not count."""
    content, reason = REFUSED[name]
    path = tmp_path / f"{name}.docx"
    path.write_bytes(content)

    found = examine(path, KNOWN)

    assert reason in found.refused
    assert found.refused or found.reasons
    assert not found.profile


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    """The size is limited before anything looks inside."""
    path = tmp_path / "huge.pdf"
    with path.open("wb") as stream:
        stream.truncate(20 * MAX_BYTES)

    assert f"more than {MAX_BYTES:,} bytes" in examine(path, KNOWN).refused


@papers.needs_office
def test_an_encrypted_pdf_is_refused(word: Path, tmp_path: Path) -> None:
    """It asks for no password."""
    options = {name: {"type": kind, "value": value} for name, kind, value in (
        ("EncryptFile", "boolean", "true"), ("DocumentOpenPassword", "string", "secret"),
    )}  # fmt: skip
    assert papers.OFFICE
    subprocess.run(
        [papers.OFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/office",
         "--convert-to", f"pdf:writer_pdf_Export:{json.dumps(options)}", "--outdir", str(tmp_path),
         str(word)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip

    assert "encrypted with a password" in examine(tmp_path / "profile.pdf", KNOWN).refused


@papers.needs_office
def test_a_scanned_page_among_others_is_named(pdf: Path, tmp_path: Path) -> None:
    """A profile of which one page is a picture would lose what stands there."""
    whole = pypdfium2.PdfDocument(pdf)
    scan = pypdfium2.PdfDocument(scanned())
    whole.import_pages(scan, index=4)
    whole.save(str(tmp_path / "mixed.pdf"))
    whole.close()
    scan.close()

    assert examine(tmp_path / "mixed.pdf", KNOWN).refused.startswith("page 5 has no text")


@pytest.mark.long
@papers.needs_office
def test_tables_without_lines_are_named_with_the_page(word: Path, tmp_path: Path) -> None:
    """A PDF whose tables are not ruled says so, all of it or a part."""
    document: Any = docx.Document(str(word))
    for table in document.tables[1:]:
        table.style = "Normal Table"
    document.save(str(tmp_path / "part.docx"))
    document.tables[0].style = "Normal Table"
    document.save(str(tmp_path / "none.docx"))

    part = examine(papers.converted(tmp_path / "part.docx", tmp_path, "pdf"), KNOWN)
    none = examine(papers.converted(tmp_path / "none.docx", tmp_path, "pdf"), KNOWN)

    assert "have text but no ruled table" in none.refused
    assert none.refused.startswith("pages 1, 2, 3")
    assert not part.profile
    places = [remark.place_en for remark in part.findings if remark.kind == "Layout"]
    assert "page 3" in places
    assert all(re.match(r"page \d+", remark.place_en) for remark in part.reasons if remark.line > 1)


@papers.needs_office
def test_a_table_without_lines_is_never_read_into_the_field_before_it(
    word: Path, data: Path
) -> None:
    """Text outside the ruled tables goes into no field: the page is named and nothing taken."""
    document: Any = docx.Document(str(word))
    document.tables[5].style = "Normal Table"
    document.save(str(data.parent / "one.docx"))
    made = papers.converted(data.parent / "one.docx", data.parent, "pdf")

    answer = run(data, made, code=1)

    told = [line.removeprefix(f"{made}: rejected: ") for line in answer.stdout.splitlines()]
    assert re.match(r"page 8: TextOutsideTables: “Наименование и код на дигиталната 3.1", told[0])
    assert any(line.startswith("page 9: Layout: On page 9, ") for line in told)
    assert list((data / "sources").iterdir()) == []


def test_a_remark_below_a_table_is_no_part_of_its_last_field(word: Path, tmp_path: Path) -> None:
    """It is named with its paragraph; one that begins with the name of a field is that field."""
    document: Any = docx.Document(str(word))
    document.add_paragraph("Профилът е актуализиран през 2026 г.")
    document.save(str(tmp_path / "remark.docx"))
    document = docx.Document(str(word))
    table = document.tables[0]
    name, value = table.rows[-1].cells
    name.paragraphs[0].add_run(": " + value.paragraphs[0].text)
    for paragraph in reversed([name.paragraphs[0], *value.paragraphs[1:]]):
        table._tbl.addnext(paragraph._p)
    table._tbl.remove(table.rows[-1]._tr)
    document.save(str(tmp_path / "named.docx"))

    remark, named = (examine(tmp_path / f"{n}.docx", KNOWN) for n in ("remark", "named"))

    assert [(one.kind, one.found) for one in remark.reasons] == [
        ("TextOutsideTables", "Профилът е актуализиран през 2026 г.")
    ]
    assert remark.reasons[0].place_bg.startswith("абзац ")
    assert not remark.profile
    assert named.profile, named.reasons


@papers.needs_office
def test_a_dash_at_the_top_of_a_page_is_no_bullet_among_other_bullets(
    word: Path, tmp_path: Path
) -> None:
    """The same document in larger letters has the same statements; what is unsure is told."""
    document: Any = docx.Document(str(word))
    document.styles["Normal"].font.size = Pt(14)
    document.save(str(tmp_path / "large.docx"))

    given = read(papers.converted(tmp_path / "large.docx", tmp_path, "pdf"))

    profile = documents.read_text(given.text, KNOWN).profile
    assert profile
    assert statements(profile) == 274
    assert "клиентска база - данни, като използва" in str(profile.requirements)
    assert any("„най - напредналото“" in note.en for note in given.notes)


def test_an_error_names_its_place_and_what_was_expected(word: Path, data: Path) -> None:
    """File, table, row, field, what was found and what was expected."""
    document: Any = docx.Document(str(word))
    table = next(t for t in document.tables if len(t.columns) == 2 and len(t.rows) > 6)
    row = next(n for n, c in enumerate(table.column_cells(0), 1) if c.text.startswith("Изисквано"))
    table.rows[row - 1].cells[1].text = "Напреднало - 9"
    path = data.parent / "wrong.docx"
    document.save(str(path))

    given = report(data, path, code=1)["files"][0]

    assert given["verdict"] == "rejected"
    reason = next(one for one in given["reasons"] if one["found"] == "Напреднало - 9")
    number = 1 + [t._tbl for t in document.tables].index(table._tbl)
    assert reason["place"]["en"] == f"table {number}, row {row}"
    assert reason["place"]["bg"] == f"таблица {number}, ред {row}"
    assert reason["field"].startswith("Изисквано")
    assert reason["expected"]
    assert list((data / "sources").iterdir()) == []


# ------------------------------------------------------------------ children and their limits


def _work(path: Path) -> dict[str, Any]:
    if path.name == "loop":
        while True:
            pass
    if path.name == "swell":
        return {"size": len(bytearray(4 << 30))}
    if path.name == "crash":
        os.abort()
    if path.name == "slow":
        time.sleep(0.3)
    if path.name == "write":
        Path(path.parent / "written").write_text("x", encoding="ascii")
    return {"name": path.name}


def test_a_child_that_loops_swells_or_crashes_costs_only_itself(tmp_path: Path) -> None:
    """Each file has its limits; the others are read, and the answers keep their order."""
    names = ["slow", "a", "loop", "swell", "b", "crash", "c"]

    found = list(each([tmp_path / name for name in names], _work, jobs=2, limits=Limits(1, 256)))

    reasons = [one.reason if isinstance(one, Lost) else one["name"] for one in found]
    assert reasons[0:2] == ["slow", "a"]
    assert "more than 1 s of processor time" in reasons[2]
    assert "more than 256 MiB of memory" in reasons[3]
    assert reasons[4] == "b"
    assert "ended the process" in reasons[5]
    assert reasons[6] == "c"


def test_a_child_writes_no_file(tmp_path: Path) -> None:
    """What reads a stranger's file may not fill the disk."""
    found = list(each([tmp_path / "write"], _work, jobs=1, limits=Limits(5, 256)))

    assert isinstance(found[0], Lost)
    assert not (tmp_path / "written").exists() or not (tmp_path / "written").stat().st_size


# ------------------------------------------------------------------ a folder at a time


def test_a_file_is_kept_as_it_came(word: Path, data: Path) -> None:
    """The original bytes are the source; the derived lines stand beside it and are sealed."""
    answer = run(data, "--received", "2026-11-24", "--publisher", "БСК", word)
    folder = data / "sources" / "33393020-93-bsk"

    assert "accepted with" in answer.stdout
    assert (folder / "original.docx").read_bytes() == word.read_bytes()
    from digigraph import sources

    given = sources.load(folder / "source.toml")
    assert given.content == word.read_bytes()
    assert given.source.byte_size == word.stat().st_size
    assert given.source.received == date(2026, 11, 24)
    assert given.source.publisher == "БСК"
    assert given.path == folder / "document.txt"
    assert "as stated on receipt" in given.source.origin_en
    assert said(given.path.read_text(encoding="utf-8")) == said(TEXT)
    for name, reason in (("document.txt", "was changed after"), ("original.docx", "checksum")):
        kept = (folder / name).read_bytes()
        (folder / name).write_bytes(kept + b"\n")
        with pytest.raises(InputError, match=reason):
            sources.load(folder / "source.toml")
        (folder / name).write_bytes(kept)


def test_the_date_of_receipt_is_not_invented(data: Path) -> None:
    """Without an option it is that of the file's last change, and says so."""
    path = variant(data.parent / "profile.txt")
    os.utime(path, (1_700_000_000, 1_700_000_000))

    run(data, path)

    settings = (data / "sources" / "33393020-93" / "source.toml").read_text(encoding="utf-8")
    assert "received = 2023-11-14" in settings
    assert "that of the file's last change" in settings


def test_a_folder_with_good_and_bad_files(word: Path, data: Path) -> None:
    """One run takes what it can, names what it cannot, and never stops at the first bad one."""
    folder = data.parent / "folder"
    variant(folder / "a" / "one.txt")
    variant(folder / "a" / "two.txt", code="33393021")
    variant(folder / "b" / "sector.txt", sector="92")
    (folder / "b" / "same.docx").write_bytes(word.read_bytes())
    (folder / "b" / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / ".hidden").write_bytes(b"x")
    (folder / "~$lock.docx").write_bytes(b"x")

    given = report(data, "--jobs", "2", folder, folder / "missing.docx", code=1)

    verdicts = {Path(one["path"]).name: one["verdict"] for one in given["files"]}
    assert verdicts == {
        "one.txt": "accepted with findings",
        "two.txt": "accepted with findings",
        "sector.txt": "accepted with findings",
        "same.docx": "present",
        "bad.pdf": "rejected",
        "missing.docx": "rejected",
    }
    assert given["summary"] == {
        "files": 6, "accepted": 0, "accepted with findings": 3, "present": 1, "rejected": 2,
    }  # fmt: skip
    assert given["files"][0]["statements"] == 274
    kept = sorted(path.name for path in (data / "sources").iterdir())
    assert kept == ["33393020-92", "33393020-93", "33393021-93"]


def test_the_same_again_changes_nothing(data: Path) -> None:
    """The same document twice is one, and what stands in the folder stays byte for byte."""
    path = variant(data.parent / "profile.txt")
    run(data, path)
    before = tree(data)

    answer = run(data, path, path)

    assert answer.stdout.count("is there already") == 1
    assert tree(data) == before


def test_two_publishers_have_two_profiles(data: Path) -> None:
    """Profiles of one occupation by different publishers are different profiles."""
    one = variant(data.parent / "one.txt")
    two = variant(data.parent / "two.txt", extra="Знае нещо повече.")

    run(data, "--publisher", "БСК", one)
    run(data, "--publisher", "КРИБ", two)

    kept = sorted(path.name for path in (data / "sources").iterdir())
    assert kept == ["33393020-93-bsk", "33393020-93-krib"]


def test_a_newer_edition_takes_the_place_of_the_older_one(data: Path) -> None:
    """It is a change and no new profile; the older one is kept, an older one is refused."""
    first = variant(data.parent / "first.txt")
    second = variant(data.parent / "second.txt", extra="Знае нещо повече.")
    run(data, "--received", "2026-11-01", first)

    refused = report(data, "--received", "2026-11-01", second, code=1)["files"][0]
    assert "give a later --received" in refused["refused"]
    newer = report(data, "--received", "2026-11-20", second)["files"][0]

    assert newer["source"] == "33393020-93"
    place = data / "sources" / "33393020-93"
    assert (place / "document.txt").read_bytes() == second.read_bytes()
    older = data / "sources" / newer["replaces"]
    assert (older / "document.txt").read_bytes() == first.read_bytes()
    assert (older / "source.toml").exists()
    assert "received on 2026-11-20" in report(
        data, "--received", "2026-11-10", first, code=1
    )["files"][0]["refused"]  # fmt: skip


def tree(data: Path) -> dict[str, bytes]:
    """Return every file of the sources with its bytes."""
    root = data / "sources"
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.mark.long
def test_a_killed_run_goes_on(data: Path) -> None:
    """After kill -9 nothing half written is left, and the next run ends where one would have."""
    folder = data.parent / "folder"
    for number in range(14):
        variant(folder / f"{number:02}.txt", code=f"333930{number + 20}")
    arguments = ["--received", "2026-11-24", "--jobs", "1", str(folder)]
    process = subprocess.Popen(
        [*COMMAND, "add", "--data", str(data), *arguments],
        env=environment(data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 120
    while len(list((data / "sources").glob("*-93/source.toml"))) < 4:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = len(list((data / "sources").glob("*-93/source.toml")))
    half = data / "sources" / ".new" / "33393033-93"
    half.mkdir(parents=True, exist_ok=True)
    (half / "document.txt").write_bytes(b"half")

    given = report(data, *arguments)

    assert 4 <= done < 14
    assert given["summary"]["present"] == done
    assert given["summary"]["accepted with findings"] == 14 - done
    other = data.parent / "other" / "data"
    (other / "sources").mkdir(parents=True)
    run(other, *arguments)
    assert tree(other) == tree(data)


def test_an_exchange_that_was_cut_off_is_finished(data: Path) -> None:
    """Between the two renames of a newer edition the older one is safe beside its place."""
    first = variant(data.parent / "first.txt")
    second = variant(data.parent / "second.txt", extra="Знае нещо повече.")
    run(data, "--received", "2026-11-01", first)
    run(data, "--received", "2026-11-20", second)
    whole = tree(data)
    (data / "sources" / ".new").mkdir()
    (data / "sources" / "33393020-93").rename(data / "sources" / ".new" / "33393020-93")

    answer = run(data, "--received", "2026-11-20", second)

    assert "is there already" in answer.stdout
    assert tree(data) == whole


def test_two_runs_at_a_time_are_refused(data: Path) -> None:
    """The second says so and touches nothing."""
    import fcntl

    there = os.open(data / "sources", os.O_RDONLY)
    fcntl.flock(there, fcntl.LOCK_EX)
    try:
        answer = run(data, SEED, code=2)
    finally:
        os.close(there)

    assert "another run is adding documents" in answer.stderr
    assert tree(data) == {}


def test_rejected_files_are_not_read_again(data: Path) -> None:
    """What was found in the same bytes is remembered; a cut-off line of the memory is no harm."""
    path = data.parent / "bad.html"
    path.write_text("<html><body><p>Няма профил.</p></body></html>", encoding="utf-8")
    first = report(data, path, code=1)
    cache = next((data.parent / "cache").rglob("*.jsonl"))
    kept = cache.read_bytes()
    cache.write_bytes(kept + b'{"reader": "x", "exam')

    assert report(data, path, code=1) == first
    assert cache.read_bytes().startswith(kept)
    assert len(cache.read_bytes()) == len(kept) + 21
