"""Secrets shared with other systems, from the command line: made and shown once, changed, retired, listed."""

import sys
from typing import Annotated

import typer

from orderloop.entrypoints.cli.screen import Failure, say, say_json, say_table
from orderloop.entrypoints.cli.words import gettext as _

secret_app = typer.Typer(help="Secrets shared with other systems.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
NAME = "webhook:SOURCE, cxml:IDENTITY, post:PARTNER (number of his page), or robot:NAME."


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(secret_app, name="secret")
    secret_app.command("make")(make_secret)
    secret_app.command("retire")(retire_secret)
    secret_app.command("list")(list_secrets)


def make_secret(
    name: Annotated[str, typer.Argument(help=NAME)],
    customer: Annotated[str, typer.Option(help="Code of the customer whose all is that comes under it.")] = "",
    hours: Annotated[int, typer.Option(min=0, max=720, help="Hours the former secret counts for.")] = 72,
    given: Annotated[bool, typer.Option("--given", help="Take the secret from standard input; make none.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a secret, or a new one where there is one. It is shown this once; the former counts for --hours longer."""
    from orderloop.entrypoints.cli.working import at_work

    with at_work("app"):
        from datetime import UTC, datetime, timedelta

        from orderloop.entrypoints.cli.people import customer_id_of
        from orderloop.flow.services.connections import change_secret, fault_of
        from orderloop.foundation.actor import SYSTEM

        value = sys.stdin.read().strip() if given else ""
        fault = fault_of(name, value)
        if fault is not None or (given and not value):
            raise Failure(f"{name} was not made: {fault.code if fault else 'standard input is empty'}. {NAME}")
        secret = change_secret(
            name, customer_id=customer_id_of(customer), value=value, overlap=timedelta(hours=hours),
            at=datetime.now(UTC), actor=SYSTEM,
        )  # fmt: skip
        if given:
            say(f"The secret of {name} is kept.")
        elif as_json:
            say_json({"name": name, "secret": secret})
        else:
            say(secret)


def retire_secret(name: Annotated[str, typer.Argument(help=NAME)]) -> None:
    """End a secret at once, and the former one with it."""
    from orderloop.entrypoints.cli.working import at_work

    with at_work("app"):
        from datetime import UTC, datetime

        from orderloop.flow.services.connections import retire_secret as retire
        from orderloop.foundation.actor import SYSTEM

        if not retire(name, at=datetime.now(UTC), actor=SYSTEM):
            raise Failure(f"There is no secret of {name} that counts.")
        say(f"The secret of {name} does not count any more.")


def list_secrets(as_json: AsJson = False) -> None:
    """Every secret by its name; none is shown."""
    from orderloop.entrypoints.cli.working import at_work

    with at_work("app"):
        from datetime import UTC, datetime

        from orderloop.flow.queries.exchanged import secrets_listed

        rows = [
            {
                "name": row.name, "customer": row.customer_code, "changed_at": row.changed_at.isoformat(),
                "changed_by": row.changed_by,
                "former_counts_until": row.overlaps_until.isoformat() if row.overlaps_until else None,
                "retired_at": row.retired_at.isoformat() if row.retired_at else None,
            }
            for row in secrets_listed(at=datetime.now(UTC))
        ]  # fmt: skip
        if as_json:
            say_json(rows)
        else:
            columns = [_("Name"), _("Customer"), _("Last changed"), _("Changed by"), _("Former until"), _("Retired")]
            say_table(_("Secrets"), columns, [[str(value or "") for value in row.values()] for row in rows])
