"""The model's answers, kept so that no call is paid for twice."""

from sqlalchemy import delete, insert, select

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
        with self.database.writing() as connection:
            connection.execute(delete(model_calls).where(model_calls.c.key == key))
            connection.execute(
                insert(model_calls).values(
                    key=key,
                    model=model,
                    prompt=prompt_name,
                    answer=answer_json,
                    prompt_tokens=usage.prompt_tokens,
                    completion_tokens=usage.completion_tokens,
                    at=now(),
                )
            )
