"""The tracks of the bench: which documents, how they are read, and the results to be counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.intake import corpus, deciding, mails, metrics, sheets, world
from bench.intake.corpus import Document
from bench.intake.measuring import Cost, measured
from bench.intake.metrics import DocumentResult, FieldResult
from bench.intake.renderers import Draw
from bench.intake.teaching import Lessons, corrected
from bench.intake.templates import Template
from orderloop.interchange.facts import Hints, Reading


@dataclass(frozen=True, slots=True)
class Run:
    """One document that was read: its result, the reading, and the cost."""

    document: Document
    reading: Reading
    result: DocumentResult
    cost: Cost


def hints_for(document: Document, seed: int = 1, **learnt) -> Hints:
    """What the product knows beforehand: the file's name, how we and the goods of this seed are called; and what was
    taught."""
    return Hints(filename=document.filename, own_names=world.OWN_NAMES, words=corpus.words(seed), **learnt)


def read_document(document: Document, hints: Hints, *, taught: int = 0, seed: int = 1) -> Run:
    """The document through the product's reader and its decision, held against its truth. `seed`: of its catalogue."""
    from orderloop.interchange import readers

    reading, cost = measured(lambda: readers.read(document.content, hints))
    order = reading.orders[0] if reading.orders else None
    fields = metrics.compare(document.truth, order)
    if len(reading.orders) > 1:
        fields = (*fields, FieldResult("line", "extra", read=f"{len(reading.orders)} orders"))
    verdict = deciding.decide(reading, document.order, seed)
    every = (*reading.faults, *(order.faults if order else ()))
    faults = tuple(f"{fault.code} {fault.params.get('name', '')}".strip() for fault in every)
    result = DocumentResult(
        document.name,
        document.template,
        fields,
        verdict.is_accepted,
        verdict.reasons,
        cost.wall,
        faults,
        taught,
        document.broken,
        metrics.harms(document.truth, order, verdict.matched),
    )
    return Run(document, reading, result, cost)


def read_all(documents: Iterator[Document], seed: int) -> Iterator[Run]:
    """Each document as it comes, nothing taught."""
    for document in documents:
        yield read_document(document, hints_for(document, seed), seed=seed)


def read_while_teaching(looks: tuple[Template, ...], count: int, draw: Mapping[str, Draw], seed: int) -> Iterator[Run]:
    """Customers whose labels nobody knows: each one's later documents, before and after each of three was corrected."""
    each = max(1, count // len(looks))
    for look in looks[:count]:
        lessons = [Lessons()]
        for document in corpus.paper_documents((look,), 3, draw, seed):
            known = lessons[-1]
            run = read_document(document, hints_for(document, seed, **known.hints()), seed=seed)
            lessons.append(corrected(known, document.truth, run.reading, run.result))
        for document in corpus.paper_documents((look,), each, draw, seed, first=3):
            for taught, known in enumerate(lessons):
                yield read_document(document, hints_for(document, seed, **known.hints()), taught=taught, seed=seed)


def seconds_for_large_sheet() -> float:
    """How long a spreadsheet of 50,000 rows takes."""
    from orderloop.interchange import readers

    content = sheets.large()
    _, cost = measured(lambda: readers.read(content, Hints(filename="large.xlsx")))
    return cost.wall


DRAWN = {"sheets": sheets.documents, "mail": mails.documents}
