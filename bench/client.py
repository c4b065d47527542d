"""A load generator of its own process: so many connections, each sending its next order when the last is answered.

With `pace`, the orders of all connections together begin at that rate a second as long as they are answered in time.
Plain sockets and asyncio, so that it takes little of the cores it shares with server and database.
"""

import asyncio
import json
import random
import sys
import time
from typing import Any


async def _connection(
    address: tuple[str, int], requests: "list[bytes]", until: float, times: list[float], bad: list[str], pause: float
) -> None:
    reader, writer = await asyncio.open_connection(*address)
    await asyncio.sleep(random.random() * pause)
    due = time.perf_counter()
    while requests and time.perf_counter() < until:
        if pause:
            due = max(due + pause * 2 * random.random(), time.perf_counter() - pause)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        start = time.perf_counter()
        writer.write(requests.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        times.append(time.perf_counter() - start)
        if not head.startswith(b"HTTP/1.1 201"):
            bad.append(head[:40].decode() + body[:200].decode())
    writer.close()


async def _run(task: dict[str, Any]) -> dict[str, object]:
    requests = [_request(task, n) for n in range(int(task["most"]))]
    requests.reverse()
    times: list[float] = []
    bad: list[str] = []
    start = time.perf_counter()
    until = start + float(task["seconds"])
    address = ("127.0.0.1", int(task["port"]))
    clients, pace = int(task["clients"]), float(task.get("pace") or 0)
    pause = clients / pace if pace else 0.0
    await asyncio.gather(*(_connection(address, requests, until, times, bad, pause) for _ in range(clients)))
    took = time.perf_counter() - start
    times.sort()
    return {
        "orders": len(times) - len(bad),
        "bad": bad[:3],
        "seconds": took,
        "p50": times[len(times) // 2] * 1000,
        "p99": times[int(len(times) * 0.99)] * 1000,
    }


def _request(task: dict[str, Any], n: int) -> bytes:
    serial = f"{task['tag']}-{n}"
    order = {
        "customer": f"C{n % 100:04d}",
        "po_number": serial,
        "requested_on": task["requested_on"],
        "lines": [{"item": f"P{(n * 7 + k * 31) % 200:04d}", "quantity": 2 + k} for k in range(3)],
    }
    body = json.dumps(order).encode()
    head = (
        f"POST {task['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept-Language: en\r\n"
        f"Authorization: Bearer {task['token']}\r\nIdempotency-Key: {serial}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.loads(sys.stdin.read())))))
