"""The list of official models is read strictly."""

from pathlib import Path

import pytest

from skill.errors import ContentError, ModelError
from skill.models.manifest import load_manifest

OFFICIAL = Path(__file__).parents[2] / "models" / "manifest.yaml"
GOOD = """
models:
  - name: vosk-model-a
    kind: vosk
    title: A
    language: en-US
    licence: Apache-2.0
    url: https://example.org/a.zip
    size: 40000000
    sha256: null
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "manifest.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_official_list_is_complete_and_pinned() -> None:
    manifest = load_manifest(OFFICIAL)

    assert [entry.language for entry in manifest.models] == ["en-US", "en-IN", "de", "es", "fr"]
    for entry in manifest.models:
        assert entry.url == f"https://alphacephei.com/vosk/models/{entry.name}.zip"
        assert entry.host == "alphacephei.com"
        assert entry.licence == "Apache-2.0"
        assert 30_000_000 < entry.size < 50_000_000
        assert entry.sha256
    assert len({entry.sha256 for entry in manifest.models}) == len(manifest.models)


def test_a_model_is_found_by_name_and_a_near_miss_gets_a_suggestion() -> None:
    manifest = load_manifest(OFFICIAL)

    assert manifest.find("vosk-model-small-de-0.15").language == "de"
    with pytest.raises(ModelError, match=r"Try vosk-model-small-de-0\.15\.$") as caught:
        manifest.find("vosk-model-small-de-0.51")
    assert "vosk-model-small-de-0.51" in caught.value.problem


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("    title: A\n", "", "model 1 (vosk-model-a), title"),
        ("title: A", "title: A\n    colour: red", "model 1 (vosk-model-a), colour"),
        ("kind: vosk", "kind: piper", "model 1 (vosk-model-a), kind"),
        ("sha256: null", "sha256: 12ab", "model 1 (vosk-model-a), sha256"),
        ("sha256: null", f"sha256: {'A' * 64}", "model 1 (vosk-model-a), sha256"),
        ("size: 40000000", "size: 40 MB", "model 1 (vosk-model-a), size"),
        ("size: 40000000", "size: 0", "model 1 (vosk-model-a), size"),
        ("size: 40000000", "size: 1.5", "model 1 (vosk-model-a), size"),
        ("https:", "http:", "model 1 (vosk-model-a), url"),
        ("https:", "ftp:", "model 1 (vosk-model-a), url"),
        ("https://example.org/a.zip", "https://[", "model 1 (vosk-model-a), url"),
        ("name: vosk-model-a", "name: ../../etc", "model 1 (../../etc), name"),
        ("name: vosk-model-a", "name: .hidden", "model 1 (.hidden), name"),
        ("language: en-US", "language: english", "model 1 (vosk-model-a), language"),
        ("models:", "modles:", "models"),
        ("models:", "[:", "line"),
        (GOOD, "just text", ""),
        (GOOD, "", ""),
    ],
)
def test_a_mistake_is_named_with_file_and_place(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    path = write(tmp_path, GOOD.replace(old, new))

    with pytest.raises(ContentError) as caught:
        load_manifest(path)

    assert str(path) in caught.value.mistakes[0]
    assert place in caught.value.mistakes[0]


def test_two_mistakes_are_both_reported(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("vosk\n", "bark\n").replace("40000000", "-1"))

    with pytest.raises(ContentError) as caught:
        load_manifest(path)

    assert len(caught.value.mistakes) == 2


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    path = write(
        tmp_path, GOOD + GOOD.replace("models:\n", "").replace("vosk-model-a", "Vosk-model-A")
    )

    with pytest.raises(ContentError, match="vosk-model-a should be used once"):
        load_manifest(path)


def test_a_missing_list_is_a_content_error(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="No such file"):
        load_manifest(tmp_path / "nowhere.yaml")


def test_bytes_that_are_no_text_are_a_content_error(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_bytes(b"\xff\xfe\x00models")

    with pytest.raises(ContentError, match="is not YAML"):
        load_manifest(path)
