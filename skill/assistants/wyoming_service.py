"""A Wyoming server: speech to text over our grammar, and the coach's answer to a text.

The protocol is Home Assistant's (https://github.com/OHF-Voice/wyoming). Everything runs in one
thread: one coach for the whole house, an answer within milliseconds.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    Describe,
    HandleModel,
    HandleProgram,
    Info,
)
from wyoming.ping import Ping, Pong
from wyoming.server import AsyncEventHandler

import skill
from skill.assistants.bounded import PATIENCE_S, BoundedReader
from skill.assistants.utterance import Recording, transcribe
from skill.conversation import Correspondence
from skill.core.vocabulary import Vocabulary
from skill.errors import SettingsError
from skill.ports import Recognizer

LONGEST_S = 30
"""No command is longer; what follows is not kept."""
SAMPLE_BYTES = 2
RATES = range(8_000, 48_001)
"""Assistants send 16,000."""
CHANNELS = range(1, 3)
MOST_BYTES = LONGEST_S * RATES[-1] * CHANNELS[-1] * SAMPLE_BYTES
"""Of sound that a connection may hold, and of one event: 6 MB."""
CONNECTIONS = 16
"""At the same time. Assistants open one for each sentence."""
FORMAT = (
    f"Send audio-start first, with width {SAMPLE_BYTES}, a rate from {RATES[0]} to {RATES[-1]} and "
    f"{CHANNELS[0]} to {CHANNELS[-1]} channels, and every audio-chunk the same."
)


class Service:
    """What all connections share.

    Args:
        recognizers: makes a recogniser over the vocabulary's grammar.
        correspondence: answers.
        vocabulary: what phrases mean.
        language: of the content.
    """

    def __init__(
        self,
        recognizers: Callable[[], Recognizer],
        correspondence: Correspondence,
        vocabulary: Vocabulary,
        language: str,
    ) -> None:
        self._recognizers, self._correspondence = recognizers, correspondence
        self._vocabulary, self._language = vocabulary, language
        self._began = time.monotonic()

    def hear(self, recording: Recording) -> Transcript:
        """The phrase that was said, or an empty text."""
        text = transcribe(recording, self._recognizers(), self._vocabulary)
        return Transcript(text, language=self._language)

    def answer(self, asked: Transcript) -> Handled | NotHandled:
        """The coach's answer; if the text is no command now, what could be said."""
        now = round((time.monotonic() - self._began) * 1000)
        answer = self._correspondence.answer(asked.text, now)
        if answer is None:
            return NotHandled(self._correspondence.help(), asked.context)
        return Handled(answer, asked.context)

    def info(self) -> Info:
        """What there is, for `describe`."""
        about: dict[str, Any] = {
            "name": "roller-coach",
            "attribution": Attribution("roller coach", ""),
            "installed": True,
            "version": skill.__version__,
        }
        languages = [self._language]
        hears = "The commands of a foam rolling coach, and nothing else"
        answers = "A foam rolling coach"
        return Info(
            asr=[
                AsrProgram(
                    **about,
                    description=hears,
                    models=[AsrModel(**about, description=hears, languages=languages)],
                )
            ],
            handle=[
                HandleProgram(
                    **about,
                    description=answers,
                    models=[HandleModel(**about, description=answers, languages=languages)],
                )
            ],
        )


class Connection(AsyncEventHandler):
    """One client. What it sends out of order, or of another kind, is answered with an error."""

    def __init__(
        self, service: Service, reader: BoundedReader, writer: asyncio.StreamWriter
    ) -> None:
        super().__init__(reader, writer)
        self._service, self._reader = service, reader
        self._format: AudioStart | None = None
        self._sound = bytearray()

    async def run(self) -> None:
        """Serve the client until it leaves, or sends what is not Wyoming."""
        try:
            await super().run()
        except (RecursionError, ValueError, KeyError, TypeError, AttributeError, EOFError, OSError):
            # Bytes that are no event, or an event without its fields: the connection is closed.
            self.writer.close()

    async def refuse(self, why: str) -> None:
        """Say why, as far as the client listens, and hang up."""
        with suppress(OSError):
            await self.write_event(Error(why, "refused").event())
        self.writer.close()

    async def disconnect(self) -> None:
        """Say why, if it is we who hang up."""
        if self._reader.refusal:
            await self.refuse(self._reader.refusal)

    async def write_event(self, event: Event) -> None:
        """Send an event.

        Raises:
            TimeoutError: if the client does not read.
        """
        async with asyncio.timeout(PATIENCE_S):
            await super().write_event(event)

    async def handle_event(self, event: Event) -> bool:
        """Answer one event; True: the connection stays."""
        if Describe.is_type(event.type):
            await self.write_event(self._service.info().event())
        elif Ping.is_type(event.type):
            await self.write_event(Pong(Ping.from_event(event).text).event())
        elif Transcribe.is_type(event.type):
            self._format = None
        elif AudioStart.is_type(event.type):
            self._begin(AudioStart.from_event(event))
        elif AudioChunk.is_type(event.type):
            self._keep(AudioChunk.from_event(event))
        elif AudioStop.is_type(event.type):
            await self._transcribe()
        elif Transcript.is_type(event.type):
            await self.write_event(self._service.answer(Transcript.from_event(event)).event())
        return True

    def _begin(self, made: AudioStart) -> None:
        self._format, self._sound = made if _fits(made) else None, bytearray()

    def _keep(self, sound: AudioChunk) -> None:
        made = self._format
        if made is None:
            return
        if (sound.rate, sound.width, sound.channels) != (made.rate, made.width, made.channels):
            # At another speed, words are other words.
            self._format = None
            return
        most = LONGEST_S * made.rate * made.channels * SAMPLE_BYTES
        self._sound += sound.audio[: max(0, most - len(self._sound))]

    async def _transcribe(self) -> None:
        made, self._format = self._format, None
        if made is None:
            await self.write_event(Error(FORMAT, "format").event())
            return
        recording = Recording(bytes(self._sound), made.rate, made.channels)
        await self.write_event(self._service.hear(recording).event())


def _fits(made: AudioStart) -> bool:
    numbers = (made.rate, made.width, made.channels)
    # The library hands on whatever JSON had, and 16000.0 is in a range, too.
    if not all(type(number) is int for number in numbers):  # True is one, too
        return False
    return made.rate in RATES and made.width == SAMPLE_BYTES and made.channels in CHANNELS


async def serve(service: Service, host: str, port: int, listening: Callable[[int], None]) -> None:
    """Serve until cancelled.

    Args:
        service: what is served.
        host: the address to listen at.
        port: the port; 0 for any free one.
        listening: is told the port, once there is one.

    Raises:
        SettingsError: if nothing can listen there.
    """
    places = asyncio.Semaphore(CONNECTIONS)

    async def connect(reader: BoundedReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(service, reader, writer)
        if places.locked():
            await connection.refuse(f"{CONNECTIONS} connections are open; close one, or try later.")
        else:
            async with places:
                await connection.run()
        if writer.transport.get_write_buffer_size():
            # It is closed when the client has read everything, which may be never.
            asyncio.get_running_loop().call_later(PATIENCE_S, writer.transport.abort)

    served: set[asyncio.Task[None]] = set()

    def protocol() -> asyncio.StreamReaderProtocol:
        reader = BoundedReader(MOST_BYTES)

        def serve_it(_same: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # Of a task of its own, Python 3.11 complains when the server ends before the client.
            task = asyncio.get_running_loop().create_task(connect(reader, writer))
            served.add(task)
            task.add_done_callback(served.discard)

        return asyncio.StreamReaderProtocol(reader, serve_it)

    if not host:
        raise SettingsError(
            "An empty --host would be the whole network.", "Write 0.0.0.0 if that is wanted."
        )
    try:
        # As asyncio.start_server does it, but with a reader of our own.
        server = await asyncio.get_running_loop().create_server(protocol, host, port)
    except (OSError, OverflowError, UnicodeError) as failure:
        raise SettingsError(
            f"Nothing can listen at {host}, port {port}: {failure}.",
            "Choose another --host or --port, or end the program that is there already.",
        ) from failure
    async with server:
        listening(server.sockets[0].getsockname()[1])
        await server.serve_forever()
