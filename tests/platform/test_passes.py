"""What is done again and again beside the jobs: at once while there is something to do, one failing alone."""

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest

from orderloop.platform import jobs


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, jobs.Pass]]:
    """None registered, and no pause between them."""
    monkeypatch.setattr(jobs, "_lanes", {jobs.USUAL: {}})
    monkeypatch.setattr(jobs, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE", 0.001)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    yield jobs._lanes[jobs.USUAL]


def test_a_pass_is_done_until_it_is_stopped_and_one_that_fails_holds_up_none(passes: dict[str, jobs.Pass]) -> None:
    stopped = threading.Event()
    done: list[str] = []

    def work(at: datetime) -> int:
        done.append("work")
        if len(done) >= 6:
            stopped.set()
        return 1

    def fail(at: datetime) -> int:
        done.append("fail")
        raise ValueError("broken")

    jobs.register_pass("fail", fail)
    jobs.register_pass("work", work)
    jobs.work_until(stopped)
    assert done.count("work") >= 3
    assert done[:2] == ["fail", "work"]
