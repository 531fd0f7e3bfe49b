"""Whether what lies somewhere is what was offered: read again, whatever it is called now."""

from __future__ import annotations

import os
import stat
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from app.crypto.content import piece_digest, root_digest
from app.domain.errors import AppError
from app.domain.manifest import PIECE_SIZE, Entry, Manifest
from app.protocol.manifests import encode_manifest
from app.protocol.worker_messages import Notice, Prepared, Verify
from app.transport.bulk.earlier import files_of
from app.transport.bulk.giving import READING, ReadJob
from app.transport.bulk.jobs import Tell
from app.transport.bulk.manifest_files import keep_manifest, load_manifest
from app.transport.bulk.surveying import digest_all, survey


class VerifyJob(ReadJob):
    """Compares piece by piece; without a manifest, as if it were offered once more."""

    def __init__(self, command: Verify, tell: Tell) -> None:
        super().__init__(command.transfer, tell)
        self._command = command
        self._path = Path(command.path)

    def _work(self) -> Notice:
        command = self._command
        with READING:
            self._check()
            if not self._path.exists():
                raise AppError("file-not-found", {"path": command.path})
            manifest = load_manifest(Path(command.manifest), command.root)
            if manifest is None:
                manifest = self._read_anew()
            else:
                self._compare(manifest)
        files, size = len(manifest.entries), manifest.size
        is_folder = manifest.is_folder
        return Prepared(self.transfer, command.root, manifest.name, size, files, is_folder)

    def _read_anew(self) -> Manifest:
        """Make the manifest that is lost, if nothing has changed since, not even times."""
        found = replace(survey(self._path), name=self._command.name)
        found = digest_all(self._path, found, self._read_on)
        for manifest in (found, replace(found, heads=b"")):
            wire = encode_manifest(manifest)
            if root_digest(wire) == self._command.root:
                keep_manifest(Path(self._command.manifest), wire)
                Path(self._command.seen).unlink(missing_ok=True)
                return manifest
        raise self._differs()

    def _compare(self, wanted: Manifest) -> None:
        received = self._command.received
        with closing(files_of(self._path, wanted, received=received)) as files:
            times = [self._time(files.path_of(at), one) for at, one in enumerate(wanted.entries)]
        entries = zip(wanted.entries, times, strict=True)
        lying = replace(wanted, entries=tuple(Entry(one.path, one.size, ms) for one, ms in entries))
        buffer = memoryview(bytearray(PIECE_SIZE))
        with closing(files_of(self._path, lying, received=received)) as files:
            done = 0
            for piece in range(files.layout.count):
                content = files.read_into(piece, buffer)
                if piece_digest([content]) != wanted.digest(piece):
                    raise self._differs()
                done += len(content)
                self._read_on(done, wanted.size)
        self._keep(wanted, lying)

    def _time(self, path: str, entry: Entry) -> int:
        try:
            found = os.lstat(path)
        except OSError as error:
            raise self._differs() from error
        if not stat.S_ISREG(found.st_mode) or found.st_size != entry.size:
            raise self._differs()
        return found.st_mtime_ns // 1_000_000

    def _keep(self, wanted: Manifest, lying: Manifest) -> None:
        seen = Path(self._command.seen)
        if lying == wanted:
            with suppress(FileNotFoundError):
                seen.unlink()
        else:
            keep_manifest(seen, encode_manifest(lying))

    def _differs(self) -> AppError:
        return AppError("file-differs", {"path": str(self._path)})
