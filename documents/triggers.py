"""What the database guards of packing slips: no line is reversed beyond its quantity (PCK-3)."""

from __future__ import annotations

from serialreg.triggers import Trigger

# Rounded, because SQLite adds decimals as binary fractions: 0.1 and 0.2 would be more than 0.3.
_REVERSED_BEYOND_QUANTITY = """
    SELECT 1
    FROM documents_packingslipline AS line
    JOIN documents_packingsliplinereversal AS reversal ON reversal.line_id = line.id
    WHERE line.id = NEW.{line}
    GROUP BY line.id, line.quantity
    HAVING round(sum(reversal.quantity), 3) > round(line.quantity, 3)
"""

TRIGGERS = [
    Trigger(
        name="reversed_beyond_quantity",
        table="documents_packingsliplinereversal",
        events=["INSERT", "UPDATE"],
        broken=_REVERSED_BEYOND_QUANTITY.format(line="line_id"),
        locks=["1 FROM documents_packingslipline WHERE id = NEW.line_id FOR UPDATE"],
    ),
    Trigger(
        name="quantity_below_reversed",
        table="documents_packingslipline",
        events=["UPDATE OF quantity"],
        broken=_REVERSED_BEYOND_QUANTITY.format(line="id"),
    ),
]
