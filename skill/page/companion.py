"""The page beside a session: an observer that tells it how the session stands."""

from collections.abc import Callable
from dataclasses import dataclass, field

from skill.core.coach import Coach
from skill.core.messages import Effect, Event
from skill.history.records import Past
from skill.page.board import Letter, Post
from skill.page.view import Story, view
from skill.ports import Block

RATE = 16_000


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

    def message(self, at: int, message: Event | Effect) -> None:
        """Follow what is said."""
        self._story = self._story.follow(message)

    def block(self, block: Block, coach: Coach, partial: str) -> None:
        """Tell how things stand."""
        now = block.end_frame * 1000 // RATE
        self.post.letters.append(Letter(now, view(coach, now, self._story, partial), self.past()))
