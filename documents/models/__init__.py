from documents.models.packing_slip import (
    PackingSlip,
    PackingSlipLine,
    PackingSlipLineReversal,
    PackingSlipStatus,
    PackingSlipUnit,
)
from documents.models.print_job import PrintJob, PrintJobState

__all__ = [
    "PackingSlip",
    "PackingSlipLine",
    "PackingSlipLineReversal",
    "PackingSlipStatus",
    "PackingSlipUnit",
    "PrintJob",
    "PrintJobState",
]
