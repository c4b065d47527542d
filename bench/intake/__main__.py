"""`make bench-intake`: how well foreign orders are read, decided and learnt from, on looks that were not tuned on.

Figures, not a test: it ends well whatever they are. The same seed and numbers draw the same documents.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.intake import corpus, edi, fax, metrics, report, tracks
from bench.intake.renderers import fonts, renderers

TRACKS = ("text", "unknown", "fax-fine", "fax-standard", "sheets", "edi", "mail")
# How many documents each track draws, usually and just to see that everything runs.
USUAL = {"text": 400, "unknown": 200, "fax-fine": 24, "fax-standard": 8, "sheets": 200, "edi": 300, "mail": 200}
SMOKE = {"text": 8, "unknown": 6, "fax-fine": 1, "fax-standard": 1, "sheets": 6, "edi": 9, "mail": 6}


def main() -> None:
    given = _arguments()
    if fonts.missing():
        print(f"fonts not installed: {', '.join(fonts.missing())} (see apt-packages.txt)", file=sys.stderr)
        return
    chosen = [name for name in TRACKS if any(name.startswith(wanted) for wanted in given.tracks.split(","))]
    summaries: dict[str, metrics.Summary] = {}
    one_page: list[float] = []
    told = sys.stderr if given.json else sys.stdout
    for name in chosen:
        runs = _runs(name, given)
        results, grown = [], 0
        for run in runs:
            results.append(run.result)
            grown = max(grown, run.cost.grown)
            if name == "text" and len(run.reading.pages) == 1:
                one_page.append(run.cost.wall)
            _keep(given, name, run)
        summaries[name] = metrics.summarise(results)
        print(report.table(name, summaries[name], grown=grown), file=told, flush=True)
    found = report.bars(summaries, one_page, tracks.seconds_for_large_sheet() if "sheets" in chosen else None)
    print(report.bar_table(found), file=told)
    if given.json:
        body = {name: report.plain(summary) for name, summary in summaries.items()}
        print(json.dumps(body, default=str, ensure_ascii=False, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-intake", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="few documents: does everything run")
    parser.add_argument("--tracks", default=",".join(TRACKS), help="which, by name or its beginning")
    parser.add_argument("--docs", type=int, help="how many documents of each track")
    parser.add_argument("--half", choices=("held-out", "tune", "all"), default="held-out", help="of the templates")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--looks", type=int, default=0, help="how many templates both halves are of; 0: as usual")
    parser.add_argument("--first", type=int, default=0, help="skip so many orders of each customer")
    parser.add_argument("--json", action="store_true", help="all figures as JSON")
    parser.add_argument("--failures", action="store_true", help="name what was read wrong of each document")
    parser.add_argument("--save", type=Path, help="keep the documents that were not exact in this folder")
    return parser.parse_args()


def _runs(name: str, given: argparse.Namespace) -> Iterator[tracks.Run]:
    count = given.docs or (SMOKE if given.smoke else USUAL)[name]
    if name == "edi":  # standards have no looks
        yield from tracks.read_all(edi.documents(count, given.seed), given.seed)
        return
    if name in tracks.DRAWN:
        yield from tracks.read_all(
            tracks.DRAWN[name](count, given.seed, half=given.half, first=given.first), given.seed
        )
        return
    looks = corpus.looks("odd" if name == "unknown" else "known", given.half, given.looks)
    with renderers() as draw:
        if name == "text":
            papers = corpus.paper_documents(looks, count, draw, given.seed, given.first)
            yield from tracks.read_all(papers, given.seed)
        elif name == "unknown":
            yield from tracks.read_while_teaching(looks, count, draw, given.seed)
        else:
            resolution = fax.FINE if name == "fax-fine" else fax.STANDARD
            yield from tracks.read_all(corpus.faxes(looks, count, draw, resolution, given.seed), given.seed)


def _keep(given: argparse.Namespace, track: str, run: tracks.Run) -> None:
    if run.result.is_exact and not (run.result.is_accepted and run.result.is_harmful):
        return
    if given.failures:
        verdict = "ACCEPTED" if run.result.is_accepted else "held"
        print(f"-- {track} {run.result.name} taught {run.result.taught} {verdict} {', '.join(run.result.faults)}")
        if run.result.harms:
            print(f"     would be booked wrong: {', '.join(run.result.harms[:5])}")
        for one in [one for one in run.result.fields if metrics.spoils(one)][:6]:
            print(f"     {one.name} {one.outcome}: {one.stated!r} read as {one.read!r} at {one.confidence:.2f}")
    if given.save:
        given.save.mkdir(parents=True, exist_ok=True)
        (given.save / run.document.filename).write_bytes(run.document.content)


if __name__ == "__main__":
    main()
