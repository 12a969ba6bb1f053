"""The service's log: one JSON document a line on stderr, with the id of the request, and no words of anybody."""

import datetime as dt
import json
import logging
import sys

from api.tracing import request_id

_LEVELS = {"voc": logging.INFO} | dict.fromkeys(("uvicorn", "assistant", "vectorstore", "nicegui"), logging.WARNING)
_FIELDS = ("method", "route", "status", "ms", "who")


class JsonLines(logging.Formatter):
    """A line of the log as JSON; of an exception its kind alone, since its words may be a customer's."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"at": moment, "level": record.levelname.lower(), "logger": record.name}
        line["message"] = record.getMessage()
        if (number := request_id.get()) is not None:
            line["request_id"] = number
        line |= {name: value for name in _FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


class _Stderr(logging.Handler):
    """Writes to what stderr is at the moment, not to what it was at the start."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            self.handleError(record)


def start_logging() -> None:
    """Send what the service and its server log to stderr, a JSON document a line."""
    handler = _Stderr()
    handler.setFormatter(JsonLines())
    for name, level in _LEVELS.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
