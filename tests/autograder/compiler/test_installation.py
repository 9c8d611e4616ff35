"""What students install from: one list becomes the files of each tool."""

import json
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from autograder.compiler.build import build_labs
from autograder.compiler.installation import Installation, installation
from autograder.errors import UserError
from autograder.lab import read_lab_folder

WriteLab = Callable[..., Path]
URL = "https://example.org/whl/cpu"
INDEX = f'[index]\nurl = "{URL}"\npackages = ["Big", "big_vision"]\n'
LIST = "rich\nbig==2.0\nbig-vision >=1 # for pictures\n"


def of(lab: Path, requirements: str | None = LIST, toml: str = "", **files: str) -> Installation:
    """What is generated for a lab with these files."""
    student = lab.parent / "student"
    student.mkdir()
    if requirements is not None:
        (student / "requirements.txt").write_text(requirements, "utf-8")
    (lab.parent / "lab.toml").write_text(toml, "utf-8")
    return installation(read_lab_folder(lab), files)


def project(made: Installation) -> dict[str, Any]:
    return tomllib.loads(made.files["pyproject.toml"].decode())


def test_a_lab_without_an_index_is_a_plain_project(write_lab: WriteLab) -> None:
    made = of(write_lab("# Lab", "Lab 1.md"), LIST, 'python = ">=3.12"\n')
    assert set(made.files) == {"pyproject.toml", ".devcontainer/devcontainer.json"}
    assert project(made) == {
        "project": {
            "name": "course-lab-1",
            "version": "0",
            "requires-python": ">=3.12",
            "dependencies": ["rich", "big==2.0", "big-vision>=1"],
        },
        "tool": {"uv": {"package": False}},
    }


def test_an_index_is_for_its_packages_alone(write_lab: WriteLab) -> None:
    made = of(write_lab("# Lab"), LIST, INDEX)
    assert made.files["requirements.txt"].decode() == (
        "# Big, big_vision: from this index. Delete its line, and they come from PyPI.\n"
        f"--extra-index-url {URL}\n{LIST}"
    )
    said = project(made)
    assert said["project"]["dependencies"] == ["rich", "big==2.0", "big-vision>=1"]
    (index,) = said["tool"]["uv"]["index"]
    assert index == {"name": "chosen", "url": URL, "explicit": True}
    sources = [{"index": "chosen"}]
    assert said["tool"]["uv"]["sources"] == {"big": sources, "big-vision": sources}


def test_an_extra_takes_them_from_pypi(write_lab: WriteLab) -> None:
    said = project(of(write_lab("# Lab"), LIST, f'{INDEX}extra = "gpu"\n'))
    assert said["project"]["dependencies"] == ["rich"]
    chosen = ["big==2.0", "big-vision>=1"]
    assert said["project"]["optional-dependencies"] == {"gpu": chosen}
    assert said["dependency-groups"] == {"default": chosen}
    assert said["tool"]["uv"]["default-groups"] == ["default"]
    assert said["tool"]["uv"]["conflicts"] == [[{"extra": "gpu"}, {"group": "default"}]]
    sources = [{"index": "chosen", "group": "default"}]
    assert said["tool"]["uv"]["sources"] == {"big": sources, "big-vision": sources}


def test_a_container_installs_by_pip(write_lab: WriteLab) -> None:
    made = of(write_lab("# Lab"), toml='title = "„Lab“ 1"\npython = ">=3.12,<3.15"\n')
    container = json.loads(made.files[".devcontainer/devcontainer.json"])
    assert container["image"] == "python:3.12"
    assert container["postCreateCommand"] == "pip install -r requirements.txt"
    assert container["name"] == "„Lab“ 1"


def test_nothing_is_generated_without_a_list(write_lab: WriteLab) -> None:
    made = of(write_lab("# Lab"), None)
    assert made.files == {} and made.notices == []


def test_the_authors_own_files_come_first(write_lab: WriteLab) -> None:
    own = {"pyproject.toml": "", ".devcontainer.json": ""}
    made = of(write_lab("# Lab"), "-r more.txt\n", **own)
    assert made.files == {} and made.notices == []


def test_an_index_that_the_list_has_is_not_written_twice(write_lab: WriteLab) -> None:
    text = f"--extra-index-url {URL}\n{LIST}"
    made = of(write_lab("# Lab"), text, INDEX)
    assert made.files["requirements.txt"].decode() == text


def test_what_only_pip_reads_is_told_to_the_author(write_lab: WriteLab) -> None:
    made = of(write_lab("# Lab"), f"rich\n--extra-index-url {URL}\n./x.whl\n")
    assert set(made.files) == {".devcontainer/devcontainer.json"}
    first, second = made.notices
    assert first.endswith("in lab.toml, all else is written by name")
    assert f"requirements.txt:2: only pip reads `--extra-index-url {URL}`" in first
    assert "requirements.txt:3: only pip reads `./x.whl`" in second


@pytest.mark.parametrize("requirements", [None, "", "rich\nbig-visio\nbig\n"])
def test_an_index_for_what_nobody_installs(write_lab: WriteLab, requirements: str | None) -> None:
    with pytest.raises(UserError, match=r"lab.toml:3: `\[index\]` has ") as caught:
        of(write_lab("# Lab"), requirements, INDEX)
    if requirements:
        assert caught.value.message.endswith("did you mean `big-visio`?")


def test_both_folders_have_it(write_lab: WriteLab, tmp_path: Path) -> None:
    path = write_lab("# Lab\n")
    of(path, LIST, INDEX)
    build_labs([path], tmp_path / "release", tmp_path / "solution")
    for version in ("release", "solution"):
        folder = tmp_path / version / "lab"
        assert (folder / "requirements.txt").read_text("utf-8").startswith("# Big, big_vision:")
        assert (folder / "pyproject.toml").is_file()
        assert (folder / ".devcontainer" / "devcontainer.json").is_file()


# -- in real environments: `make install-check` ----------------------------------------------------


def wheel(folder: Path, name: str, version: str, platform: str = "any") -> None:
    """A package without anything in it but its version, in an index of one folder for each."""
    tag = f"py3-none-{platform}"
    home = folder / name.replace("_", "-")
    home.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(home / f"{name}-{version}-{tag}.whl", "w") as packed:
        packed.writestr(f"{name}.py", f"version = '{version}'\n")
        packed.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        packed.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        packed.writestr(f"{info}/RECORD", "")
    links = [
        f'<a href="{path.name.replace("+", "%2B")}">{path.name}</a>' for path in home.glob("*.whl")
    ]
    (home / "index.html").write_text("\n".join(links), "utf-8")


@pytest.fixture(scope="module")
def uv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """uv, as students get it."""
    folder = tmp_path_factory.mktemp("uv")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "uv"], check=True)
    return folder / "bin" / "uv"


@pytest.mark.install
def test_uv_takes_small_builds_unless_told_otherwise(
    uv: Path, write_lab: WriteLab, tmp_path: Path
) -> None:
    """A real environment, from indexes of packages made here: no network."""
    pypi, cpu = tmp_path / "pypi", tmp_path / "cpu"
    wheel(pypi, "rich", "1.0")
    for name, version in (("big", "2.0"), ("big_vision", "1.0")):
        wheel(pypi, name, version)
        wheel(cpu, name, version, "macosx_14_0_arm64")  # as PyTorch's index has them
        wheel(cpu, name, f"{version}+cpu", "manylinux_2_28_x86_64")
        wheel(cpu, name, f"{version}+cpu", "win_amd64")
    made = of(write_lab("# Lab"), LIST, f'{INDEX}extra = "gpu"\n')
    lab = tmp_path / "released"
    lab.mkdir()
    text = made.files["pyproject.toml"].decode().replace(URL, cpu.as_uri())
    (lab / "pyproject.toml").write_text(text, "utf-8")
    options = ["-q", "--default-index", pypi.as_uri(), "--python", sys.executable]
    code = "import rich, big, big_vision; print(big.version, big_vision.version)"

    def run(*more: str) -> str:
        command = [str(uv), "run", *options, *more, "python", "-c", code]
        return subprocess.run(command, cwd=lab, check=True, capture_output=True, text=True).stdout

    assert run() == "2.0+cpu 1.0+cpu\n"
    assert run("--no-default-groups", "--extra", "gpu") == "2.0 1.0\n"
    assert run() == "2.0+cpu 1.0+cpu\n"
    locked = tomllib.loads((lab / "uv.lock").read_text("utf-8"))["package"]
    assert sorted(one["version"] for one in locked if one["name"] == "big") == [
        "2.0",
        "2.0",
        "2.0+cpu",
    ]


@pytest.mark.install
@pytest.mark.parametrize(
    "source", sorted((Path(__file__).parents[3] / "source").iterdir()), ids=str
)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_our_labs_resolve(uv: Path, source: Path, python: str, tmp_path: Path) -> None:
    """Every package of a lab has a build for each version of Python that its README names."""
    wanted = source / "student" / "requirements.txt"
    command = [
        str(uv),
        "pip",
        "compile",
        "-q",
        "--python-version",
        python,
        "--only-binary",
        ":all:",
        str(wanted),
    ]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    found = {Requirement(line).name for line in done.stdout.splitlines() if "==" in line}
    assert "jupyterlab" in found
