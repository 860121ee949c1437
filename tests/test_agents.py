"""The server for AI agents, asked by the client of the protocol's own package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import anyio
import pytest
from mcp import Client, StdioServerParameters
from servers import Server, unused_port

from digigraph.agents import LONGEST
from digigraph.release import Release

T = TypeVar("T")
TITLE = "Организатор, работа с клиенти"
PROFILE = "https://w3id.org/digigraph/id/profile/p-37q68h4z"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def address(three_profiles: Release) -> Iterator[str]:
    """Yield the address of a server over HTTP."""
    port = unused_port()
    command = [
        sys.executable, "-m", "digigraph", "mcp", "--http", "--port", str(port),
        "--query-seconds", "1", "--releases", str(three_profiles.folder),
    ]  # fmt: skip
    with Server(command, port, probe="") as url:
        yield f"{url}mcp"


def talk(place: str | StdioServerParameters, doing: Callable[[Client], Awaitable[T]]) -> T:
    """Return what a conversation with a server gives."""

    async def conversation() -> T:
        async with Client(place) as client:
            return await doing(client)

    return anyio.run(conversation)


def call(place: str, tool: str, **arguments: Any) -> tuple[bool, Any]:
    """Return whether a tool failed, and its answer or its message."""

    async def doing(client: Client) -> tuple[bool, Any]:
        told = await client.call_tool(tool, arguments)
        text = getattr(told.content[0], "text", "") if told.content else ""
        return bool(told.is_error), text if told.is_error else told.structured_content

    return talk(place, doing)


def test_the_tools_and_what_is_said_of_them(address: str) -> None:
    """Four tools, each described, with a schema for what goes in, and marked as read-only."""

    async def doing(client: Client) -> list[Any]:
        return list((await client.list_tools()).tools)

    tools = {tool.name: tool for tool in talk(address, doing)}

    assert set(tools) == {"search", "get", "compare", "query"}
    for tool in tools.values():
        assert tool.description
        assert tool.input_schema["properties"]
        assert tool.annotations.read_only_hint is True


def test_search_then_get(address: str) -> None:
    """A word leads to a profile, and the profile to its levels and texts."""
    failed, found = call(address, "search", text="klientite", type="OccupationProfile")
    assert not failed
    assert found["items"][0]["uri"] == PROFILE

    failed, profile = call(address, "get", thing=PROFILE)
    assert not failed
    assert profile["title"]["bg"] == TITLE
    assert len(profile["requirements"]) == 10
    assert isinstance(profile["requirements"][0]["knowledge"], int)

    _, whole = call(address, "get", thing="33393020", statements=True)
    texts = whole["requirements"][0]["knowledge"]
    assert texts[0]["text"]["bg"].startswith("Притежава знания")
    assert len(texts) == profile["requirements"][0]["knowledge"]


@pytest.mark.parametrize("thing", ["1.2", "digcomp21/area-1", "digcomp21/1-2/level-6", "24215025"])
def test_any_thing_can_be_read(address: str, thing: str) -> None:
    """Competences, areas, levels and positions, by code and by the end of their URI."""
    failed, told = call(address, "get", thing=thing)

    assert not failed, told
    assert told


def test_profiles_are_compared(address: str, three_profiles: Release) -> None:
    """What they share, what only one requires, and how the levels differ."""
    others = sorted(path.stem for path in (three_profiles.folder / "profiles").glob("*.json"))
    other = next(name for name in others if name not in PROFILE)
    failed, told = call(address, "compare", profiles=[PROFILE, other])

    assert not failed, told
    assert len(told["profiles"]) == 2
    assert {row["group"] for row in told["competences"]} <= {"shared", "only"}


def test_queries_are_whole_or_errors(address: str) -> None:
    """The same guard and limits as at the endpoint: no update, no SERVICE, no endless query."""
    failed, told = call(address, "query", sparql="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert not failed
    assert int(told["results"]["bindings"][0]["n"]["value"]) > 1000
    _, graph = call(address, "query", sparql="CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 2")
    assert "a " in graph["turtle"]
    for query, words in (
        ("SELECT ?x {", "line 1"),
        ("DELETE WHERE { ?s ?p ?o }", "read"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE"),
        (ENDLESS, "1 s"),
        ("SELECT * { ?s ?p ?o }", "limit"),
    ):
        failed, message = call(address, "query", sparql=query)
        assert failed, query
        assert words in message, message


def test_what_is_wrong_is_said(address: str) -> None:
    """The agent reads what was expected; arguments that do not fit never reach the data."""
    for tool, arguments, words in (
        ("get", {"thing": "9.9"}, "9.9"),
        ("compare", {"profiles": [PROFILE]}, "2"),
        ("compare", {"profiles": [PROFILE, "1.2"]}, "no profile"),
        ("search", {"text": "x" * 10_000}, "500"),
        ("search", {"text": "x", "limit": 1_000_000}, "50"),
        ("search", {"text": "x", "limit": -1}, "1"),
        ("search", {"text": "x", "type": "Nothing"}, "OccupationProfile"),
    ):
        failed, message = call(address, tool, **arguments)
        assert failed, tool
        assert words in message, message


def test_no_answer_is_longer_than_can_be_read(address: str) -> None:
    """The characters that are sent count, with their indentation: an answer fits or says so."""

    async def doing(client: Client) -> list[tuple[int, str]]:
        answers = []
        for many in (50, 100, 200, 400):
            query = f"SELECT * {{ ?s ?p ?o }} LIMIT {many}"
            told = await client.call_tool("query", {"sparql": query})
            text = getattr(told.content[0], "text", "")
            answers.append((len(text), text if told.is_error else ""))
        return answers

    told = talk(address, doing)

    assert all(length <= LONGEST for length, _ in told)
    assert not told[0][1]
    assert "LIMIT" in told[-1][1] or str(LONGEST) in told[-1][1]


def test_the_examples_are_a_resource(address: str) -> None:
    """Each has a question and a query, and the first of them runs."""

    async def doing(client: Client) -> str:
        told = await client.read_resource("digigraph://examples")
        return str(getattr(told.contents[0], "text", ""))

    examples = json.loads(talk(address, doing))

    assert len(examples) >= 12
    assert all(one["question"] and one["sparql"] for one in examples)
    failed, told = call(address, "query", sparql=examples[0]["sparql"])
    assert not failed, told


def test_over_stdin_and_stdout(shipped_release: Release) -> None:
    """As a desktop client starts it; nothing but the protocol is on stdout."""
    place = StdioServerParameters(
        command=sys.executable,
        args=["-m", "digigraph", "mcp", "--releases", str(shipped_release.folder)],
        env=dict(os.environ),
    )

    async def doing(client: Client) -> Any:
        return (await client.call_tool("search", {"text": "1.2", "limit": 1})).structured_content

    assert talk(place, doing)["items"][0]["notation"] == "1.2"


def test_without_the_package_the_command_says_how_to_install_it() -> None:
    """It is an extra; nothing else needs it."""
    code = (
        "import sys; sys.modules['mcp'] = None; sys.argv = ['digigraph', 'mcp'];"
        "from digigraph.cli import main; main()"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "pip install 'digigraph[mcp]'" in done.stderr
