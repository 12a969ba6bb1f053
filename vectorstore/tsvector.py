"""Tokens on PostgreSQL: a `tsvector` of lexemes for each passage under a GIN index, and a table of how many hold each.

A lexeme is the column's letter and the token. How often a gram comes in a passage is written in lexemes too, one for
each set bit of the count less one: a GIN index keeps no counts, and reading the passages' own vectors instead would
take ten times as long. So the numbers are exact, and a term that comes once costs nothing more.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from vectorstore.postings import MOST, Held, Postings, Term
from vectorstore.vectors import Rows
from vectorstore.workers import Cut

LONG = 200
"""A token with more characters goes by its digest: a lexeme may have 2,046 bytes."""
ROOM = 900_000
"""Bytes of a passage's lexemes at most, the first of it (a `tsvector` takes 1 MB): some 100,000 different characters."""
_BIT = "\x1f"
"""Stands between a gram and the bit of its count; in no token."""
_PASSAGES, _TOKENS = "", "\x1f"
"""What the numbers of all passages and of all tokens are kept under."""

_ADD = """
INSERT INTO passages_full_text("row", length, tokens)
SELECT r, l, array_to_tsvector(string_to_array(t, ' '))
FROM unnest(CAST(:rows AS integer[]), CAST(:lengths AS integer[]), CAST(:tokens AS text[])) AS given(r, l, t)
"""
_SORT_IN = "SELECT gin_clean_pending_list('passages_full_text_tokens')"
"""Every search would go through the list of what is new, once for each term: five times as long as all the rest."""
_COUNT_IN = """
INSERT INTO passages_full_text_terms AS known (term, passages)
SELECT term, n FROM unnest(CAST(:terms AS text[]), CAST(:counts AS bigint[])) AS given(term, n)
ON CONFLICT (term) DO UPDATE SET passages = known.passages + excluded.passages
"""
_REMOVE = """
WITH gone AS (DELETE FROM passages_full_text WHERE "row" = ANY(CAST(:rows AS integer[])) RETURNING length, tokens),
less AS (
    SELECT lexeme AS term, count(*) AS n
    FROM gone CROSS JOIN unnest(tsvector_to_array(gone.tokens)) AS lexeme GROUP BY lexeme
    UNION ALL SELECT :all_passages, count(*) FROM gone
    UNION ALL SELECT :all_tokens, coalesce(sum(length), 0) FROM gone
)
UPDATE passages_full_text_terms AS known SET passages = known.passages - less.n FROM less WHERE known.term = less.term
"""
_CLEAR = "DELETE FROM passages_full_text", "DELETE FROM passages_full_text_terms"
"""Not truncated: searches go on in what was there until the transaction ends."""
_COUNT_ALL = """
INSERT INTO passages_full_text_terms(term, passages)
SELECT word, ndoc FROM ts_stat('SELECT tokens FROM passages_full_text')
UNION ALL SELECT :all_passages, count(*) FROM passages_full_text
UNION ALL SELECT :all_tokens, coalesce(sum(length), 0) FROM passages_full_text
"""
_SCRUB = (
    "CLUSTER passages_full_text USING passages_full_text_pkey",
    "TRUNCATE passages_full_text_terms",
)
_KNOWN = "SELECT term, passages FROM passages_full_text_terms WHERE term = ANY(CAST(:terms AS text[])) AND passages > 0"
_QUERY = r"CAST('''' || replace(replace(term, '\', '\\'), '''', '''''') || '''' AS tsquery)"
_POSTINGS = f"""
SELECT term, held FROM passages_full_text_terms CROSS JOIN LATERAL (
    SELECT string_agg(int4send("row"), CAST('' AS bytea)) AS held FROM passages_full_text WHERE tokens @@ {_QUERY}
) AS found
WHERE term = ANY(CAST(:terms AS text[])) AND passages > 0
"""  # noqa: S608 - of constants
_HOLDING = 'SELECT "row" FROM passages_full_text WHERE tokens @@ CAST(:query AS tsquery) ORDER BY "row"'
_LENGTHS = """
SELECT string_agg(int4send("row"), CAST('' AS bytea)), string_agg(int4send(length), CAST('' AS bytea))
FROM (SELECT "row", length FROM passages_full_text WHERE "row" > :last ORDER BY "row") AS newer
"""


@dataclass(frozen=True, slots=True)
class Tsvector:
    """`vectorstore.postings.Tokens` on PostgreSQL; whoever writes has waited for its turn (`vectorstore.turns`)."""

    connection: Connection

    def add(self, rows: Sequence[int], cut: Sequence[Cut]) -> None:
        """See `Tokens.add`."""
        counted = self._insert(rows, cut)
        terms = sorted(counted)
        self.connection.execute(text(_COUNT_IN), {"terms": terms, "counts": [counted[term] for term in terms]})

    def remove(self, rows: Sequence[int], cut: Callable[[], Sequence[Cut]]) -> None:
        """See `Tokens.remove`; the table knows what it held."""
        self.connection.execute(text(_REMOVE), {"rows": list(rows), **_TOTALS})

    def refill(self, parts: Iterable[tuple[Sequence[int], Sequence[Cut]]]) -> None:
        """See `Tokens.refill`; counted once at the end."""
        for statement in _CLEAR:
            self.connection.execute(text(statement))
        for rows, cut in parts:
            self._insert(rows, cut)
        self.connection.execute(text(_COUNT_ALL), _TOTALS)

    def scrub(self) -> None:
        """See `Tokens.scrub`; writes both tables and their indexes anew, while searches wait.

        Deleted in a transaction of its own before, so that nobody needs the dead rows any more.
        """
        for statement in _SCRUB:
            self.connection.execute(text(statement))
        self.connection.execute(text(_COUNT_ALL), _TOTALS)

    def count(self) -> int:
        """See `Tokens.count`."""
        return self._known([_PASSAGES]).get(_PASSAGES, 0)

    def frequencies(self, terms: Sequence[str]) -> dict[Term, int]:
        """See `Tokens.frequencies`."""
        asked = {_lexeme(column, term): (column, term) for term in terms for column in ("words", "grams")}
        return {asked[lexeme]: passages for lexeme, passages in self._known(list(asked)).items()}

    def holding(self, grams: Sequence[str]) -> list[int]:
        """See `Tokens.holding`."""
        query = " & ".join(f"'{_escaped(_lexeme('grams', gram))}'" for gram in grams)
        return [int(row) for row in self.connection.execute(text(_HOLDING), {"query": query}).scalars()]

    def postings(self, terms: Sequence[Term]) -> list[Postings]:
        """See `Tokens.postings`; all in one query."""
        asked = [lexeme for term in terms for lexeme in _lexemes_of(term)]
        found = {term: _numbers(held) for term, held in self.connection.execute(text(_POSTINGS), {"terms": asked})}
        return [_counted(_lexeme(*term), found) for term in terms]

    def lengths(self, after: int) -> Iterator[tuple[Rows, NDArray[np.int64]]]:
        """See `Tokens.lengths`."""
        rows, lengths = self.connection.execute(text(_LENGTHS), {"last": after}).one()
        if rows:
            yield _numbers(rows).astype(np.int64), _numbers(lengths).astype(np.int64)

    def totals(self) -> tuple[int, int]:
        """See `Tokens.totals`."""
        known = self._known([_PASSAGES, _TOKENS])
        return known.get(_PASSAGES, 0), known.get(_TOKENS, 0)

    def _known(self, lexemes: Sequence[str]) -> dict[str, int]:
        found = self.connection.execute(text(_KNOWN), {"terms": list(lexemes)})
        return {str(term): int(passages) for term, passages in found}

    def _insert(self, rows: Sequence[int], cut: Sequence[Cut]) -> Counter[str]:
        """Write passages; returns how many of them hold each lexeme, and the two totals."""
        counted = Counter[str]()
        lengths, tokens = [], []
        for words, grams in cut:
            lexemes, length = _lexemes(words.split(), grams.split())
            counted.update(lexemes)
            counted[_PASSAGES] += 1
            counted[_TOKENS] += length
            lengths.append(length)
            tokens.append(" ".join(lexemes))
        self.connection.execute(text(_ADD), {"rows": list(rows), "lengths": lengths, "tokens": tokens})
        self.connection.execute(text(_SORT_IN))
        return counted


_TOTALS = {"all_passages": _PASSAGES, "all_tokens": _TOKENS}


def _lexemes(words: Sequence[str], grams: Sequence[str]) -> tuple[list[str], int]:
    """Different lexemes of a passage, and how many tokens it has."""
    found = [_lexeme("words", word) for word in dict.fromkeys(words)]
    for gram, count in Counter(grams).items():
        lexeme = _lexeme("grams", gram)
        found.append(lexeme)
        if count > 1:
            found += _bits(lexeme, min(count, MOST) - 1)
    if sum(map(len, found)) * 4 > ROOM:  # never, where people write: only then is it looked at closely
        found = _within(found, ROOM)
    return found, len(words) + len(grams)


def _within(lexemes: Sequence[str], room: int) -> list[str]:
    sizes = np.cumsum([len(lexeme.encode()) + 4 for lexeme in lexemes])
    return list(lexemes[: int(np.searchsorted(sizes, room, side="right"))])


def _lexeme(column: str, token: str) -> str:
    kept = token if len(token) <= LONG else blake2b(token.encode(), digest_size=16).hexdigest()
    return column[0] + kept


def _escaped(lexeme: str) -> str:
    return lexeme.replace("\\", "\\\\").replace("'", "''")


def _bits(lexeme: str, more: int) -> list[str]:
    return [f"{lexeme}{_BIT}{bit}" for bit in range(more.bit_length()) if more >> bit & 1]


def _lexemes_of(term: Term) -> list[str]:
    """What must be looked up to know all of a term."""
    lexeme = _lexeme(*term)
    return [lexeme] if term[0] == "words" else [lexeme, *_bits(lexeme, MOST)]


def _counted(lexeme: str, found: Mapping[str, Held]) -> Postings:
    rows = np.sort(found.get(lexeme, np.zeros(0, dtype=np.int32)))
    counts = np.ones(len(rows), dtype=np.int64)
    for bit in range(MOST.bit_length()):
        more = found.get(f"{lexeme}{_BIT}{bit}")
        if more is not None:
            counts[np.searchsorted(rows, more)] += 1 << bit
    return Postings(rows, counts.astype(np.uint16))


def _numbers(sent: bytes | None) -> Held:
    """What `int4send` wrote, one behind the other."""
    return np.frombuffer(sent or b"", dtype=">i4").astype(np.int32)
