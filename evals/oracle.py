# ruff: noqa: S608 - the questions' own SQL, over a copy in memory
"""What is true of the sample corpus, by plain SQL over its raw records and a bare look at the tables: no code of the product counts here."""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_ZH = {
    "ticket": "工单", "chat": "在线会话", "call": "通话", "review": "评价", "survey": "回访问卷", "group": "群聊",
    "consumer": "消费者", "sme": "中小企业", "enterprise": "大企业", "government": "政府", "dealer": "经销商",
    "service_provider": "服务商", "trust": "信任", "respect": "尊重", "security": "安全感", "care": "情感关怀",
    "control": "掌控感", "fairness": "公平", "belonging": "归属", "achievement": "成就", "ease": "省心",
    "pre_sale": "售前", "in_sale": "售中", "after_sale": "售后",
}  # fmt: skip
_SCHEMA = """
CREATE TABLE r (id PRIMARY KEY, channel, day, month, product, model, segment, region, customer, person, own, said);
CREATE TABLE i (record, theme, title, aspect, deep, sentiment, stage);
CREATE TABLE needs (record, need, words);
CREATE TABLE texts (id PRIMARY KEY, record, text);
CREATE TABLE aims (theme, need, reach);
CREATE TABLE way (wide);
INSERT INTO way VALUES (0);
CREATE VIEW neg AS SELECT record FROM i WHERE sentiment = 'negative';
CREATE VIEW pos AS SELECT record FROM i WHERE sentiment = 'positive';
"""
_NEEDS = range(1, 28)
_HOW = re.compile(
    r"^count (?P<what>records|distinct customers)(?: whose text holds (?P<words>.+?))?"
    r"(?: by (?P<of>\w+) none of (?P<named>.+?))?(?: by (?P<by>\w+) = (?P<key>.+?))?(?: where (?P<where>.+?))?(?:; before: \d+)?$"
)
_OF_RECORD = {"product", "channel", "segment", "region", "customer", "month", "week", "model"}
_OF_NEED = {
    "theme": "theme",
    "aspect": "aspect",
    "deep_category": "deep",
    "sentiment": "sentiment",
    "journey_stage": "stage",
}


class Oracle:
    """The sample in memory: `r` raw records, `i` needs as read, `needs` as planted, ``N04`` those read of one, ``zh(word)``.

    Facts of a record and its words are those of the raw corpus; who counts as one person, and what was read of a
    record, can only be looked up in the product's tables (`database`, a SQLite file).
    """

    def __init__(self, raw: Iterable[Mapping[str, Any]], truth: Iterable[Mapping[str, Any]], database: Path) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.executescript(_SCHEMA)
        self._db.create_function("zh", 1, lambda word: _ZH.get(word, word), deterministic=True)
        kept = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        own = {
            row[0]: row[1:]
            for row in kept.execute("SELECT external_id, id, person, coalesce(title, ''), text FROM records")
        }
        ids = {row[0]: external for external, row in own.items()}
        self._db.executemany(
            "INSERT INTO r VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", [_record(one, own[one["id"]]) for one in raw]
        )
        self._db.executemany(
            "INSERT INTO texts VALUES (?,?,?)", [(row[0], external, row[3]) for external, row in own.items()]
        )
        read = kept.execute(
            "SELECT record_id, theme_id, (SELECT title FROM themes WHERE id = theme_id AND active), aspect, deep_category,"
            " sentiment, journey_stage FROM insights"
        )
        self._db.executemany("INSERT INTO i VALUES (?,?,?,?,?,?,?)", [(ids[row[0]], *row[1:]) for row in read])
        kept.close()
        planted = [(row["id"], need["need"], _ladder(need)) for row in truth for need in row["needs"]]
        self._db.executemany("INSERT INTO needs VALUES (?,?,?)", planted)
        for need in (f"N{n:02}" for n in _NEEDS):
            self._db.executemany("INSERT INTO aims VALUES (?,?,?)", self._themes_of(need))
            of_need = f"(SELECT theme FROM aims, way WHERE need = '{need}' AND reach <= way.wide)"
            self._db.execute(f"CREATE VIEW {need} AS SELECT record FROM i WHERE theme IN {of_need}")

    def rows(self, sql: str, wide: int = 0) -> list[tuple[str, float]]:
        """What a case's SQL counts: (part of a label, number); a bare condition counts records.

        `wide`: the themes of a need are 0 the largest, 1 those of the same name too, 2 all that are mostly about it.
        """
        query = sql if sql.startswith("select ") else f"SELECT '反馈', count(*) FROM r WHERE {sql}"
        self._db.execute("UPDATE way SET wide = ?", (wide,))
        return [(str(label), float(n)) for label, n in self._db.execute(query)]

    def readings(self, case_sql: Sequence[str]) -> list[list[tuple[str, float]]]:
        """The rows of every right way to understand a question."""
        found = [self.rows(sql, wide) for sql in case_sql for wide in range(3)]
        return [rows for place, rows in enumerate(found) if rows and rows not in found[:place]]

    def needs_of(self, record_id: str) -> set[str]:
        """The planted needs of a record, by the product's id for it."""
        query = "SELECT need FROM needs JOIN texts ON texts.record = needs.record WHERE texts.id = ?"
        return {need for (need,) in self._db.execute(query, (record_id,))}

    def size_of(self, need: str) -> int:
        """Records with a planted need."""
        return int(self._db.execute("SELECT count(DISTINCT record) FROM needs WHERE need = ?", (need,)).fetchone()[0])

    def ladders_of(self, need: str, most: int = 2) -> list[str]:
        """A planted need in words, as some of its records have it."""
        query = "SELECT DISTINCT words FROM needs WHERE need = ? ORDER BY record LIMIT ?"
        return [words for (words,) in self._db.execute(query, (need, most))]

    def text_of(self, record_id: str) -> str:
        """The masked text of a record, as it is kept."""
        row = self._db.execute("SELECT text FROM texts WHERE id = ?", (record_id,)).fetchone()
        return row[0] if row else ""

    def regions(self, beginnings: Sequence[str]) -> set[str]:
        """Stored regions that begin in one of some ways."""
        every = (region for (region,) in self._db.execute("SELECT DISTINCT region FROM r"))
        return {region for region in every if region.startswith(tuple(beginnings))}

    def first_day_of(self, version: str) -> str:
        """The first day on which a record says a version."""
        row = self._db.execute("SELECT min(day) FROM r WHERE said LIKE ?", (f"%{version}%",)).fetchone()
        return str(row[0])

    def recounted(self, how: str) -> int | None:
        """What a figure's own account of itself (``count records where …``) comes to; None where it is no plain count."""
        told = _HOW.match(how)
        if told is None:
            return None
        facts, needs, values = [], [], []
        for name, chosen in _terms(told["where"], told["by"], told["key"]):
            if name in _OF_NEED:
                needs.append(f"{_OF_NEED[name]} IN ({','.join('?' * len(chosen))})")
                values.append(("need", chosen))
            else:
                facts.append(_fact(name, chosen))
                values.append(("fact", chosen * (2 if name == "product" and chosen != ("unknown",) else 1)))
        if told["of"]:
            named = tuple("" if one == "unknown" else one for one in told["named"].split("|"))
            facts.append(f"coalesce({told['of']}, '') NOT IN ({','.join('?' * len(named))})")
            values.append(("fact", named))
        for word in told["words"].split(" and ") if told["words"] else ():
            either = tuple(word.split(" or "))
            facts.append(f"({' OR '.join('instr(said, ?) > 0' for _ in either)})")
            values.append(("fact", either))
        if needs:
            facts.append(f"id IN (SELECT record FROM i WHERE {' AND '.join(needs)})")
        what = "count(*)" if told["what"] == "records" else "count(DISTINCT person)"
        given = [v for kind in ("fact", "need") for of, chosen in values if of == kind for v in chosen]
        query = f"SELECT {what} FROM r" + (f" WHERE {' AND '.join(facts)}" if facts else "")
        return int(self._db.execute(query, given).fetchone()[0])

    def _themes_of(self, need: str) -> list[tuple[str, str, int]]:
        """(theme, need, reach) of the themes of which this is the planted need that most of their records carry."""
        query = (
            "SELECT theme, max(title), need, count(DISTINCT i.record) n FROM i JOIN needs ON needs.record = i.record"
            " WHERE theme IS NOT NULL GROUP BY theme, need ORDER BY n DESC, need"
        )
        first: dict[str, tuple[str, str]] = {}
        for theme, title, most, _ in self._db.execute(query):
            first.setdefault(theme, (title or "", most))
        own = [(theme, title) for theme, (title, most) in first.items() if most == need]
        stem = own[0][1][:4] if own else ""
        return [(theme, need, 0 if not at else 1 if title[:4] == stem else 2) for at, (theme, title) in enumerate(own)]


def _record(one: Mapping[str, Any], own: Sequence[Any]) -> tuple[Any, ...]:
    who, day = one.get("customer") or {}, one["created_at"][:10]
    facts = (
        one["channel"],
        day,
        day[:7],
        one["product"],
        one["model"],
        who.get("segment"),
        who.get("region"),
        who.get("id"),
    )
    return (one["id"], *facts, own[1], own[0], f"{own[2]}\n{own[3]}")


def _ladder(need: Mapping[str, Any]) -> str:
    return f"表象：{need['surface']}；次深层：{need['secondary']}；深层：{need['deep']}"


def _terms(where: str | None, by: str | None, key: str | None) -> list[tuple[str, tuple[str, ...]]]:
    terms = [term.partition("=") for term in where.split(" and ")] if where else []
    found = [(name, tuple(value.split("|"))) for name, _, value in terms]
    return [*found, (by, (key or "",))] if by else found


def _fact(name: str, chosen: tuple[str, ...]) -> str:
    n = len(chosen)
    marks = ",".join("?" * n)
    if chosen == ("unknown",):
        return f"coalesce({name}, '') IN ('', ?)"
    if name == "product":
        return f"(product IN ({marks}) OR model IN ({marks}))"
    if name in {"since", "until"}:
        return f"day {'>=' if name == 'since' else '<='} ?"
    if name == "week":
        return "date(day, '-6 days', 'weekday 1') = ?"
    if name not in _OF_RECORD:
        raise ValueError(name)
    return f"{name} IN ({marks})"
