"""`orderloop`: the command line. Each command imports what it needs when it runs, so that help comes at once."""

import sys

import typer

from orderloop.entrypoints.cli import data, doctor, fax, intake, people, running, shared_secrets
from orderloop.entrypoints.cli.screen import INTERRUPTED, explained, say_error
from orderloop.entrypoints.cli.words import Spoken

app = typer.Typer(
    name="orderloop",
    cls=Spoken,
    help="Orderloop 订单闭环: the order desk, from message to delivery and back.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
running.add_to(app)
data.add_to(app)
doctor.add_to(app)
people.add_to(app)
shared_secrets.add_to(app)
intake.add_to(app)
fax.add_to(app)


def main() -> None:
    """Run the command line; a fault that was to be expected is told in its own words, with exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:  # only here is it known which faults have words; the others are raised on
        words = explained(error)
        if words is None:
            raise
        say_error(words)
        sys.exit(1)
