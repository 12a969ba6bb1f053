"""The service's log: one JSON document a line on stderr, with the id of the request, and no words of anybody."""

import datetime as dt
import json
import logging
import sys
import threading

from api.tracing import request_id

_LEVELS = {"voc": logging.INFO} | dict.fromkeys(("uvicorn", "assistant", "vectorstore"), logging.WARNING)
"""Whose messages are known to hold nobody's words."""
_TALKATIVE = ("engineio.server", "socketio.server")
"""Libraries that would write to stderr by themselves, unless somebody has set how much they are to say."""
_FIELDS = ("method", "route", "status", "ms", "who")
_log = logging.getLogger("voc.api")


def place_of(error: BaseException) -> str:
    """Where an error came from, without its words: they may be a customer's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace is not None else "nowhere"


class JsonLines(logging.Formatter):
    """A line of the log as JSON; of an exception its kind and place alone, since its words may be a customer's.

    What other libraries log is told by where they log it: their messages hold addresses as they were called, what a browser
    said, and the words of exceptions.
    """

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"at": moment, "level": record.levelname.lower(), "logger": record.name}
        ours = record.name.partition(".")[0] in _LEVELS and isinstance(record.msg, str)
        line["message"] = record.getMessage().strip() if ours else f"{record.module}.{record.funcName}:{record.lineno}"
        if (number := request_id.get()) is not None:
            line["request_id"] = number
        line |= {name: value for name in _FIELDS if (value := getattr(record, name, None)) is not None}
        error = record.exc_info[1] if record.exc_info else record.msg
        if isinstance(error, BaseException):
            line |= {"error": type(error).__name__, "place": place_of(error)}
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
    """Send what the service, its server and all libraries log to stderr, a JSON document a line."""
    handler = _Stderr()
    handler.setFormatter(JsonLines())
    for name, level in _LEVELS.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).handlers = []
        logging.getLogger(name).setLevel(logging.ERROR)
    others = logging.getLogger()
    others.handlers = [handler]
    others.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    threading.excepthook = _died


def _died(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _log.error("a thread has died", exc_info=told.exc_value)
