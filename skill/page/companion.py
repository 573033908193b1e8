"""The page beside a session: an observer that tells it how the session stands."""

from collections.abc import Callable
from dataclasses import dataclass, field

from skill.core.coach import Coach
from skill.core.messages import Effect, Event
from skill.history.records import Past
from skill.page.board import Letter, Post
from skill.page.view import Story, View, view
from skill.ports import RATE, Block

ANEW_MS = 1_000
"""How often a view is made although nothing has happened."""


@dataclass
class Companion:
    """Writes a letter to the page after every block; the page's thread looks what has changed.

    Args:
        post: where letters go.
        past: what is known of earlier sessions; asked after every block.
    """

    post: Post
    past: Callable[[], Past | None]
    _story: Story = field(default_factory=Story)
    _shown: tuple[Coach, Story, str, int] | None = None
    _view: View | None = None

    def message(self, at: int, message: Event | Effect) -> None:
        """Follow what is said."""
        self._story = self._story.follow(message)

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Tell how things stand."""
        now = block.end_frame * 1000 // RATE
        # Nothing else changes a view but time, which takes "undo" away, and slowly.
        shown = (coach, self._story, partial, now // ANEW_MS)
        if self._shown is None or shown != self._shown:
            self._shown, self._view = shown, view(coach, now, self._story, partial)
        self.post.letters.append(Letter(now, self._view, self.past()))
