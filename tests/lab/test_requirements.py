"""What a lab needs of the machine, and how it says so."""

import runpy
from pathlib import Path

import pytest

from skerry.errors import SkerryError
from skerry.lab import requirements


def test_missing_programs_are_named_with_the_install_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "PATHS", str(tmp_path))
    with pytest.raises(SkerryError) as caught:
        requirements.require(clients=True)
    assert "nft" in caught.value.what
    assert "docker-registry" in caught.value.what
    assert caught.value.remedy == (
        "sudo apt-get install -y --no-install-recommends amazon-ecr-credential-helper containerd dnsmasq-base "
        "docker-registry iproute2 mount nftables skopeo util-linux"
    )


def test_script_of_make_test_prints_the_packages_of_all_missing_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(requirements, "PATHS", str(tmp_path))
    runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "lab_packages.py"))
    every = sorted({*requirements.PROGRAMS.values(), *requirements.CLIENTS.values()})
    assert capsys.readouterr().out.split() == every


def test_probe_mode_requires_no_client_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "PATHS", str(tmp_path))
    for name in requirements.PROGRAMS:
        (tmp_path / name).touch(mode=0o755)
    requirements.require(clients=False)
    with pytest.raises(SkerryError, match="ctr") as caught:
        requirements.require(clients=True)
    assert caught.value.remedy.endswith("  # probe does without them")


def test_missing_python_package_is_named_with_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "MODULES", ("dns", "no_such_module"))
    with pytest.raises(SkerryError, match="no_such_module") as caught:
        requirements.require(clients=False)
    assert caught.value.remedy == "Install skerry with the extra lab: pipx install --force '.[lab]' in its checkout"


def test_program_is_looked_up_in_the_given_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nft").touch(mode=0o755)
    monkeypatch.setattr(requirements, "PATHS", f"/nowhere:{tmp_path}")
    assert requirements.program_path_of("nft") == str(tmp_path / "nft")
    assert requirements.program_path_of("absent") == "absent"
