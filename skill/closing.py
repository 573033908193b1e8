"""What everything that holds a file or a device has in common."""

from abc import ABC, abstractmethod
from typing import Self


class Closing(ABC):
    """Can be used in a `with` statement, and is closed at its end."""

    @abstractmethod
    def close(self) -> None:
        """Give back what is held; again does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
