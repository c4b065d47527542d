"""Structured logs: one JSON object a line, with the request id, order id and actor that are bound at the time."""

import logging
import sys
from typing import Any

import structlog


def _without_traceback_of_refusals(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A request that was refused (403, 400) is no fault of the program: where it was refused is no news."""
    if event.get("logger") == "django.request" and event.get("level") == "warning":
        event.pop("exc_info", None)
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    _without_traceback_of_refusals,
    structlog.processors.format_exc_info,
]


def configure(settings: dict[str, str]) -> None:
    """Django's `LOGGING_CONFIG`: `level` as in logging, `format` json or plain."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if settings["format"] == "plain"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings["level"])
    # It tells at INFO of every registration and of every job that went well, each minute.
    logging.getLogger("procrastinate").setLevel(max(logging.WARNING, root.level))
