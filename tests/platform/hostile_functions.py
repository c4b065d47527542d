"""What a parser that has gone wrong may do, run inside the sandbox by the tests of it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time


def echo(content: bytes, argument: bytes) -> bytes:
    return argument + content


def take_memory(content: bytes, argument: bytes) -> bytes:
    return str(len(bytearray(int(argument)))).encode()


def take_memory_bit_by_bit(content: bytes, argument: bytes) -> bytes:
    kept = []
    while True:
        kept.append(bytearray(1024 * 1024))


def take_processor(content: bytes, argument: bytes) -> bytes:
    end = time.process_time() + float(argument)
    while time.process_time() < end:
        pass
    return b"done"


def wait(content: bytes, argument: bytes) -> bytes:
    time.sleep(float(argument))
    return b"done"


def say(content: bytes, argument: bytes) -> bytes:
    return b"x" * int(argument)


def fail(content: bytes, argument: bytes) -> bytes:
    raise LookupError(content.decode())


def leave(content: bytes, argument: bytes) -> bytes:
    sys.exit(3)


def send_signal(content: bytes, argument: bytes) -> bytes:
    signal.raise_signal(signal.Signals[argument.decode()])
    time.sleep(10)
    return b"alive"


def read_nowhere(content: bytes, argument: bytes) -> bytes:
    ctypes.string_at(0)
    return b"alive"


def write_file(content: bytes, argument: bytes) -> bytes:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    path = argument.decode()
    try:
        with open(path, "wb") as target:
            target.write(b"x" * 10)
    except OSError as error:
        return type(error).__name__.encode()
    return b"written"


def open_files(content: bytes, argument: bytes) -> bytes:
    kept = []
    try:
        for _ in range(int(argument)):
            kept.append(open("/dev/null", "rb"))  # noqa: SIM115
    except OSError:
        return b"refused"
    return b"opened"


def connect(content: bytes, argument: bytes) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", int(argument)), timeout=2):
            return b"connected"
    except OSError as error:
        return type(error).__name__.encode()


def start_process(content: bytes, argument: bytes) -> bytes:
    try:
        return subprocess.run(["/bin/true"], check=True, capture_output=True).stdout + b"started"
    except OSError:
        return b"refused"


def what_is_open(content: bytes, argument: bytes) -> bytes:
    return ",".join(sorted(os.listdir("/proc/self/fd"))).encode()


def environment(content: bytes, argument: bytes) -> bytes:
    return "\n".join(f"{name}={value}" for name, value in sorted(os.environ.items())).encode()


def who_am_i(content: bytes, argument: bytes) -> bytes:
    return f"{os.getpid()} {os.getppid()}".encode()


def be_told_apart(content: bytes, argument: bytes) -> bytes:
    """Write this process's number where the test can see it without a file: into its own name."""
    ctypes.CDLL(None).prctl(15, argument, 0, 0, 0)
    time.sleep(60)
    return b""


def wait_until_last(content: bytes, argument: bytes) -> bytes:
    end = time.monotonic() + float(argument)
    while time.monotonic() < end and os.getpriority(os.PRIO_PROCESS, 0) < 19:
        time.sleep(0.05)
    return str(os.getpriority(os.PRIO_PROCESS, 0)).encode()
