"""The jobs of who offers something: read it through once, then serve it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import NoReturn

from app.domain.errors import AppError
from app.domain.manifest import Layout, Manifest
from app.protocol.piece_map import PieceMap
from app.protocol.worker_messages import Notice, Prepare, Prepared, Progress, Serve
from app.transport.bulk.earlier import received_files
from app.transport.bulk.jobs import ExchangeJob, Job, Tell
from app.transport.bulk.manifest_files import load_manifest, load_seen, save_manifest
from app.transport.bulk.progress import Meter
from app.transport.bulk.sharing import Content
from app.transport.bulk.sources import SourceFiles
from app.transport.bulk.surveying import digest_all, survey

READING = threading.Semaphore(2)
"""So many offers are read at once; others would only make the disk slower."""


class ReadJob(Job):
    """A job that reads something through and tells how far it is."""

    def __init__(self, transfer: int, tell: Tell) -> None:
        super().__init__(transfer, tell)
        self._meter = Meter()
        self._read = 0
        self._size = 0

    def tick(self, now: float) -> None:
        rate = self._meter.news(self._read, now)
        if rate is not None:
            self._tell(Progress(self.transfer, self._read, self._size, rate))

    def _read_on(self, done: int, size: int) -> None:
        self._check()
        self._read, self._size = done, size

    def _ended(self, code: str) -> Notice | None:
        """Nothing is open any more."""


class PrepareJob(ReadJob):
    """Reads a file or folder whole and writes its manifest."""

    def __init__(self, command: Prepare, tell: Tell) -> None:
        super().__init__(command.transfer, tell)
        self._path = Path(command.path)
        self._file = Path(command.manifest)

    def _work(self) -> Notice:
        with READING:
            self._check()
            found = survey(self._path)
            self._read_on(0, found.size)
            manifest = digest_all(self._path, found, self._read_on)
            root = save_manifest(self._file, manifest)
        files = len(manifest.entries)
        name, size, is_folder = manifest.name, manifest.size, manifest.is_folder
        return Prepared(self.transfer, root, name, size, files, is_folder)


class ServeJob(ExchangeJob):
    """Gives what lies at a path until it is stopped."""

    def __init__(self, command: Serve, tell: Tell) -> None:
        super().__init__(command.transfer, command.root, Path(command.manifest), tell)
        self._command = command

    def _work(self) -> NoReturn:
        path = Path(self._command.path)
        manifest = load_manifest(Path(self._command.manifest), self._command.root)
        if manifest is None:
            raise AppError("manifest-lost", {"path": self._command.manifest})
        if not path.exists():
            raise AppError("file-not-found", {"path": str(path)})
        self._size = manifest.size
        self._lanes.begin(self._served(path, manifest), in_place=True)
        while True:
            self._wait()

    def _served(self, path: Path, manifest: Manifest) -> Content:
        layout = Layout([entry.size for entry in manifest.entries])
        files = received_files if self._command.received else SourceFiles
        everything = PieceMap.full(layout.count)
        lying = load_seen(Path(self._command.seen), manifest) if self._command.seen else manifest
        return Content(manifest, layout, everything, lambda: files(path, lying, layout))
