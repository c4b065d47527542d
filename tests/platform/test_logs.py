"""What is logged: one JSON object a line, with a traceback where the program failed and none where it refused."""

import json
import subprocess
import sys

SAYS = """
import logging
from orderloop.platform import logs
logs.configure({"level": "INFO", "format": "json"})
try:
    raise PermissionError("no")
except PermissionError:
    logging.getLogger("django.request").warning("Forbidden: /people", exc_info=True)
    logging.getLogger("django.request").error("Failed: /people", exc_info=True)
    logging.getLogger("orderloop.flow").warning("odd", exc_info=True)
"""


def test_a_refusal_is_one_line_and_a_failure_keeps_its_traceback() -> None:
    said = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True).stderr
    lines = [json.loads(line) for line in said.splitlines()]
    assert [(line["event"], line["level"], "exception" in line) for line in lines] == [
        ("Forbidden: /people", "warning", False),
        ("Failed: /people", "error", True),
        ("odd", "warning", True),
    ]
