"""The words that a language needs beside what the coach says: the page's, and the prompts'."""

from collections.abc import Mapping

PAGE: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("name", "position", "now", "commands", "also"), frozenset[str]()),
    **dict.fromkeys(("dialogue", "sessions", "no_script", "written"), frozenset[str]()),
    **dict.fromkeys(("asleep", "setting_up", "rolling", "paused", "hurt"), frozenset[str]()),
    **dict.fromkeys(("done", "getting_ready", "connected", "connecting"), frozenset[str]()),
    **dict.fromkeys(("over", "deaf", "mute", "not_sent"), frozenset[str]()),
    "step": frozenset({"number", "total"}),
    **dict.fromkeys(("you_said", "hearing", "unheard", "left"), frozenset({"words"})),
    "past": frozenset({"week", "week_minutes", "streak"}),
    "days": frozenset({"days"}),
}
"""Everything on the page that does not come from the coach -> what is filled in."""
PROMPTS: Mapping[str, frozenset[str]] = {
    "say": frozenset({"phrase"}),
    "silence": frozenset(),
    "enrol": frozenset(),
}
"""Everything that is said outside a session -> what is filled in."""
