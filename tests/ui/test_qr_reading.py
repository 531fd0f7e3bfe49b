from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import segno

from app.domain.errors import AppError
from app.ui.imaging import ImageProcess
from app.ui.qr_reading import read_code


@pytest.fixture
def images() -> Iterator[ImageProcess]:
    process = ImageProcess()
    yield process
    process.close()


async def test_a_code_is_read_from_a_picture(images: ImageProcess) -> None:
    picture = io.BytesIO()
    segno.make_qr("12345" * 12).save(picture, kind="png", scale=5)
    assert await read_code(images, picture.getvalue()) == "12345" * 12


async def test_what_is_no_code_or_no_picture(images: ImageProcess) -> None:
    picture = io.BytesIO()
    segno.make_qr("12").save(picture, kind="png", dark="white", light="white")
    assert await read_code(images, picture.getvalue()) == ""
    with pytest.raises(AppError, match="bad picture"):
        await read_code(images, b"no picture at all")
