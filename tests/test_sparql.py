"""Reading queries before the engine does: what is refused, what passes, where a fault is."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digigraph.calls import calls_of, placed
from digigraph.errors import DigigraphError, QueryError, QueryForbidden
from digigraph.release import Release
from digigraph.sparql import check, tokens
from digigraph.store import Store
from digigraph.syntax import explain

EVERYTHING = '''
PREFIX service: <http://example.org/service#> # SERVICE <http://example.org/> { }
PREFIX ex: <http://example.org/>
PREFIX : <http://example.org/empty#>
SELECT ?x (COUNT(?y) AS ?n) (GROUP_CONCAT(DISTINCT ?l; SEPARATOR=", SERVICE {") AS ?z)
FROM <http://example.org/g> FROM NAMED service:g
WHERE {
  ?x a service:Thing ; service:SERVICE ?SERVICE , """SERVICE "q" <x:y> {""" ;
     <http://example.org/SERVICE> "\\"SERVICE"@bg-latn, \'\'\'a\'b\'\'c\'\'\', \'INSERT\', $y .
  VALUES (?a ?b) { (<http://x.org/a#b> <http://x.org/c#d>) (UNDEF 3.5) ("x"@en -2) (1e6 .5) }
  ?x (<a:b#c>/^<a:d#e>|!(<a:f#1>|^<a:b>))* ?z . ?x ex:a.b ( <a:b#c> <a:d#e> 1 _:b.c true ) .
  ?x ex:%D0%AF ex:a\\-b ; :x "я"^^ex:дума .
  FILTER(?a<?b&&?c>?d || ex:f(?x)<=3 && ?l IN (<a:b#c>,<a:d#e>) && !EXISTS{?s ?p ?o})
  FILTER ex:g(?x) BIND(IF(?a<3,1,2)AS ?k) GRAPH service:g { ?s ?p true.}
  OPTIONAL{?s ?p ?o} MINUS{?s ?p 1.}
  { SELECT (MAX(?x)as ?m) { ?x ?y ?z } GROUP BY ?x HAVING(COUNT(*)<5)
    ORDER BY DESC(?x) ex:h(?z) LIMIT 3 }
} GROUP BY ?x ORDER BY ?n OFFSET 2 LIMIT 5
'''


@pytest.mark.parametrize("form", ["SELECT * {}", "ASK {}", "CONSTRUCT WHERE {}", "DESCRIBE <a:b>"])
def test_the_form_of_a_query(form: str) -> None:
    """The form is the first word after the prologue, in any case."""
    assert check(f"BASE <http://x.org/> PREFIX a: <b:> {form.lower()}") == form.split()[0]


def test_a_query_with_everything() -> None:
    """SERVICE in a string, an IRI, a comment, a prefixed name or a variable is only a word."""
    assert check(EVERYTHING) == "SELECT"


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:b> <a:b> <a:b> }", "DELETE WHERE { ?s ?p ?o }", "LOAD <http://x.org/>",
        "CLEAR ALL", "DROP GRAPH <a:b>", "CREATE GRAPH <a:b>", "ADD <a:b> TO <a:c>",
        "MOVE <a:b> TO <a:c>", "COPY <a:b> TO <a:c>", "WITH <a:b> DELETE { } WHERE { }",
        "prefix a: <b:> # note\n insert data {}",
    ],
)  # fmt: skip
def test_updates_are_forbidden(update: str) -> None:
    """Every form of SPARQL Update is refused as such, not as a syntax error (S-02)."""
    with pytest.raises(QueryForbidden, match="read-only"):
        check(update)


SERVICE_CALLS = [
    "SELECT * { SERVICE <http://h/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://h/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o SERVICE ?s { ?a ?b ?c } }",
    "SELECT * { ?a ?b 1.SERVICE <http://h/> { ?s ?p ?o } }",
    "SELECT * { ?a ?b ?c #\r SERVICE <http://h/> { ?s ?p ?o} }",
    "SELECT * { ?a ?b <a:\\u0041#> SERVICE <http://h/> { ?s ?p ?o } }",
    "SELECT * { ?a<b>SERVICE <http://h/> { ?s ?p ?o } }",
    # The engine reads without a lexical step, so these too are calls to it:
    "PREFIX : <http://h/> SELECT * { SERVICE:x { ?s ?p ?o } }",
    "PREFIX e: <http://h/> SELECT * { SERVICEe:x { ?s ?p ?o } }",
    "PREFIX e: <http://h/> PREFIX SERVICEe: <a:> SELECT * { SERVICEe:x { ?s ?p ?o } }",
    "PREFIX e: <http://h/> SELECT * { SERVICESILENTe:x { ?s ?p ?o } }",
    "PREFIX e: <http://h/> SELECT * { ?a ?b trueSERVICEe:x { ?s ?p ?o } }",
    "SELECT * { ?a ?b trueSERVICE <http://h/> { ?s ?p ?o } }",
    "PREFIX e: <http://h/> SELECT * { ?s ?p true.FILTER(1<2)SERVICE#>\ne:x { ?s ?p ?o } }",
    "PREFIX e: <http://h/> PREFIX FILTERe: <a:> "
    "SELECT * { ?s ?p ?o. FILTERe:f(1<2)SERVICE#>\ne:x { ?s ?p ?o } }",
]


@pytest.mark.parametrize("query", SERVICE_CALLS)
def test_service_is_never_passed_on(query: str) -> None:
    """Whatever the engine could take for a service call is refused before it sees it (S-02)."""
    with pytest.raises((QueryForbidden, QueryError)):
        check(query)


@pytest.mark.parametrize(
    ("query", "column", "token"),
    [
        ("", 1, None),
        ("# nothing", 10, None),
        ("SELEC * {}", 1, "SELEC"),
        ("SELECT * { ?s ?p 'open }", 18, "'"),
        ("SELECT * { ?s ?p <a b> }", 18, "<a"),
        ("SELECT * { ?s ?p ?o } \\u0053", 23, "\\"),
        ("SELECT * { ?s ?p ?o FILTER(foo(?o)) }", 28, "foo"),
        ("<a:b> SELECT * {}; DROP ALL {", None, None),
    ],
)
def test_what_is_no_word_of_sparql(query: str, column: int | None, token: str | None) -> None:
    """The complaint names the place and the word; what we cannot read is never passed on."""
    if column is None:
        assert check(query) == "SELECT"
        return
    with pytest.raises(QueryError) as caught:
        check(query)

    assert (caught.value.line, caught.value.column, caught.value.token) == (1, column, token)


@pytest.mark.parametrize(
    ("query", "engine", "line", "column", "token"),
    [
        ("SELECT * {\n ?s ?p }", "error at 2:9: expected LATERAL", 2, 8, "}"),
        ("ASK { ?s x:y ?o }", "error at 1:13: expected one of Prefix not found", 1, 10, "x:y"),
        ("ASK { ?s ?p ?o } }", "error at 1:19: expected [_]", 1, 18, "}"),
        ("ASK { ?s ?p ?o", "error at 1:15: expected [_]", 1, 15, None),
        ("ASK { ?s ?p ?o FILTER(1 + ) }", "error at 1:30: expected [_]", 1, 27, ")"),
        ("ASK { <rel> ?p ?o }", "error at 1:16: expected OPTIONAL", 1, 7, "<rel"),
        ("SELECT * {} LIMIT ?x", "error at 1:19: expected ['0'..='9']", 1, 19, "?x"),
        ("SELECT ?x {} ORDER ?x", "error at 1:22: expected [_]", 1, 20, "?x"),
    ],
)  # fmt: skip
def test_the_place_of_a_syntax_error(
    query: str, engine: str, line: int, column: int, token: str | None
) -> None:
    """A refused query is explained by line, column and offending word (S-06)."""
    told = explain(query, engine)

    assert (told.line, told.column, told.token) == (line, column, token)


@pytest.mark.parametrize(
    ("query", "line", "column", "token"),
    [
        ("SELECT * {\n ?s ?p ?o .\n FILTER(?o = = 3)\n}", 3, 14, "="),
        ("SELECT * { ?s ?p ?o FILTER(?o = 3) ?s ?p }", 1, 42, "}"),
        ("SELECT ?a (1 AS ?a) {}", 1, 17, "?a"),
        ("SELECT * { BIND(1 AS ?x) BIND(2 AS ?x) }", 1, 36, "?x"),
        ("SELECT * { ?s ?p ?x { ?s ?q ?y BIND(2 AS ?y) } }", 1, 42, "?y"),
    ],
)
def test_the_place_of_what_the_engine_refuses(
    sample_release: Release, query: str, line: int, column: int, token: str
) -> None:
    """The place is that of the fault, also where the engine noticed it at the end."""
    with pytest.raises(QueryError) as caught:
        Store(sample_release).ask(query)

    assert (caught.value.line, caught.value.column, caught.value.token) == (line, column, token)


def test_columns_count_characters() -> None:
    """A Cyrillic letter is one column."""
    with pytest.raises(QueryError) as caught:
        check('SELECT * {\n ?s ?p "данни" ; ¤ }')

    assert (caught.value.line, caught.value.column) == (2, 18)


MEGABYTES = {
    "less": "ASK {" + "<" * 10**6,
    "brackets": "ASK {" + "(" * 10**6,
    "dots": "ASK { :a" + "." * 10**6,
    "names and dots": "ASK {" + "a." * 500_000,
    "quotes": "ASK {" + '"' * 10**6,
    "long string": 'ASK {"""' + '""a' * 333_333,
    "backslashes": 'ASK {"' + "\\" * 10**6,
    "spaces": " " * 10**6,
    "comment": "#" * 10**6,
    "one name": "ASK {" + "n" * 10**6,
    "colons": "ASK {" + ":" * 10**6,
    "numbers": "ASK {" + "1." * 500_000,
    "language": 'ASK {"a"@' + "a-" * 500_000,
    "open iris": "ASK {" + "<a" * 500_000,
    "a long list": "SELECT * { VALUES ?x {" + "<http://example.org/x> " * 45_000 + "} }",
    "a long IN": "SELECT * { FILTER(?x IN (" + "1," * 500_000 + "1)) }",
    "cyrillic": "ASK { ?s ?p '" + "я" * 500_000 + "' }",
}


@pytest.mark.parametrize("name", MEGABYTES)
def test_a_megabyte_of_anything(name: str) -> None:
    """Reading takes time in proportion to the length, whatever stands there."""
    started = time.process_time()
    with contextlib.suppress(DigigraphError):
        check(MEGABYTES[name])

    assert time.process_time() - started < 20


@pytest.mark.parametrize("size", [1_000, 20_000])
def test_long_lists_of_data_are_not_deep(size: int) -> None:
    """VALUES, IN and arguments may be as long as the query may be."""
    check("SELECT * { VALUES (?x ?y) {" + "(<a:b#c> -1)" * size + "} }")
    check("SELECT * { ?s ?p ?o FILTER(?s NOT IN (" + "<a:b#c>," * size + "1)) }")


@given(st.text(max_size=80))
@example("SELECT * { ?s ?p '''a''''SERVICE <a:b> { } }")
@example("\ufeffSELECT")
@example("SELECT\x00*")
def test_any_text(query: str) -> None:
    """Any text is read or refused, and every refusal is one of ours."""
    with contextlib.suppress(QueryError):
        for word in tokens(query):
            assert query[word.start :].startswith(word.text)


DEEP = """
import sys, threading
import pyoxigraph as ox
from digigraph.errors import QueryError
from digigraph.sparql import check

store = ox.Store()
store.add(ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:b"), ox.Literal("c")))

def passes(query):
    try:
        return bool(check(query))
    except QueryError as error:
        assert "too deeply" in str(error), error
        return False

def query_of(size):
    # A per-cent sign stands for the number of the repetition.
    opened = "".join(left.replace("%", str(i)) for i in range(size))
    return head + opened + middle + right * size + tail

def ask():
    low, high = 1, 5000
    while low < high:
        half = (low + high + 1) // 2
        low, high = (half, high) if passes(query_of(half)) else (low, half - 1)
    query = query_of(low)
    try:
        answer = store.query(query)
        if not isinstance(answer, ox.QueryBoolean):
            list(answer)
    except RuntimeError:
        pass
    print(low)

threading.stack_size(2 * 2**20)
head, left, middle, right, tail = sys.argv[1:]
thread = threading.Thread(target=ask)
thread.start()
thread.join()
"""

WHERE = "SELECT * { ?s ?p ?o "
SHAPES = {
    "groups": ("SELECT * {", "{", "?s ?p ?o", "}", "}"),
    "parentheses": (f"{WHERE} FILTER(", "(", "1", ")", ") }"),
    "negations": (f"{WHERE} FILTER(", "!", "true", "", ") }"),
    "sums": (f"{WHERE} FILTER(", "1+", "1", "", ") }"),
    "signs": (f"{WHERE} FILTER(1", "-1", "", "", ") }"),
    "alternatives": (f"{WHERE} FILTER(", "?s||", "?s", "", ") }"),
    "unions": ("SELECT * { {?s ?p ?o}", "UNION {?s ?p ?o}", "", "", "}"),
    "minus": (WHERE, "MINUS {?s ?p ?o}", "", "", "}"),
    "optionals": (WHERE, "OPTIONAL {?s ?p ?o ", "", "}", "}"),
    "binds": (WHERE, "BIND(1 AS ?x%) ", "", "", "}"),
    "path alternatives": ("SELECT * { ?s ", "<a:b>|", "<a:b>", "", " ?o }"),
    "path groups": ("SELECT * { ?s ", "(", "<a:b>", ")*", " ?o }"),
    "sub-queries": ("SELECT * {", "{SELECT * {", "?s ?p ?o", "}}", "}"),
    "exists": (WHERE, "FILTER EXISTS { ?s ?p ?o ", "", "}", "}"),
    "not exists": (WHERE, "FILTER(!EXISTS { ?s ?p ?o ", "", "})", "}"),
    "calls": ("SELECT (", "STR(", "?s", ")", " AS ?x) { ?s ?p ?o }"),
    "conditions": (f"{WHERE} FILTER(", "IF(?s,1,", "?s", ")", ") }"),
    "projections": ("SELECT ", "(1 AS ?x%)", "", "", " { ?s ?p ?o }"),
    "having": ("SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING ", "(1=1)", "", "", ""),
    "graphs": (WHERE, "GRAPH ?g {", "?s ?p ?o", "}", "}"),
    "laterals": (WHERE, "LATERAL {?s ?p ?o} ", "", "", "}"),
    "property lists": ("SELECT * { ?s ?p ", "[ ?p ", "1", "]", " }"),
    "collections": ("SELECT * { ?s ?p ", "(", "1", ")", " }"),
    "descriptions": ("DESCRIBE ", "<a:b> ", "", "", ""),
    "triple terms": ("SELECT * { ?s ?p ", "<<( ?s ?p ", "1", ")>>", " }"),
    "comparisons": (f"{WHERE} FILTER(", "1<IF(!EXISTS { ?s ?p ?o FILTER(", "1", ")},1,2)", ") }"),
    "hidden in a comparison": (f"{WHERE} FILTER(1<", "(", "1", ")", "&&2>1) }"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_deepest_query_that_is_let_through(name: str) -> None:
    """A query as deep as we allow does not overflow the stack of a server's thread."""
    done = subprocess.run(
        [sys.executable, "-c", DEEP, *SHAPES[name]], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert 10 <= int(done.stdout) <= 256


# --- what the engine would take for a call -------------------------------------------------------

ROW = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"literal","value":"1"}}]}}'


class Endpoint(ThreadingHTTPServer):
    """An endpoint that answers one row and remembers the paths that it was asked at."""

    daemon_threads = True
    paths: list[str]


class Answering(BaseHTTPRequestHandler):
    """Its answers."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        assert isinstance(self.server, Endpoint)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(ROW)))
        self.end_headers()
        self.wfile.write(ROW)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """Yield an endpoint that must not be asked."""
    with Endpoint(("127.0.0.1", 0), Answering) as found:
        found.paths = []
        thread = threading.Thread(target=found.serve_forever, args=(0.05,))
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def asked_by(endpoint: Endpoint, query: str) -> list[str]:
    """Return where the bare engine goes for a query, without any guard."""
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:b"), ox.Literal("c")))
    endpoint.paths.clear()
    with contextlib.suppress(SyntaxError, ValueError, OSError, RuntimeError):
        answer = store.query(query)
        if not isinstance(answer, ox.QueryBoolean):
            list(answer)
    return list(endpoint.paths)


HEADS = st.sampled_from(
    [
        *(["SELECT * {", "ASK {"] * 5), "SELECT ?s { {",
        "PREFIX : <U> PREFIX service: <U> PREFIX e: <U> PREFIX SERVICEx: <U> SELECT * {",
        "BASE <U> SELECT * {", "CONSTRUCT WHERE {", "SELECT * { ?s ?p ?o FILTER(", "DESCRIBE ?s {",
        "SELECT * { ?s ?p '", 'SELECT * { ?s ?p """', "SELECT * { #", "SELECT * { ?s ?p <",
    ]
)  # fmt: skip
GLUE = st.sampled_from(["", "", " ", " ", "\n", "\t", "#x\n", "#<U>\r", " # ' \" {\n"])
WORD = st.sampled_from(
    ["SERVICE", "service", "SeRvIcE", *["SERVICE"] * 5, "ſERVICE", "\\u0053ERVICE"]
)
NAMED = st.sampled_from([*["<U>"] * 9, ":x", "e:x", "x", "?s", "<x>", "<U#>", "SERVICE:x"])
PIECES = st.sampled_from(
    [
        *("?s ?p ?o", ".", ";", ",", "{", "}", "{}", "(", ")", "[", "]", "1", "1.", "true", "'a'"),
        *("'", '"', "'''", '"""', "''", "#", "\n", "\\", "\\'", "<", ">", "<=", "<<", ">>", "<U>"),
        *("FILTER", "FILTER(1<2)", "(1<2)", "1<2", "&&", "||", "BIND(1 AS ?x)", "UNION"),
        *("GRAPH ?g", "GRAPH", "EXISTS", "MINUS", "LATERAL", "VALUES ?x { 1 }", "OPTIONAL"),
        *("SERVICE:x", "SERVICEx:y", "e:x", "e:SERVICE", ":", "a", "_:b", "@en", "@SERVICE", "^^"),
        *("?SERVICE", "$s", "{ SELECT * {", "} }", "AS", "IN", "trueSERVICE", "-1", "SILENT"),
    ]
)  # fmt: skip


@st.composite
def calling(draw: st.DrawFn) -> str:
    """Make a text in which a call stands, seen or hidden."""
    parts = [draw(HEADS)]
    for _ in range(draw(st.integers(0, 3))):
        parts += [draw(GLUE), draw(PIECES)]
    silent = draw(st.sampled_from(["", "", "SILENT"]))
    for part in (draw(WORD), silent, draw(NAMED), "{", "?s ?p ?o", "}"):
        parts += [draw(GLUE), part]
    for _ in range(draw(st.integers(0, 3))):
        parts += [draw(GLUE), draw(PIECES)]
    end = draw(st.sampled_from([*("}" * 8), "} }", ") }", "' }", '""" }', "\n}", "> }"]))
    return "".join((*parts, draw(GLUE), end))


def test_whatever_the_engine_takes_for_a_call(endpoint: Endpoint) -> None:
    """A query that makes the engine ask others is refused; with a list, only where we send it.

    Each text is given to the bare engine as well, so that it is the judge of what a call is.
    """
    place = f"http://127.0.0.1:{endpoint.server_port}"
    calls = sent = 0

    @settings(max_examples=2500, deadline=None, derandomize=True, database=None)
    @given(calling())
    def compare(text: str) -> None:
        nonlocal calls, sent
        query = text.replace("<U", f"<{place}/direct/")
        if asked_by(endpoint, query):
            calls += 1
            with pytest.raises((QueryForbidden, QueryError)):
                check(query)
        with contextlib.suppress(QueryForbidden, QueryError):
            check(query, service=True)
            found = calls_of(query)
            asked = asked_by(endpoint, placed(query, found, [f"{place}/gateway/"] * len(found)))
            sent += bool(asked)
            assert set(asked) <= {"/gateway/"}, query

    compare()
    assert calls > 200, calls
    assert sent > 200, sent


LETTERS = st.text("SERVICEservice <>{}?:.#/-яѝ😀", max_size=20)
PLAIN = st.from_regex(r"[A-Za-z_]*SERVICE[A-Za-z0-9_]*", fullmatch=True)


@given(LETTERS, LETTERS, PLAIN)
def test_the_word_is_fine_where_it_is_no_call(before: str, after: str, name: str) -> None:
    """In strings, comments, IRIs, names, variables and tags SERVICE is a word like others."""
    text = f"{before}SERVICE <http://h/> {{{after}"
    tag = "".join(letter for letter in name if letter.isalpha())
    query = (
        f"PREFIX {name.lstrip('_')}: <http://x.org/{name}#> # {text}\n"
        f"SELECT ?{name} {{ ?{name} {name.lstrip('_')}:{name} '{text}', \"{text}\"@{tag} . "
        f"# {text}\r\n ?{name} <http://x.org/{name}> '''{text}''', \"\"\"\n{text}\"\"\" ; "
        f":{name} _:{name} . FILTER(?{name} != 'SERVICE') }}"
    )

    assert check(query) == "SELECT"
    assert calls_of(query) == ()
