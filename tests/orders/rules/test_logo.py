"""Which pictures become a logo, and what is left of them."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, PngImagePlugin

from orders.models.company import MAX_LOGO_BYTES
from orders.rules.logo import MAX_UPLOAD_BYTES, logo_from


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    file = BytesIO()
    picture.save(file, format=kind, **options)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says to have this size, in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("kind", "mode", "size", "expected"),
    [
        ("PNG", "RGBA", (100, 50), (100, 50)),
        ("PNG", "L", (1200, 1200), (300, 300)),
        ("PNG", "P", (3000, 30), (600, 6)),
        ("JPEG", "RGB", (1200, 300), (600, 150)),
        ("JPEG", "CMYK", (10, 900), (3, 300)),
    ],
)
def test_picture_becomes_a_png_that_fits(kind, mode, size, expected):
    logo = Image.open(BytesIO(logo_from(saved(Image.new(mode, size), kind))))
    assert (logo.format, logo.size) == ("PNG", expected)


def test_nothing_of_the_file_but_the_picture_survives():
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "<script>alert(1)</script>")
    logo = logo_from(saved(Image.new("RGB", (20, 20)), "PNG", pnginfo=hidden) + b"<?php evil(); ?>")
    assert b"script" not in logo
    assert b"php" not in logo


def test_picture_of_a_telephone_stands_upright():
    turned = Image.Exif()
    turned[0x0112] = 6  # orientation: a quarter turn
    logo = Image.open(BytesIO(logo_from(saved(Image.new("RGB", (40, 20)), "JPEG", exif=turned))))
    assert logo.size == (20, 40)


def test_busy_picture_is_kept_small_by_fewer_colours():
    noise = Image.frombytes("RGB", (600, 300), random.Random(1).randbytes(600 * 300 * 3))
    logo = logo_from(saved(noise, "PNG"))
    assert len(logo) <= MAX_LOGO_BYTES
    assert Image.open(BytesIO(logo)).size == (600, 300)


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        (b"", "not a picture"),
        (b"\0" * 100, "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not a picture"),
        (saved(Image.new("RGB", (9, 9)), "GIF"), "not a picture"),
        (saved(Image.new("RGB", (9, 9)), "BMP"), "not a picture"),
        (bomb(9, 9)[:40], "not a picture"),
        (bomb(5001, 4000), "20 million pixels"),
        (bomb(10_000, 10_000), "not a picture"),
        (bomb(60_000, 60_000), "not a picture"),
        (bomb(2**31 - 1, 2**31 - 1), "not a picture"),
        (b"x" * (MAX_UPLOAD_BYTES + 1), "larger than 2 MB"),
    ],
    ids=["empty", "zeros", "svg", "gif", "bmp", "cut head", "large", "bomb", "bomb 2", "bomb 3", "file"],
)
def test_other_file_is_refused_with_the_reason(upload, why):
    with pytest.raises(ValidationError, match=why):
        logo_from(upload)
