"""A sound server with a loudspeaker that nobody hears and a microphone that hears a tone."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

WAIT = 60.0
SPEAKER = "nobody"
TONE_HZ = 440


def is_there() -> bool:
    """Whether this machine has the program."""
    return shutil.which("pulseaudio") is not None


@contextmanager
def sound_server(folder: Path, *, microphone: bool = True) -> Iterator[dict[str, str]]:
    """Run one; yields the variables by which programs find it and no other."""
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "native"
    modules = [
        f"module-null-sink sink_name={SPEAKER}",
        f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
    ]
    if microphone:
        modules.append("module-null-sink sink_name=tone")
        modules.append(f"module-sine sink=tone frequency={TONE_HZ}")
        modules.append("module-remap-source source_name=microphone master=tone.monitor")
    loads = [part for module in modules for part in ("-L", module)]
    own = {"XDG_RUNTIME_DIR": str(folder), "PULSE_RUNTIME_PATH": str(folder), "HOME": str(folder)}
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(
        [*command, *loads], env={**os.environ, **own}, stdout=quiet, stderr=quiet
    )
    try:
        end = time.monotonic() + WAIT
        while not socket.exists():
            assert child.poll() is None, "the sound server has ended"
            assert time.monotonic() < end, "no sound server"
            time.sleep(0.02)
        yield {"PULSE_SERVER": f"unix:{socket}"}
    finally:
        child.terminate()
        child.wait(WAIT)


@contextmanager
def speaker_held(env: Mapping[str, str]) -> Iterator[None]:
    """Let no sound out: what is played stays where it is. `env` names the server."""
    command = ["pactl", "suspend-sink", SPEAKER]
    subprocess.run([*command, "1"], env=env, timeout=WAIT, check=True)
    yield
    subprocess.run([*command, "0"], env=env, timeout=WAIT, check=True)
