"""What the fax server's hook calls for every call it has taken."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from orderloop.entrypoints.cli.screen import Failure, say, say_json


def add_to(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(fax)


def fax(
    file: Annotated[Path, typer.Argument(help="The pages as TIFF or PDF; may be missing where none came.")],
    caller: Annotated[str, typer.Option(help="Number of the caller.")] = "",
    pages: Annotated[int, typer.Option(help="Pages the fax server counted; -1 where it does not say.")] = -1,
    error_msg: Annotated[str, typer.Option(help="Why the call broke off; empty where it did not.")] = "",
    comm_id: Annotated[
        str, typer.Option(help="The fax server's own id of the call: handed over twice, kept once.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Hand over a fax that was received: it is stored, and read by the worker; one that broke off is called back."""
    from orderloop.entrypoints.cli.working import at_work
    from orderloop.entrypoints.database import owner_or_app

    # A fax server that names a call but has no file says that nothing came.
    broke_off = bool(error_msg.strip()) or pages == 0 or bool(comm_id)
    if not file.is_file() and not broke_off:
        raise Failure(f"There is no file {file}.")
    content = file.read_bytes() if file.is_file() else b""
    with at_work(owner_or_app()):
        from orderloop.flow.services.faxing import Fax, receive_faxes

        given = Fax(content, file.name, caller, pages if pages >= 0 else None, error_msg, comm_id)
        (received,) = receive_faxes([given], at=datetime.now(UTC))
    if as_json:
        say_json({"message": received.message_id, "whole": received.is_whole, "repeated": received.is_repeated,
                  "customer_id": received.customer_id})  # fmt: skip
        return
    say(
        f"Stored as message {received.message_id}." + ("" if received.is_whole else " The caller is to be called back.")
    )
