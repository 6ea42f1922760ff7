from decimal import Decimal

import pytest
from django.utils import translation

from orders.templatetags.money import price


@pytest.mark.parametrize(
    ("amount", "language", "text"),
    [
        ("18900", "en", "18,900.00"),
        ("12.7500", "en", "12.75"),
        ("0.0125", "en", "0.0125"),
        ("0", "en", "0.00"),
        ("18900.5", "nb", "18\xa0900,50"),
        ("1290", "nl", "1.290,00"),
    ],
)
def test_prices_are_written_as_their_readers_write_them(amount, language, text):
    with translation.override(language):
        assert price(Decimal(amount)) == text
