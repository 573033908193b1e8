"""The shape of the content files, and JSON Schemas of it for editors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from skill.content.labels import PAGE, PROMPTS
from skill.core.phrases import PHRASES
from skill.core.vocabulary import Command

DECOY = "decoy"
"""The intent whose sentences sound like commands but mean nothing."""


class Strict(BaseModel):
    """Refuses unknown fields and values of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1, max_length=200)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="Two letters: en.")]
Pace = Annotated[
    int, Field(ge=60, le=140, description="How fast it is said, percent of the person's pace.")
]
Silence = Annotated[int, Field(ge=0, le=5000, description="Milliseconds.")]
Sentences = Annotated[
    list[Text],
    Field(min_length=1, max_length=12),
    BeforeValidator(_listed),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 200},
                {
                    "type": "array",
                    "items": {"type": "string", "minLength": 1, "maxLength": 200},
                    "minItems": 1,
                    "maxItems": 12,
                },
            ]
        }
    ),
]
"""One sentence, or a list of them."""


class CueModel(Strict):
    """Something said while the person moves."""

    at_s: int = Field(ge=1, le=1800, description="Seconds after the movement began.")
    text: Text = Field(description="One sentence.")
    pace: Pace = 100


class MovementModel(Strict):
    """A timed movement."""

    seconds: int = Field(ge=10, le=1800, description="How long it lasts.")
    breath: list[Text] = Field(
        default=[], max_length=8, description="Sentences said in turn while moving."
    )
    breath_every_s: int = Field(default=6, ge=2, le=120, description="Seconds between two.")
    breath_pace: Pace = 100
    cues: list[CueModel] = Field(default=[], max_length=20)
    ending: Text = Field(description="One sentence when the time is over.")


class StepModel(Strict):
    """One step of an exercise."""

    id: Id = Field(description="Unique in its exercise.")
    title: Text = Field(description="A few words, no full stop.")
    full: Sentences = Field(description="Said the first time.")
    brief: Sentences = Field(description="Said later on.")
    more: Sentences = Field(description='Said on "tell me more": why, and what to watch.')
    movement: MovementModel | None = Field(
        default=None, description="Left out for a step that is only set up."
    )


class ExerciseModel(Strict):
    """One exercise."""

    id: Id = Field(description="Unique in the routine.")
    title: Text = Field(description="As the coach says it, no full stop.")
    called: list[Text] = Field(
        min_length=1, max_length=10, description="What people call it; ways to ask for it."
    )
    intro: Sentences = Field(description="Said before its first step.")
    steps: list[StepModel] = Field(min_length=1, max_length=40)


class RoutineFile(Strict):
    """A routine: exercises made of steps."""

    id: Id = Field(description="Change it when steps change their meaning.")
    title: Text = Field(description="As the coach says it, no full stop.")
    language: Language
    exercises: list[ExerciseModel] = Field(min_length=1, max_length=20)


def _line_field(name: str) -> tuple[Any, Any]:
    names = ", ".join(f"{{{placeholder}}}" for placeholder in sorted(PHRASES[name]))
    return Sentences, Field(description=f"Filled in: {names}." if names else "Nothing filled in.")


_LINES: dict[str, Any] = {name: _line_field(name) for name in PHRASES}
LinesModel = create_model(
    "LinesModel", __base__=Strict, __doc__="Every line of the coach by name.", **_LINES
)


class PausesModel(Strict):
    """Silence within one reply, in milliseconds at the voice's own speed."""

    sentence: Silence = Field(default=450, description="Between two sentences about one thing.")
    subject: Silence = Field(default=800, description="Before something new.")


class PhrasesFile(Strict):
    """What the coach says beside the routine."""

    language: Language
    pauses_ms: PausesModel = PausesModel()
    lines: LinesModel  # type: ignore[valid-type]  # made from PHRASES


class BlockModel(Strict):
    """Some ways to say a command."""

    sentences: list[Text] = Field(
        min_length=1, max_length=200, description="hassil templates: (a|b), [optional], {exercise}."
    )


class IntentModel(Strict):
    """One command."""

    data: list[BlockModel] = Field(min_length=1, max_length=20)


_INTENTS: dict[str, Any] = {
    **{command.value: (IntentModel, ...) for command in Command},
    DECOY: (IntentModel | None, None),
}
IntentsModel = create_model(
    "IntentsModel", __base__=Strict, __doc__="Every command by name, and decoys.", **_INTENTS
)


class CommandsFile(Strict):
    """What people can say, in hassil's intents format."""

    language: Language
    expansion_rules: dict[str, Text] = Field(
        default={}, max_length=50, description="Templates that sentences use as <name>."
    )
    intents: IntentsModel  # type: ignore[valid-type]  # made from Command


Label = Annotated[str, Field(min_length=1, max_length=400)]


def _fields(names: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    return {
        name: (Label, Field(description=f"Filled in: {', '.join(sorted(filled)) or 'nothing'}."))
        for name, filled in names.items()
    }


PageModel = create_model("PageModel", __base__=Strict, __doc__="The page.", **_fields(PAGE))
PromptsModel = create_model("PromptsModel", __base__=Strict, __doc__="Prompts.", **_fields(PROMPTS))


class WordsFile(Strict):
    """The page's words, and the prompts of tests."""

    language: Language
    page: PageModel  # type: ignore[valid-type]  # made from PAGE
    drawings: dict[str, Label] = Field(
        default={}, description='What a drawing shows, by its name "exercise.step".'
    )
    prompts: PromptsModel  # type: ignore[valid-type]  # made from PROMPTS


BELOW: Mapping[str, type[BaseModel]] = {
    "exercises": ExerciseModel,
    "steps": StepModel,
    "movement": MovementModel,
    "cues": CueModel,
    "pauses_ms": PausesModel,
    "lines": LinesModel,
    "intents": IntentsModel,
    "data": BlockModel,
    "page": PageModel,
    "prompts": PromptsModel,
}
"""Which model describes what stands below a key."""


def schemas() -> Mapping[str, str]:
    """JSON Schema texts by file name, as they are kept in ``skill/data/schema``."""
    models: dict[str, type[BaseModel]] = {
        "routine": RoutineFile,
        "phrases": PhrasesFile,
        "commands": CommandsFile,
        "words": WordsFile,
    }
    return {f"{name}.json": _schema(model) for name, model in models.items()}


def write_schemas(folder: Path) -> None:
    """Write every JSON Schema into a folder."""
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


def _schema(model: type[BaseModel]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | model.model_json_schema(), indent=2) + "\n"
