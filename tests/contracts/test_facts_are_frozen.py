"""What a decision reads and concludes cannot be changed behind its back."""

import dataclasses
import importlib
from pathlib import Path
from types import ModuleType

import walls

SOURCE = Path(__file__).resolve().parents[2] / "src" / "orderloop"


def loose_dataclasses(module: ModuleType) -> list[str]:
    own = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    return [
        f"{module.__name__}.{each.__name__}"
        for each in own
        if dataclasses.is_dataclass(each) and not (each.__dataclass_params__.frozen and "__slots__" in vars(each))  # type: ignore[attr-defined]
    ]


def test_every_dataclass_in_a_pure_file_is_frozen_and_slotted() -> None:
    modules = [importlib.import_module(name) for name in walls.pure_modules(SOURCE)]
    assert [name for module in modules for name in loose_dataclasses(module)] == []


def test_a_loose_dataclass_is_named() -> None:
    module = ModuleType("loose")
    for name, options in {"Open": {}, "Frozen": {"frozen": True}, "Good": {"frozen": True, "slots": True}}.items():
        made = dataclasses.make_dataclass(name, [("x", int)], **options)  # type: ignore[call-overload]
        made.__module__ = "loose"
        setattr(module, name, made)
    assert loose_dataclasses(module) == ["loose.Open", "loose.Frozen"]
