"""Which pictures can be the company's logo."""

from __future__ import annotations

from io import BytesIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from orders.models.company import MAX_LOGO_BYTES

MAX_UPLOAD_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 20_000_000
LOGO_SIZE = (600, 300)

# What Pillow raises on files that are broken or made to hurt. A DecompressionBombWarning is one when tests make it so.
_UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning)


def logo_from(upload: bytes) -> bytes:
    """The uploaded picture drawn anew as a PNG of at most 600 by 300 pixels: nothing else of the file survives."""
    if len(upload) > MAX_UPLOAD_BYTES:
        raise _refused(_("The file is larger than 2 MB. Take a smaller picture."))
    try:
        return _png(_drawn_anew(upload))
    except _UNREADABLE as error:
        raise _refused(_("This is not a picture that can be read. Take a PNG or JPEG file.")) from error


def _drawn_anew(upload: bytes) -> Image.Image:
    with Image.open(BytesIO(upload), formats=("PNG", "JPEG")) as picture:
        # The size stands in the head of the file, so a bomb is refused before it is unpacked.
        if picture.width * picture.height > MAX_PIXELS:
            raise _refused(_("The picture has more than 20 million pixels. Take a smaller one."))
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail(LOGO_SIZE)
    drawn = Image.new("RGBA", upright.size)
    drawn.paste(upright)
    return drawn


def _png(picture: Image.Image) -> bytes:
    """The picture as a file; with fewer colours when it would be too large, as a photo may be."""
    data = _saved(picture)
    return data if len(data) <= MAX_LOGO_BYTES else _saved(picture.quantize(256))


def _saved(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, format="PNG", optimize=True)
    return file.getvalue()


def _refused(text: str) -> ValidationError:
    return ValidationError({"upload": text})
