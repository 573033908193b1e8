"""Puts the built-in model and voice into a wheel; an editable installation has the checkout's."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARRIED = ("ears-en", "ears-de", "echo", "voice-en", "manifest.yaml", "voices.yaml", "README.md")


class Models(BuildHookInterface[Any]):
    """Called by hatchling for every wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the models, unless the wheel only points to the checkout."""
        if version != "editable":
            build_data["force_include"].update(
                {f"models/{name}": f"skill/data/models/{name}" for name in CARRIED}
            )
