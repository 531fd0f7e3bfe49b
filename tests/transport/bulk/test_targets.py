"""The part and what is remembered of it, by themselves."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from app.domain.manifest import PIECE_SIZE, Layout
from app.protocol.piece_map import PieceMap
from app.transport.bulk.part_files import PartFiles
from app.transport.bulk.resume import VERSION, ResumeState, load_state, save_state
from app.transport.bulk.targets import Target
from tests.support.bulk_peers import tree
from tests.transport.bulk.contents import PART, ROOT, SIZES, manifest_of, piece_of


class Receiving(RuleBasedStateMachine):
    """Pieces in any order, with crashes in between that keep only what was synced and noted."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.state = self.home / "state"
        self.inbox = self.home / "inbox"
        self.inbox.mkdir()
        self.target: Target | None = None
        self.path: Path | None = None

    @initialize(sizes=st.lists(st.sampled_from(SIZES), max_size=5), is_folder=st.booleans())
    def begin(self, sizes: list[int], is_folder: bool) -> None:
        kept = sizes if is_folder else (sizes or [0])[:1]
        self.contents = [os.urandom(size) for size in kept]
        self.manifest = manifest_of(self.contents, is_folder=is_folder)
        self.layout = Layout(kept)
        self.saved = PieceMap(self.layout.count)
        self.open()

    def open(self) -> None:
        self.target = Target(self.inbox, PART, self.manifest)
        state = load_state(self.state, ROOT)
        self.done = PieceMap.decode(
            state.pieces if state else self.saved.encode(), self.saved.count
        )
        self.path = self.target.placed_before(state.placed, state.inode) if state else None
        if self.path is None:
            self.target.begin()
            assert not self.target.lost(self.done)
            assert self.done.encode() == self.saved.encode()
        self.files = PartFiles(self.target.part)

    def running(self) -> bool:
        return self.target is not None and self.path is None

    @precondition(running)
    @rule(data=st.data())
    def piece(self, data: st.DataObject) -> None:
        if self.layout.count:
            piece = data.draw(st.integers(0, self.layout.count - 1))
            self.files.write(piece, memoryview(piece_of(self.contents, self.layout, piece)))
            self.done.add(piece)
            buffer = memoryview(bytearray(PIECE_SIZE))
            read = bytes(self.files.read_into(piece, buffer))
            assert read == piece_of(self.contents, self.layout, piece)

    @precondition(running)
    @rule()
    def save(self) -> None:
        assert self.target is not None
        self.target.sync()
        self.remember("", 0)

    def remember(self, name: str, inode: int) -> None:
        save_state(self.state, ResumeState(VERSION, ROOT, self.done.encode(), name, inode))
        self.saved = PieceMap.decode(self.done.encode(), self.done.count)

    @rule(in_the_middle=st.booleans())
    def crash(self, in_the_middle: bool) -> None:
        if in_the_middle:
            self.state.with_name("state.new").write_bytes(b"half of a")
        self.close()
        self.open()

    def close(self) -> None:
        if self.target is not None:
            self.files.close()
            self.target.close()
            self.target = None

    @precondition(running)
    @rule(taken=st.booleans())
    def complete(self, taken: bool) -> None:
        assert self.target is not None
        if not self.done.is_complete:
            return
        if taken:
            (self.inbox / "given").touch()
        self.path = self.target.complete(self.remember)
        assert self.path.name == (
            "given (2)" if (self.inbox / "given").is_file() and taken else "given"
        )

    @precondition(lambda self: self.path is not None)
    @rule()
    def is_in_place(self) -> None:
        assert self.path is not None
        assert not (self.inbox / PART).exists()
        if not self.manifest.is_folder:
            assert self.path.read_bytes() == self.contents[0]
            return
        found = {name: content for name, content in tree(self.path).items() if content is not None}
        assert found == {f"{n % 3}/{n}": content for n, content in enumerate(self.contents)}
        assert (self.path / "bare" / "er").is_dir()

    def teardown(self) -> None:
        self.close()
        shutil.rmtree(self.home)


TestReceiving = Receiving.TestCase
