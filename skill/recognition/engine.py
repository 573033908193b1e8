"""Vosk's Python module, without what it imports for its downloader and its subtitles.

Neither is ever used here, and `requests` alone takes as long to import as everything else in Vosk
together, before every command that hears.
"""

import builtins
import importlib.util
import sys
from types import ModuleType
from typing import Any

UNUSED = frozenset({"requests", "srt", "tqdm"})


def _import(name: str, *how: Any, **named: Any) -> Any:
    """As Python's own, with an empty module in the place of an unused one."""
    if name not in UNUSED:
        return builtins.__import__(name, *how, **named)
    empty = ModuleType(name)
    setattr(empty, name, None)
    return empty


def _load() -> ModuleType:
    # Only Vosk itself is given them: other threads may need the real ones at this very moment.
    spec = importlib.util.find_spec("vosk")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("No module named 'vosk'", name="vosk")
    module = importlib.util.module_from_spec(spec)
    module.__dict__["__builtins__"] = vars(builtins) | {"__import__": _import}
    sys.modules["vosk"] = module
    spec.loader.exec_module(module)
    return module


vosk: Any = sys.modules.get("vosk") or _load()
