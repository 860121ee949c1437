"""An engine over HTTP, asked through SPARQLWrapper: the same answers, limits and errors (S-05).

The engine is believed in nothing: its answer is read whole within our time, our bytes and our
rows, parsed, and written anew, so that it has the form of the embedded engine's. What it cut
short is an error. Before and after each question it must hold the very release that is served,
brought by one and the same load; so no answer mixes two releases.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
import weakref
from typing import IO, cast

import pyoxigraph as ox

from digigraph import dialect
from digigraph.endpoints import (
    Endpoints,
    Held,
    Places,
    check_address,
    endpoints,
    held,
    held_query,
    kind_of,
)
from digigraph.engine import Abandoned, Client, Counts, Job, Limits, Tally, Whole
from digigraph.errors import DigigraphError, EngineUnavailable, QueryTimeout, ResultTooLarge
from digigraph.evaluation import Answer, QueryFailed, answer_of, read
from digigraph.exchange import Body, Refusal, Watch, exchange, server_of
from digigraph.release import Release
from digigraph.spool import Spool
from digigraph.turns import Turns

LOOK = 5.0
"""Seconds between two looks at an engine that nobody asks."""

_JSON, _TRIPLES = "application/sparql-results+json", "application/n-triples"
_MOST_STATE = 100_000
_LOOSER = 10
"""An answer takes at most so many times more bytes in JSON than in the format it is sent in."""

_log = logging.getLogger("digigraph.remote")
_TOLD: dict[tuple[str, str], str] = {}
"""Address and release -> what the log has said of them last; a newer release is tried often."""


class Remote:
    """A release in an engine over HTTP, an `Engine`."""

    def __init__(self, release: Release, limits: Limits, address: str) -> None:
        """Remember what is to be served and where; nobody is asked yet."""
        self.release, self.limits, self.kind = release, limits, f"at {address}"
        check_address(address)
        self.places, self.address = Places(release.base), address
        self._ends: Endpoints | None = None
        self._turns = Turns(limits.children, limits.waiting, limits.waiting_seconds)
        self._tally = Tally()
        self._held: Held | None = None
        self._trouble = "unreachable"
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._stopped, self._stop = os.pipe2(os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._stopped)
        self._looking: threading.Thread | None = None

    def start(self) -> None:
        """Look now and then at what the engine holds, from now on."""
        with self._lock:
            if self._looking is None and not self._closed.is_set():
                self._looking = threading.Thread(target=self._look, name="engine", daemon=True)
                self._looking.start()

    def begin(self, job: Job) -> None:
        """Begin nothing: what is far away is always waited for."""

    def ask(self, job: Job, *, client: Client | None = None) -> Whole:
        """Return the whole answer to a query that `sparql.check` has read, as `Engine` says."""
        try:
            with self._turns.turn(client):
                answer = self._ask(job, client)
        except DigigraphError as error:
            if isinstance(error, EngineUnavailable) and error.why == "unreachable":
                self._note(error)
            self._tally.failed(error)
            raise
        self._tally.answered()
        return answer

    def counts(self) -> Counts:
        """Return how many questions are under way; no place is ready while there is trouble."""
        answers, unanswered = self._tally.told()
        free, at_work, waiting = self._turns.now()
        return Counts(
            ready=0 if self._trouble else free,
            starting=0,
            at_work=at_work,
            waiting=waiting,
            started=0,
            answers=answers,
            unanswered=unanswered,
            trouble=self._trouble,
        )

    def finish_by(self, when: float) -> None:
        """Let no question go on longer: what is under way then is broken off."""
        ending = threading.Timer(max(0.0, when - time.monotonic()), self.close)
        ending.daemon = True
        ending.start()

    def close(self) -> None:
        """Break off what is under way; the engine itself is not ours to stop."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
        self._turns.close()
        os.close(self._stop)
        if self._looking:
            self._looking.join()

    # --- one question -------------------------------------------------------------------------

    def _ask(self, job: Job, client: Client | None) -> Whole:
        told = self._watch(self.limits.seconds, client)
        read(job.query)
        if job.only_read:
            return Whole(0, b"")
        before = self._held or self._check(told)
        while True:
            found = self._exchange(job, before.kind, told)
            try:
                after = self._check(told)
            except BaseException:
                found.close()
                raise
            if after == before:
                return found
            found.close()
            before = after

    def _exchange(self, job: Job, kind: str, told: Watch) -> Whole:
        """Return what the engine answers now, whatever it holds."""
        put = dialect.put(job, self.release, kind)
        accept = _TRIPLES if job.form in ("CONSTRUCT", "DESCRIBE") else _JSON
        parameters = put.parameters()
        if kind == "virtuoso":
            # Its clock then stops it when we have left; a part that it sends is an error below.
            parameters.append(("timeout", str(max(1000, int(told.left() * 1000)))))
        most = self.limits.answer_bytes * _LOOSER + _MOST_STATE
        spool = Spool(self.limits.answer_bytes, self.limits.rows, job.told)
        try:
            address = self._find(told).query
            with exchange(address, put.query, accept, told, most, parameters) as body:
                self._refuse_part(body)
                self._write(self._read(job.form, body), job, spool)
                body.drain()
        except Refusal as error:
            spool.close()
            raise self._refused(error) from error
        except BaseException:
            spool.close()
            raise
        return _whole(spool)

    def _read(self, form: str, body: Body) -> Answer:
        """Return what the engine found, parsed while it is read."""
        limit, rows = self.limits.answer_bytes, self.limits.rows
        media_type = body.response.headers.get_content_type()
        try:
            if form in ("CONSTRUCT", "DESCRIBE"):
                if not body.framed:
                    raise EngineUnavailable("cut", "the engine does not say where a graph ends")
                kind = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.N_TRIPLES
                if media_type == "text/plain":
                    kind = ox.RdfFormat.N_TRIPLES
                quads = ox.parse(cast(IO[bytes], body), format=kind)
                triples = (quad.triple for quad in quads)
                return answer_of(form, triples, self.release.base, limit=limit, rows=rows)
            found = dialect.table(cast(IO[bytes], body), form)
            return answer_of(form, found, self.release.base, rows=rows)
        except (SyntaxError, ValueError) as error:
            raise _not_read(error) from error

    def _write(self, answer: Answer, job: Job, spool: Spool) -> None:
        try:
            if job.told is None:
                excerpt = answer.excerpt(job.shown)
                spool.write(json.dumps(excerpt, ensure_ascii=False).encode())
            else:
                answer.write_to(spool, job.told)
            spool.finish()
        except SyntaxError as error:
            raise _not_read(error) from error

    def _refuse_part(self, body: Body) -> None:
        """Raise an error for an answer that the engine says is only a part."""
        headers = body.response.headers
        if rows := headers.get("X-SPARQL-MaxRows"):
            raise ResultTooLarge(int(rows) if rows.isdigit() else self.limits.rows, "rows")
        if state := headers.get("X-SQL-State"):
            if state.startswith("S1T"):
                raise QueryTimeout(self.limits.seconds)
            raise QueryFailed(f"the engine broke off: {headers.get('X-SQL-Message', state)[:500]}")

    def _refused(self, error: Refusal) -> DigigraphError:
        """Return what an engine's refusal is; it says 400 and 500 of single questions."""
        if error.status not in (400, 500):
            return EngineUnavailable(
                "refuses", f"the engine at {self.address} answers {error.status}: {error.words}"
            )
        words = f"the engine answers {error.status}: {error.words}"
        if "S1T" in error.words or "timeout" in error.words.lower():
            return QueryTimeout(self.limits.seconds)
        return QueryFailed(words)

    # --- what the engine holds ----------------------------------------------------------------

    def _watch(self, seconds: float, client: Client | None = None) -> Watch:
        return Watch(seconds, time.monotonic() + seconds, client, self._stopped)

    def _check(self, told: Watch) -> Held:
        """Return what the engine holds; raise `EngineUnavailable` unless it is our release."""
        try:
            found = self._read_held(told)
            if not found.is_of(self.release):
                raise EngineUnavailable("other-release", self._not_ours(found))
        except EngineUnavailable as error:
            self._note(error)
            raise
        self._held = found
        self._note(None)
        return found

    def _read_held(self, told: Watch) -> Held:
        state = self.places.state
        dataset = [("default-graph-uri", state), ("named-graph-uri", state)]
        query = held_query(self.places)
        try:
            address = self._find(told).query
            with exchange(address, query, _JSON, told, _MOST_STATE, dataset) as body:
                rows = _pairs(dialect.table(cast(IO[bytes], body), "SELECT"))
                body.drain()
        except Refusal as error:
            raise EngineUnavailable(
                "refuses", f"the engine at {self.address} answers {error}"
            ) from error
        except (SyntaxError, ValueError) as error:
            # Rows that were not read to their end may not be let go by another thread.
            raise EngineUnavailable(
                "refuses", f"what is at {self.address} does not speak SPARQL: {error}"
            ) from error.with_traceback(None)
        return held(rows)

    def _find(self, told: Watch) -> Endpoints:
        """Return where the engine takes queries, by what it says that it is."""
        if self._ends is None:
            self._ends = endpoints(self.address, kind_of(server_of(self.address, told)))
        return self._ends

    def _not_ours(self, found: Held) -> str:
        has = f"release {found.version} ({found.digest[:12]})" if found.digest else "no release"
        return (
            f"the engine at {self.address} holds {has}, not {self.release.version} "
            f"({self.release.dataset_digest[:12]}); put it there with: "
            f"digigraph load --releases {self.release.folder.parent} --to {self.address}"
        )

    def _note(self, error: EngineUnavailable | None) -> None:
        """Remember whether there is trouble, and say so where that changes."""
        trouble = error.why if error else ""
        if error:
            self._held = None
        with self._lock:
            self._trouble = trouble
            of = (self.address, self.release.dataset_digest)
            before, _TOLD[of] = _TOLD.get(of, ""), trouble or "none"
        if before != _TOLD[of]:
            if error:
                _log.error("no queries are answered: %s", error)
            else:
                _log.info("the engine at %s holds %s", self.address, self.release.version)

    def _look(self) -> None:
        while not self._closed.is_set():
            try:
                self._check(self._watch(LOOK))
            except QueryTimeout as error:
                self._note(EngineUnavailable("unreachable", f"{self.address}: {error}"))
            except (DigigraphError, Abandoned):
                pass
            self._closed.wait(LOOK)


def _pairs(found: ox.QuerySolutions | ox.QueryBoolean) -> list[tuple[str, str]]:
    """Return what is stated of a load; a row of which a part is gone, in a switch, says nothing."""
    if not isinstance(found, ox.QuerySolutions):
        raise ValueError("it answers yes or no to a SELECT")
    pairs = ((row["p"], row["o"]) for row in found)
    return [(str(p.value), str(o.value)) for p, o in pairs if p is not None and o is not None]


def _not_read(error: Exception) -> EngineUnavailable:
    """Return the error of an answer that breaks off, or is none."""
    return EngineUnavailable("cut", f"the answer of the engine cannot be read to its end: {error}")


def _whole(spool: Spool) -> Whole:
    if spool.file is None:
        body = spool.small()
        spool.close()
        return Whole(len(body), body)
    file, spool.file = spool.file, None
    file.seek(0)
    spool.close()
    return Whole(spool.size, b"", file)
