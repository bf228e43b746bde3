"""Documents are copied as they are, without the code, and an edit that does nothing is told."""

import pytest
import yaml

from support.base import systems
from support.base.settings import ROOT
from tests.defects import definition, documents
from tests.defects.catalogue import Catalogue
from tests.defects.launch import NONE
from tests.defects.patching import DoesNotApply

CAIO = ROOT / "systems" / "caio"


@pytest.fixture
def catalogue(monkeypatch):
    """A catalogue of its own in the place of CAIO's."""
    made = Catalogue()
    monkeypatch.setattr("tests.defects.caio.DEFECTS", made.defects)
    return made


@pytest.fixture
def folder(tmp_path):
    original = tmp_path / "original"
    for path in ("rules.yaml", "runbooks/alert.md", "drivers/driver.py", "code/__init__.py", "x.egg-info/PKG-INFO"):
        (original / path).parent.mkdir(parents=True, exist_ok=True)
        (original / path).write_text(f"this is {path}\n")
    (original / "Dockerfile").write_text("FROM base\n")
    (original / "Dockerfile").chmod(0o755)
    documents.copy(original, tmp_path / "copy")
    return tmp_path / "copy"


def test_documents_are_copied_with_their_folders_and_permissions_but_no_package(folder):
    copied = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    assert copied == ["Dockerfile", "drivers/driver.py", "rules.yaml", "runbooks/alert.md"]
    assert (folder / "Dockerfile").stat().st_mode & 0o777 == 0o755


def test_an_edit_changes_one_document(folder):
    documents.change(folder, "runbooks/alert.md", lambda text: documents.swap(text, "this is", "nothing of"))

    assert (folder / "runbooks/alert.md").read_text() == "nothing of runbooks/alert.md\n"
    assert (folder / "rules.yaml").read_text() == "this is rules.yaml\n"


@pytest.mark.parametrize(
    ("document", "change", "why"),
    [
        ("rules.yaml", lambda text: text, "changes nothing"),
        ("no.yaml", lambda text: "", r"no no\.yaml beside the definition; there are: Dockerfile, drivers/driver\.py"),
        ("rules.yaml", lambda text: documents.swap(text, "gone", ""), "'gone' is not in the document"),
        ("rules.yaml", lambda text: documents.in_yaml(text, lambda all_: all_["gone"].clear()), "nothing of the kind"),
    ],
)
def test_an_edit_that_does_nothing_is_told(folder, document, change, why):
    with pytest.raises(DoesNotApply, match=why):
        documents.change(folder, document, change)


def test_yaml_is_edited_by_what_it_holds():
    assert documents.in_yaml("a: [1, 2]  # two\nb: é\n", lambda all_: all_["a"].pop()) == "a:\n- 1\nb: é\n"


def test_an_edit_is_made_beside_the_definition_and_the_programs_stay_as_they_are(catalogue, tmp_path):
    catalogue.edit("operations.md", "CAIO-HARD-01", "No page")(_emptied)
    system = systems.load(definition.write(tmp_path, "caio", "-emptied"))

    assert (system.here / "operations.md").read_text() == "nothing\n"
    assert (CAIO / "operations.md").read_text() != "nothing\n"
    assert (system.here / "hardening.yaml").read_bytes() == (CAIO / "hardening.yaml").read_bytes()
    assert list(system.deployments.process.command[2:4]) == ["caio", NONE]
    assert list(catalogue.defects) == ["-emptied"]


def test_the_definition_itself_can_be_edited(catalogue, tmp_path):
    catalogue.edit("system.yaml", "CAIO-HARD-01", "No checklist")(_without_checklist)

    assert systems.load(definition.write(tmp_path, "caio", "-without-checklist")).checklist is None


def test_without_an_edit_every_document_is_as_it_was_but_for_what_says_where_the_programs_are(tmp_path):
    copied = definition.write(tmp_path, "caio", NONE).parent

    for path in copied.rglob("*"):
        if path.is_file() and path.name != "system.yaml" and not path.match(definition.COMPOSE):
            assert path.read_bytes() == (CAIO / path.relative_to(copied)).read_bytes()


def test_compose_files_say_the_same_but_where_images_are_built_from(tmp_path):
    copied = definition.write(tmp_path, "caio", NONE).parent

    found = sorted(path.name for path in copied.glob(definition.COMPOSE))
    assert "compose.yaml" in found
    for name in found:
        ours, theirs = (yaml.safe_load((folder / name).read_text()) for folder in (copied, CAIO))
        for content in (ours, theirs):
            for service in content["services"].values():
                service.pop("build", None)
        assert ours == theirs


def test_two_defects_of_one_name_are_refused(catalogue):
    catalogue.edit("operations.md", "CAIO-HARD-01", "No page")(_emptied)
    with pytest.raises(ValueError, match="two defects are named -emptied"):
        catalogue.edit("README.md", "CAIO-HARD-01", "No page")(_emptied)


def _emptied(text):
    return "nothing\n"


def _without_checklist(text):
    return documents.in_yaml(text, lambda all_: all_.pop("checklist"))
