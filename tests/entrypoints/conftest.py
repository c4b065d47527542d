"""One installation for all tests that start and kill it."""

from collections.abc import Iterator

import pytest
from tests.installations import Installation
from tests.makers import policies as put_in_force


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A home of its own, with nothing in it yet."""
    made = Installation(tmp_path_factory.mktemp("home") / "orderloop")
    yield made
    made.remove()


@pytest.fixture
def running(installation: Installation) -> Installation:
    """The same, running: started where no test before has left it so."""
    if not installation.pids("supervisor"):
        installation.start()
    return installation


@pytest.fixture
def stopped(installation: Installation) -> Installation:
    """The same, stopped."""
    if installation.pids("supervisor"):
        installation.stop()
    return installation


@pytest.fixture
def policies(transactional_db: None) -> None:
    """Version 1 of every policy section in force, as in every database that was prepared."""
    put_in_force()
