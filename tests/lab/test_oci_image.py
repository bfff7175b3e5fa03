"""The image that is pulled in a lab."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from skerry.lab.oci_image import source_of, write_layout


def packed(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return path


class TestLayout:
    def test_oci_layout_blobs_match_their_digests_and_sizes(self, tmp_path: Path) -> None:
        write_layout(tmp_path / "image", "web:1.0")
        blobs = tmp_path / "image" / "blobs" / "sha256"
        for path in blobs.iterdir():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        (row,) = json.loads((tmp_path / "image" / "index.json").read_text())["manifests"]
        manifest = json.loads((blobs / row["digest"].partition(":")[2]).read_text())
        for part in (manifest["config"], *manifest["layers"]):
            assert (blobs / part["digest"].partition(":")[2]).stat().st_size == part["size"]

    def test_oci_layer_contains_the_image_name(self, tmp_path: Path) -> None:
        write_layout(tmp_path / "image", "web:1.0")
        blobs = tmp_path / "image" / "blobs" / "sha256"
        config = next(json.loads(path.read_text()) for path in blobs.iterdir() if b"rootfs" in path.read_bytes())
        (plain,) = [gzip.decompress(b) for b in map(Path.read_bytes, blobs.iterdir()) if b[:2] == b"\x1f\x8b"]
        assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(plain).hexdigest()}"]
        with tarfile.open(fileobj=io.BytesIO(plain)) as layer:
            file = layer.extractfile("image")
            assert file is not None
            assert file.read() == b"web:1.0\n"

    def test_oci_layout_is_reproducible(self, tmp_path: Path) -> None:
        write_layout(tmp_path / "a", "web:1.0")
        write_layout(tmp_path / "b", "web:1.0")
        assert (tmp_path / "a" / "index.json").read_bytes() == (tmp_path / "b" / "index.json").read_bytes()


class TestArchive:
    def test_docker_archive_is_recognized_by_its_manifest(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "web.tar", "./manifest.json", "repositories")
        assert source_of(path) == f"docker-archive:{path}"

    def test_oci_archive_is_recognized_by_its_index(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "web.tar", "oci-layout", "index.json")
        assert source_of(path) == f"oci-archive:{path}"

    def test_oci_layout_folder_is_accepted_as_image_source(self, tmp_path: Path) -> None:
        write_layout(tmp_path / "image", "web:1.0")
        assert source_of(tmp_path / "image") == f"oci:{tmp_path / 'image'}"

    def test_archive_without_manifest_or_index_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r"no manifest\.json or index\.json"):
            source_of(packed(tmp_path / "other.tar", "a.txt"))

    @pytest.mark.parametrize("content", [b"", b"no archive at all"])
    def test_non_archive_file_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "web.tar").write_bytes(content)
        with pytest.raises(ValueError, match="not an image archive"):
            source_of(tmp_path / "web.tar")
