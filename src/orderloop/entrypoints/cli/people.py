"""People and tokens from the command line: the first administrator has no page to be made on."""

from typing import Annotated

import typer

from orderloop.entrypoints.cli.screen import Failure, say, say_json

person_app = typer.Typer(help="People who may sign in.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens of the API.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(person_app, name="person")
    app.add_typer(token_app, name="token")
    person_app.command("add")(add_person)
    person_app.callback()(_group)
    token_app.command("create")(create_token)
    token_app.callback()(_group)


def _group() -> None:
    """Keeps a lone command a subcommand."""


def add_person(
    username: str,
    role: Annotated[list[str], typer.Option(help="clerk, credit_reviewer, planner … may be given several times.")],
    name: Annotated[str, typer.Option(help="Name as shown; the username if left out.")] = "",
    email: str = "",
    language: Annotated[str, typer.Option(help="zh-hans or en.")] = "zh-hans",
    customer: Annotated[str, typer.Option(help="For a customer's user: the customer's code.")] = "",
    password: Annotated[
        str, typer.Option(envvar="ORDERLOOP_NEW_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True)
    ] = "",
) -> None:
    """Add someone who may sign in. The password is asked for, or taken from ORDERLOOP_NEW_PASSWORD."""
    from orderloop.entrypoints.cli.working import at_work

    with at_work("app"):
        from datetime import UTC, datetime

        from orderloop.access.facts import PersonNew
        from orderloop.access.services import add_people
        from orderloop.foundation.actor import SYSTEM

        new = PersonNew(username, name or username, tuple(role), password, email, language, customer_id_of(customer))
        outcome = add_people([new], at=datetime.now(UTC), actor=SYSTEM)
        _refuse(outcome, f"{username} was not added")
        say(f"{username} may sign in now.")


def create_token(
    name: str,
    person: Annotated[str, typer.Option(help="Username of the one the token acts for.")],
    scope: Annotated[list[str], typer.Option(help="orders:read, orders:write … may be given several times.")],
    days: Annotated[int, typer.Option(min=0, help="Days it is valid; 0 without end.")] = 365,
    as_json: AsJson = False,
) -> None:
    """Issue a token of the API. Its secret is shown this once and kept nowhere."""
    from orderloop.entrypoints.cli.working import at_work

    with at_work("app"):
        from datetime import UTC, datetime

        from orderloop.access.facts import TokenNew
        from orderloop.access.queries import people_for
        from orderloop.access.services import issue_tokens
        from orderloop.foundation.actor import SYSTEM

        holder = next((each for each in people_for() if each.username == person), None)
        if holder is None:
            raise Failure(f"There is no {person}: `orderloop person add` makes one.")
        new = TokenNew(name, holder.id, tuple(scope), days)
        outcome = issue_tokens([new], at=datetime.now(UTC), actor=SYSTEM)
        _refuse(outcome, f"{name} was not issued")
        secret = outcome.values[name]
        if as_json:
            say_json({"name": name, "person": person, "scopes": scope, "token": secret})
        else:
            say(secret)


def customer_id_of(code: str) -> int | None:
    """The customer with this code, None for an empty one; Failure where there is none."""
    if not code:
        return None
    from orderloop.customers.queries import by_codes

    found = by_codes([code])
    if code not in found:
        raise Failure(f"There is no customer with the code {code}.")
    return found[code].customer_id


def _refuse(outcome: object, words: str) -> None:
    """Name every reason of what was refused."""
    refused = getattr(outcome, "refused", ())
    if refused:
        reasons = "; ".join(
            f"{reason.field or 'all'}: {reason.code}" + (f" {dict(reason.params)}" if reason.params else "")
            for each in refused
            for reason in each.reasons
        )
        raise Failure(f"{words}: {reasons}")
