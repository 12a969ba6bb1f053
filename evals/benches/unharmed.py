"""Whether a data directory is unharmed: no record lost, no answer wrong, and `voc doctor` says how things are.

What is true is read from the tables themselves, and computed exactly; the served ways are held against that.
"""

import json
import random
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, func, select

from assistant.records.database import Database
from assistant.records.indexing import passages_of
from assistant.records.rows import to_record
from assistant.records.tables import records
from evals.benches.search import ROOT, VOC, environment
from vectorstore import state
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.index import PassageIndex
from vectorstore.lexical import tokens_of
from vectorstore.tables import passages, vectors
from vectorstore.text import Analyzer
from vectorstore.vectors import count_missing, picture

ASKED, TERMS, NEAREST, RECALL = 20, 12, 10, 0.98


@dataclass(slots=True)
class Expected:
    """The records that must be there by their own ids; of those that are changing, what they said before will do."""

    now: dict[str, str]
    before: dict[str, str | None] = field(default_factory=dict)
    """What a changing record said; None: it was not there."""

    def change(self, name: str, said: str) -> None:
        """From now on this record says something else, as soon as it is taken in."""
        self.before[name] = self.now.get(name)
        self.now[name] = said

    def settle(self) -> None:
        """All has been taken in."""
        self.before.clear()


def harm(
    data: Path, expected: Expected, dice: random.Random, *, level: bool, settings: Mapping[str, str] | None = None
) -> tuple[str, list[str]]:
    """What is left to be done, in words, and every harm in a sentence; with `level` nothing may be left.

    `settings` are those that the data directory is used with: where its database and its index are.
    """
    settings = settings or {}
    url = settings.get("VOC_DATABASE_URL", f"sqlite:///{data / 'voc.db'}")
    with closing(Database(url, data / "write.lock")) as database:
        served = PassageIndex(
            database, data / "index", LocalEmbedder(), exact_numbers=0, chroma_url=settings.get("VOC_CHROMA_URL")
        )
        with database.reading() as connection:
            found = [*_lost(connection, expected), *_passages(connection), *_full_text(connection, data, dice)]
            found += _nearest(connection, served, dice)
            left, truth = _truth(connection, served)
        found += _searched(database, served, dice)
    found += _told(data, truth, settings)
    if level and left != "nothing":
        found.append(f"after all had ended, there was still to be done: {left}")
    return left, found


def _lost(connection: Connection, expected: Expected) -> Iterator[str]:
    held = dict(connection.execute(select(records.c.external_id, records.c.text)).all())
    for name, said in expected.now.items():
        may = (said, expected.before.get(name, said))
        if not any(_says(held.get(name), one) for one in may):
            yield f"record {name} is lost or says something that it was never given"
    if strange := set(held) - set(expected.now):
        yield f"{len(strange)} records that nobody gave"


def _says(held: str | None, given: str | None) -> bool:
    """Whether a record says what was given; what intake masked or read as HTML by its end, which is no other record's."""
    if held is None or given is None:
        return held is given
    altered = "⟦" in held or "&" in given
    return held == given or (altered and held.endswith(given.rpartition("。")[2]))


def _passages(connection: Connection) -> Iterator[str]:
    """The passages of a record that is noted as indexed must be those of its present words."""
    c = passages.c
    held: dict[str, set[str]] = {}
    for document, body in connection.execute(select(c.document_id, c.text).where(c.kind == "record")):
        held.setdefault(document, set()).add(body)
    rows = connection.execute(select(records).where(records.c.indexed_hash == records.c.reading_hash)).mappings()
    for record in map(to_record, rows):
        if held.get(record.id) != {passage.text for passage in passages_of(record) if passage.text.strip()}:
            yield f"record {record.external_id} is noted as indexed, but its passages are others"
    known = set(connection.scalars(select(records.c.id)))
    if strays := set(held) - known:
        yield f"passages of {len(strays)} records that are not there"


def _full_text(connection: Connection, data: Path, dice: random.Random) -> Iterator[str]:
    """Full text must find, for some character pairs, just the passages that hold them."""
    analyzer = Analyzer(json.loads(state.read(connection, "names") or "[]"), data / "index")
    held = {row: set(analyzer.grams(body)) for row, body in connection.execute(select(passages.c.row, passages.c.text))}
    tokens = tokens_of(connection)
    if (count := tokens.count()) != len(held):
        yield f"full text holds {count} passages, there are {len(held)}"
    some = dice.sample(sorted(held), min(TERMS, len(held)))
    for term in (dice.choice(sorted(gram for gram in held[row] if len(gram) > 1)) for row in some):
        (found,) = tokens.postings([("grams", term)])
        if set(found.rows.tolist()) != {row for row, grams in held.items() if term in grams}:
            yield f"full text finds {term!r} in other passages than hold it"


def _nearest(connection: Connection, served: PassageIndex, dice: random.Random) -> Iterator[str]:
    """What serves must find the true nearest, with their true cosines."""
    exact = picture(connection, served.embedder.identity)
    if not len(exact.rows):
        return
    neighbours, right, asked = served.neighbours(connection), 0, 0
    for place in dice.sample(range(len(exact.rows)), min(ASKED, len(exact.rows))):
        query = exact.matrix[place]
        rows, cosines = neighbours.nearest(query, NEAREST, None)
        _, truth = exact.nearest(query, NEAREST)
        known = exact.of(rows)
        if len(known.rows) != len(rows) or not np.allclose(np.sort(known.matrix @ query), np.sort(cosines), atol=2e-3):
            yield "what serves finds passages that are not there, or gives them another's cosine"
        asked += len(truth)
        right += int((cosines >= truth[-1] - 1e-4).sum())
    if right < RECALL * asked:
        yield f"what serves finds {right} of {asked} true neighbours"


def _searched(database: Database, served: PassageIndex, dice: random.Random) -> Iterator[str]:
    """A record that is indexed must be found by its own words, and a hit must be a passage that is there."""
    c = records.c
    with database.reading() as connection:
        rows = connection.execute(select(c.id, c.text).where(c.indexed_hash == c.reading_hash).order_by(c.id)).all()
        held = dict(connection.execute(select(passages.c.id, passages.c.text)).all())
    for record_id, said in dice.sample(rows, min(ASKED, len(rows))):
        hits = served.search(said, limit=NEAREST)
        if record_id not in {hit.document_id for hit in hits}:
            yield "a record is not found by its own words"
        if any(held.get(hit.passage_id) != hit.text for hit in hits):
            yield "a hit is no passage that is there"


def _truth(connection: Connection, served: PassageIndex) -> tuple[str, dict[str, int | None]]:
    """What is left to be done, and what `voc doctor` must say."""
    c = records.c
    stale = select(func.count()).where(c.indexed_hash.is_(None) | (c.indexed_hash != c.reading_hash))
    truth = {
        "records": connection.scalar(select(func.count()).select_from(records)),
        "records_not_indexed": connection.scalar(stale),
        "passages": connection.scalar(select(func.count()).select_from(passages)),
        "vectors_missing": count_missing(connection, served.embedder.identity),
    }
    reasons = {
        "records not indexed": truth["records_not_indexed"],
        "vectors missing": truth["vectors_missing"],
        "vectors of nothing": connection.scalar(
            select(func.count()).where(vectors.c.content_hash.not_in(select(passages.c.content_hash)))
        ),
    }
    return ", ".join(name for name, count in reasons.items() if count) or "nothing", truth


def _told(data: Path, truth: dict[str, int | None], settings: Mapping[str, str]) -> Iterator[str]:
    env = environment(data) | dict(settings)
    ran = subprocess.run([VOC, "doctor", "--json"], stdout=subprocess.PIPE, env=env, cwd=ROOT, check=False)
    told = json.loads(ran.stdout)
    said = {"records": told["database"]["records"], **{key: told["index"][key] for key in truth if key != "records"}}
    if said != truth:
        yield f"voc doctor says {said}, it is {truth}"
    wrong = bool(truth["records_not_indexed"] or truth["vectors_missing"] or told["index"]["damaged"])
    wrong = wrong or bool(told["batches"]["under_way"])  # it is asked while nobody works
    if wrong != bool(told["problems"]) or ran.returncode != int(bool(told["problems"])):
        yield f"voc doctor names {len(told['problems'])} problems and ends with {ran.returncode}"
    if told["database"].get("quick_check", "ok") != "ok":
        yield "the database is damaged"
