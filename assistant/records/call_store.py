"""The model's answers, kept so that no call is paid for twice."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from assistant.domain.engine import Usage
from assistant.records.database import Database, now
from assistant.records.tables import model_calls


class CallStore:
    """A call cache over the table `model_calls`; safe for several threads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, key: str) -> str | None:
        """The stored answer (JSON) to exactly this call, or None."""
        with self.database.reading() as connection:
            return connection.scalar(select(model_calls.c.answer).where(model_calls.c.key == key))

    def put(self, key: str, model: str, prompt_name: str, answer_json: str, usage: Usage) -> None:
        """Keep an answer under everything that shaped it."""
        self.put_many([(key, model, prompt_name, answer_json, usage)])

    def put_many(self, answers: Sequence[tuple[str, str, str, str, Usage]]) -> None:
        """Keep answers (key, model, prompt's name, JSON, cost) in one transaction; of equal keys the last counts."""
        at = now()
        rows = {
            key: {
                "key": key, "model": model, "prompt": name, "answer": answer, "at": at,
                "prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens,
            }
            for key, model, name, answer, usage in answers
        }  # fmt: skip

        def put(connection: Connection) -> None:
            connection.execute(delete(model_calls).where(model_calls.c.key.in_(list(rows))))
            connection.execute(insert(model_calls), [rows[key] for key in sorted(rows)])

        self.database.beside(put)
