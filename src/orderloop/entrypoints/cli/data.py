"""The data as a whole: checked, saved, brought back, brought in from another company."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderloop.entrypoints.cli.screen import Failure, Steps, say, say_json, say_table
from orderloop.entrypoints.cli.words import gettext as _

if TYPE_CHECKING:
    from orderloop.metrics.facts import Violation
    from orderloop.onboarding.facts import Imported

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(check)
    app.command()(backup)
    app.command()(restore)
    app.command("import")(import_company)
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})(
        django
    )


def check(as_json: AsJson = False) -> None:
    """Check what must always hold of the data; exit 1 and name the offending rows where something does not."""
    violations = _violations()
    if as_json:
        say_json([asdict(violation) for violation in violations])
        if violations:
            raise typer.Exit(1)
    else:
        _tell(violations)


def _violations() -> "list[Violation]":
    from orderloop.entrypoints.cli.working import at_work

    with at_work("read"):
        from orderloop.metrics.queries.invariants import check_invariants

        return check_invariants()


def _tell(violations: "Sequence[Violation]") -> None:
    """Name what does not hold, and end with 1 then."""
    if not violations:
        say(_("Everything holds."))
        return
    from django.utils.translation import gettext

    rows = [[v.code, gettext(v.words), str(v.count), ", ".join(v.ids)] for v in violations]
    say_table(_("What does not hold"), [_("Code"), _("What must hold"), _("How many"), _("Which")], rows)
    raise typer.Exit(1)


def backup(file: Path) -> None:
    """Write everything in the database, as of this moment, to one checked file; orders may go on meanwhile."""
    from orderloop.entrypoints.cli.working import at_work
    from orderloop.entrypoints.database import owner_or_app

    with at_work(owner_or_app()), Steps().shown() as steps:
        from orderloop.entrypoints import database
        from orderloop.platform.backup import back_up

        manifest = back_up(file, url=database.url(), at=datetime.now(UTC), progress=steps)
    say(f"{file}: {sum(manifest.rows.values()):,} rows in {len(manifest.rows)} tables, {file.stat().st_size:,} bytes.")


def restore(file: Path) -> None:
    """Bring a backup back into an empty database (a new ORDERLOOP_HOME has one), set all rights anew, then check it."""
    from orderloop.entrypoints.cli.running import prepare
    from orderloop.entrypoints.cli.working import at_work
    from orderloop.entrypoints.database import owner_or_app
    from orderloop.entrypoints.installation import database_running

    if not file.is_file():
        raise Failure(f"There is no file {file}.")
    if owner_or_app() != "owner":
        # Rights are in no backup: restored without them, customers would not be kept apart.
        raise Failure("Only the owner of the tables may restore: name such a role in DATABASE_OWNER_URL.")
    with database_running():
        with at_work("owner"), Steps().shown() as steps:
            from orderloop.entrypoints import database, preparing
            from orderloop.platform import backup

            known = preparing.known_migrations()
            manifest = backup.restore(file, url=database.url(), known_migrations=known, progress=steps)
        prepare()
        say(f"{file} of {manifest.made_at} is restored: {sum(manifest.rows.values()):,} rows.")
        _tell(_violations())


def import_company(
    mapping: Annotated[Path, typer.Argument(help="File that says which of their columns is which field of ours.")],
    folder: Annotated[Path | None, typer.Option(help="Where their files are; that of the mapping if left out.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Check everything and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring another company in from its files. Interrupted, it goes on where it stopped when it is run again."""
    from orderloop.entrypoints.cli.working import at_work
    from orderloop.entrypoints.database import owner_or_app

    if not mapping.is_file():
        raise Failure(f"There is no file {mapping}.")
    with at_work(owner_or_app()):
        from django.conf import settings

        from orderloop.foundation.actor import SYSTEM
        from orderloop.onboarding import services
        from orderloop.onboarding.queries import check_sums

        with Steps().shown() as steps:
            done = services.import_company(
                mapping, at=datetime.now(UTC), actor=SYSTEM, folder=folder, dry_run=dry_run, progress=steps
            )
        sums = {} if dry_run or done.faults else check_sums(settings.TIME_ZONE)
        if as_json:
            say_json({**asdict(done), "check_sums": sums})
        else:
            _tell_import(done, sums)
    if done.faults:
        raise typer.Exit(1)


def _tell_import(done: "Imported", sums: Mapping[str, Decimal]) -> None:
    from django.utils.translation import gettext

    from orderloop.onboarding.facts import FAULT_WORDS

    if done.faults:
        rows = [
            [fault.file, str(fault.row or ""), fault.column, gettext(FAULT_WORDS[fault.code]) % dict(fault.params)]
            for fault in done.faults
        ]
        title = _("%(count)s faults: nothing was written") % {"count": len(rows)}
        say_table(title, [_("File"), _("Row"), _("Column"), _("What is wrong")], rows)
        return
    rows = [[target, f"{count:,}", f"{done.known.get(target, 0):,}"] for target, count in done.written.items()]
    title = done.company + (_(": only tried") if done.dry_run else "")
    say_table(title, [_("Table"), _("Rows written"), _("Here already")], rows)
    if sums:
        rows = [[name, f"{value:,}"] for name, value in sums.items()]
        say_table(_("Sums over all that is here now"), ["", _("Sum")], rows)


def django(context: typer.Context) -> None:
    """Pass a command to Django, such as `orderloop django shell`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderloop.entrypoints.settings")
    os.environ.setdefault("ORDERLOOP_LOG_LEVEL", "WARNING")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["orderloop django", *context.args])
