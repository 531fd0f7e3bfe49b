"""Reading a QR code in a picture: a confined process decodes it, and only pixels come here."""

from __future__ import annotations

import zxingcpp

from app.ui.imaging import ImageProcess

SIDE = 1600
_GREEN, _BYTES = 1, 4


async def read_code(images: ImageProcess, picture: bytes) -> str:
    """Return the text of the first QR code in an encoded picture, "" if there is none.

    Raises AppError("bad-picture").
    """
    found = await images.pixels(picture, SIDE)
    grey = memoryview(found.rgba[_GREEN::_BYTES]).cast("B", (found.height, found.width))
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    codes = zxingcpp.read_barcodes(grey, formats=wanted)
    return codes[0].text if codes else ""
