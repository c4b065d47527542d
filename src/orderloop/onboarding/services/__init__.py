"""Bringing another company in: everything is read and checked, then written table by table and month by month."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from orderloop.foundation.actor import Actor
from orderloop.onboarding import rules
from orderloop.onboarding.facts import Imported
from orderloop.onboarding.services import history, masters
from orderloop.onboarding.services.reading import read_company, read_mapping

__all__ = ["import_company"]

Progress = Callable[[int, int, str], None]


def _silent(done: int, total: int, words: str) -> None:
    return None


def import_company(
    mapping_path: Path,
    *,
    at: datetime,
    actor: Actor,
    folder: Path | None = None,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> Imported:
    """Bring in the company a mapping file describes, from the files in `folder` (that of the mapping file by default).

    Nothing is written while any row of any file is wrong: then the answer names them all. Each table, and each month of
    orders, is one transaction; an import that was interrupted goes on where it stopped when it is run again, and one
    run again after that changes nothing.
    """
    try:
        mapping = read_mapping(mapping_path)
    except rules.MappingFault as wrong:
        return Imported("", {}, {}, wrong.faults, dry_run)
    company, faults = read_company(mapping, folder or mapping_path.parent, progress)
    faults = faults or masters.faults_of(company, at=at, actor=actor)
    if faults:
        return Imported(mapping.company, {}, {}, tuple(faults), dry_run)
    if dry_run:
        counts = {target: len(rows) for target, rows in company.rows.items()}
        return Imported(mapping.company, counts, {}, (), dry_run=True)
    done = masters.write(company, at=at, actor=actor, progress=progress)
    done |= history.write(company, at=at, actor=actor, progress=progress)
    return Imported(
        mapping.company,
        {target: written for target, (written, _) in done.items()},
        {target: known for target, (_, known) in done.items() if known},
    )
