"""Files of YAML that no reader can hold, or that nobody meant: each is refused in one message with file and line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.acceptance import criteria
from support.base import checklists, systems, yaml_lines
from support.base.outcomes import UsageError

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGE_BOMB = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 10)}]}}\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200))
REFUSED = {
    "a list as key": (b"name: x\n? [a, b]\n: 1\n", 2, "must be a word"),
    "a mapping as key": (b"name: x\n? {a: 1}\n: 1\n", 2, "must be a word"),
    "an alias of a list as key": (b"a: &a [1]\n*a : 2\n", 1, "must be a word"),
    "a list that holds itself": (b"name: x\nlist: &l\n  - *l\n", 2, "holds itself"),
    "a mapping that holds itself": (b"name: &n\n  more: {deep: *n}\n", 1, "holds itself"),
    "a document that holds itself": (b"&d\nname: *d\n", 1, "holds itself"),
    "a merge of itself": (b"name: &n\n  <<: *n\n", 1, "holds itself"),
    "an alias bomb": (BOMB.encode(), 1, "aliases make more than 50,000 values"),
    "a bomb of merge keys": (MERGE_BOMB.encode(), 1, "aliases make more than 50,000 values"),
    "a chain of aliases": (CHAIN.encode(), 1, "40 levels deep, by aliases"),
    "deep lists": (b"name: x\ndeep: " + b"[" * 100_000, 2, "nested more than 40 levels deep"),
    "deep mappings": (b"{a: " * 10_000, 1, "nested more than 40 levels deep"),
    "deep blocks": ("".join(f"{' ' * n}a:\n" for n in range(300)).encode(), 41, "nested more than 40 levels deep"),
    "no UTF-8": ("name: x\ntitle: Größe\n".encode("latin-1"), 2, "not in UTF-8 (byte 0xf6)"),
    "UTF-16": ("name: x\n".encode("utf-16"), 1, "not in UTF-8 (byte 0xff)"),
    "UTF-16 without a mark": ("name: x\n".encode("utf-16-le"), 1, "it has the character 0x0"),
    "a control character": (b"name: x\ntitle: a\x01b\n", 2, "it has the character 0x1"),
    "no such month": (b"name: x\nversion: 2026-13-01\n", 2, "put it in quotes"),
    "too many digits": (b"name: x\nversion: " + b"9" * 5_000 + b"\n", 2, "put it in quotes"),
    "a number without digits": (b"name: x\nversion: 0x_\n", 2, "put it in quotes"),
    "a tag": (b"name: x\nversion: !!python/object:os.system {}\n", 2, "cannot stand here"),
    "a number that is none": (b"name: x\nversion: !!int many\n", 2, "cannot stand here"),
    "two documents": (b"name: x\n---\nname: y\n", 2, "not valid YAML"),
    "an unknown alias": (b"name: x\ntitle: *nowhere\n", 2, "not valid YAML"),
    "a merge of a word": (b"name: x\ntitle: {<<: word}\n", 2, "not valid YAML"),
    "an equals sign": (b"name: x\ntitle: =\n", 2, "not valid YAML"),
}
"""What each file holds, the line that is named (of an alias, that of what it repeats), and what is said."""
READERS: tuple[Callable[[Path], Any], ...] = (systems.load, criteria.load, checklists.load)


@pytest.mark.parametrize("load", READERS)
@pytest.mark.parametrize("name", REFUSED)
def test_what_no_definition_holds_is_refused_with_file_and_line(
    tmp_path: Path, load: Callable[[Path], Any], name: str
) -> None:
    content, line, says = REFUSED[name]
    path = tmp_path / "system.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        load(path)
    message = str(refused.value)
    assert message.startswith(f"{path}:{line}: ")
    assert says in message
    assert "\n" not in message
    assert len(message) < len(str(path)) + 300


def test_a_file_that_is_too_large_is_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    path.write_bytes(b"# \n" * 100_000)
    with pytest.raises(UsageError, match="more than 250,000 bytes"):
        yaml_lines.read(path)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(UsageError, match="cannot be read: it is no file"):
            yaml_lines.read(path)


def test_aliases_and_merge_keys_are_read_as_meant(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    path.write_bytes("\ufeffa: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: [*a, *a]\n".encode())
    read = yaml_lines.read(path)
    assert read.content == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": [{"x": 1, "y": 2}, {"x": 1, "y": 2}]}
    assert (read.line(("b", "y")), read.line(("c",)), read.line(("c", 1))) == (2, 3, 1)


def test_of_thousands_of_mistakes_the_first_are_told(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    path.write_text("".join(f"field{n}: {'x' * 50}\n" for n in range(1_000)), encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        systems.load(path)
    lines = str(refused.value).splitlines()
    assert len(lines) == 21
    assert lines[-1].startswith(f"{path}: and ")


def test_a_long_value_is_quoted_in_part(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    path.write_text(f"says: [{'x' * 10_000}]\n", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        systems.load(path)
    assert max(map(len, str(refused.value).splitlines())) < len(str(path)) + 300
