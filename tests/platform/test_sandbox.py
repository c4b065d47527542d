"""The child every foreign document is opened in: each limit one step below and above, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderloop.platform import sandbox
from orderloop.platform.sandbox import Ending, Limits, Outcome

ROOT = Path(__file__).parents[2]
MB = 1024**2


@pytest.fixture(autouse=True)
def search_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    sandbox.stop()
    monkeypatch.setattr(sandbox, "SEARCH_PATHS", (str(ROOT),))
    yield
    sandbox.stop()


def ran(name: str, argument: object = "", content: bytes = b"", **limits: float) -> Outcome:
    function = f"tests.platform.hostile_functions:{name}"
    return sandbox.run(function, content, str(argument).encode(), limits=Limits(**limits))  # type: ignore[arg-type]


def ending(name: str, argument: object = "", **limits: float) -> tuple[Ending, bytes, str]:
    outcome = ran(name, argument, **limits)
    return outcome.ending, outcome.answer, outcome.detail


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: object) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def test_bytes_go_in_and_come_out_whole() -> None:
    content = bytes(range(256)) * 40_000
    assert ran("echo", "é", content).answer == "é".encode() + content
    assert ran("echo", "", b"").answer == b""


def test_the_function_that_raises_is_named_with_its_place_and_without_its_words() -> None:
    outcome = ran("fail", content=b"a secret of the document")
    assert outcome.ending is Ending.RAISED
    assert outcome.detail.startswith("LookupError hostile_functions.py:")
    assert outcome.calls.splitlines()[-1].endswith(" in fail")
    assert "secret" not in outcome.detail + outcome.calls


@pytest.mark.parametrize(("taken", "expected"), [(90 * MB, Ending.OK), (101 * MB, Ending.MEMORY)])
def test_memory_is_limited_beyond_what_the_parsers_hold(taken: int, expected: Ending) -> None:
    assert ran("take_memory", taken, memory=100 * MB).ending is expected


def test_memory_taken_bit_by_bit_ends_as_well() -> None:
    assert ending("take_memory_bit_by_bit", memory=100 * MB) == (Ending.MEMORY, b"", "")


@pytest.mark.parametrize(("spent", "expected"), [(0.2, Ending.OK), (5, Ending.CPU)])
def test_the_processor_is_limited(spent: float, expected: Ending) -> None:
    assert ran("take_processor", spent, cpu_seconds=1).ending is expected


@pytest.mark.parametrize(("waited", "expected"), [(0.1, Ending.OK), (60, Ending.TIME)])
def test_the_clock_is_limited(waited: float, expected: Ending) -> None:
    assert ran("wait", waited, wall_seconds=3).ending is expected


@pytest.mark.parametrize("may_thread", [False, True])
def test_what_takes_long_or_threads_comes_behind_everything_else(may_thread: bool) -> None:
    assert ran("wait_until_last", 15, may_thread=may_thread).answer == b"19"


@pytest.mark.parametrize(("said", "expected"), [(1000, Ending.OK), (1001, Ending.ANSWER_TOO_LARGE)])
def test_the_answer_is_limited_to_the_byte(said: int, expected: Ending) -> None:
    assert ran("say", said, answer=1000).ending is expected


@pytest.mark.parametrize(("count", "answer"), [(16, b"opened"), (17, b"refused")])
def test_open_files_are_limited_to_the_file(count: int, answer: bytes) -> None:
    # The three usual ones, the line to the parent, and those the function opens.
    assert ran("open_files", count, open_files=20).answer == answer


def test_no_file_is_written(tmp_path: Path) -> None:
    path = tmp_path / "written"
    assert ran("write_file", path).answer in {b"PermissionError", b"OSError"}
    assert not path.exists() or path.read_bytes() == b""


def test_nothing_is_reached_over_the_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            pass
        assert ran("connect", port).answer in {b"PermissionError", b"OSError", b"ConnectionRefusedError"}


def test_no_other_program_is_started() -> None:
    assert ran("start_process").answer == b"refused"


def test_the_environment_holds_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:secret@somewhere/")
    names = {line.partition("=")[0] for line in ran("environment").answer.decode().splitlines()}
    assert names <= {"PATH", "LANG", "LC_CTYPE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}


def test_only_the_usual_files_and_the_line_to_the_parent_are_open(tmp_path: Path) -> None:
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        # The fifth is the listing itself.
        assert len(ran("what_is_open").answer.split(b",")) == 5


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [
        ("send_signal", "SIGABRT", (Ending.CRASHED, b"", "SIGABRT")),
        ("send_signal", "SIGKILL", (Ending.KILLED, b"", "SIGKILL")),
        ("read_nowhere", "", (Ending.CRASHED, b"", "SIGSEGV")),
    ],
)
def test_a_crash_is_named_by_its_signal(name: str, argument: str, expected: tuple[Ending, bytes, str]) -> None:
    assert ending(name, argument) == expected


def test_an_attempt_to_leave_is_an_exception_like_others() -> None:
    assert ran("leave").ending is Ending.RAISED


def test_an_unknown_function_is_named() -> None:
    assert sandbox.run("orderloop.nowhere:nothing", b"").detail.startswith("ModuleNotFoundError")


def test_after_every_ending_the_next_document_is_read() -> None:
    for name, argument in (("send_signal", "SIGABRT"), ("fail", ""), ("say", 10 * MB), ("read_nowhere", "")):
        ran(name, argument, answer=MB)
    assert ran("echo", "still here").answer == b"still here"


def test_a_child_killed_from_outside_is_named_and_the_host_goes_on() -> None:
    found: list[Outcome] = []
    worker = threading.Thread(target=lambda: found.append(ran("be_told_apart", "sandboxkill1")))
    worker.start()
    assert until(lambda: _named("sandboxkill1"))
    os.kill(_named("sandboxkill1")[0], signal.SIGKILL)
    worker.join(20)
    assert [(each.ending, each.detail) for each in found] == [(Ending.KILLED, "SIGKILL")]


def test_a_host_that_is_killed_is_replaced_and_its_children_end() -> None:
    first, second = (int(pid) for pid in ran("who_am_i").answer.split())
    os.kill(second, signal.SIGKILL)
    child, host = (int(pid) for pid in ran("who_am_i").answer.split())
    assert (host != second, child != first) == (True, True)
    assert until(lambda: not is_alive(second))


def test_a_host_killed_in_the_middle_of_a_document_costs_one_more_try() -> None:
    found: list[Outcome] = []
    worker = threading.Thread(target=lambda: found.append(ran("be_told_apart", "sandboxkill2", wall_seconds=3)))
    worker.start()
    assert until(lambda: _named("sandboxkill2"))
    child = _named("sandboxkill2")[0]
    os.kill(int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1]), signal.SIGKILL)
    worker.join(20)
    assert [each.ending for each in found] == [Ending.TIME]
    assert until(lambda: not _named("sandboxkill2"))


def test_a_parent_that_is_killed_leaves_nobody_behind() -> None:
    script = (
        "from orderloop.platform import sandbox;"
        f"sandbox.SEARCH_PATHS = ({str(ROOT)!r},);"
        "sandbox.run('tests.platform.hostile_functions:be_told_apart', b'', b'sandboxorphan')"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    assert until(lambda: _named("sandboxorphan"))
    child = _named("sandboxorphan")[0]
    host = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1])
    parent.kill()
    parent.wait()
    assert until(lambda: not is_alive(child) and not is_alive(host))


def test_a_forked_copy_of_a_process_gets_a_host_of_its_own() -> None:
    host = ran("who_am_i").answer.split()[1]
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(write, ran("who_am_i").answer.split()[1])
        sandbox.stop()
        os._exit(0)
    os.waitpid(pid, 0)
    other = os.read(read, 100)
    os.close(read)
    os.close(write)
    assert other and other != host
    assert ran("who_am_i").answer.split()[1] == host


def test_a_host_is_replaced_after_so_many_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MOST_DOCUMENTS", 2)
    hosts = [ran("who_am_i").answer.split()[1] for _ in range(5)]
    assert hosts[0] == hosts[1] != hosts[2] == hosts[3] != hosts[4]
    assert until(lambda: not is_alive(int(hosts[0])) and not is_alive(int(hosts[2])))


def test_many_threads_read_at_the_same_time() -> None:
    answers: dict[int, bytes] = {}

    def read(number: int) -> None:
        answers[number] = ran("echo", number, b"x" * 100_000).answer

    threads = [threading.Thread(target=read, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == {number: str(number).encode() + b"x" * 100_000 for number in range(24)}


def _named(name: str) -> list[int]:
    """The processes that call themselves so."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "comm").read_text().strip() == name:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found
