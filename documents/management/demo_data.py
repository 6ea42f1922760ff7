"""Who and what the demo company is. All of it is made up; only the check digits are real."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from orders.models.choices import UnitCode, VatCategory

FIRST_STEPS = "First steps"  # the reference by which a newcomer finds the order to begin with

ROLES = {
    "clerk": "Sales clerk",
    "worker": "Warehouse worker",
    "invoicing": "Invoicing clerk",
    "maintainer": "Serial number maintainer",
    "counter": "Counter",
    "cashier": "Cashier",
    "producer": "Production worker",
    "production-manager": "Production manager",
    "setup": "Set-up administrator",
    "auditor": "Auditor",
}
ADMINISTRATOR = "admin"

COMPANY = {
    "name": "Nordlys Elektro AS",
    "street": "Havnegata 12",
    "postal_code": "9008",
    "city": "Tromsø",
    "country": "NO",
    "organisation_number": "310420697",
    "vat_number": "NO310420697MVA",
    "iban": "NO9386011117947",
    "bic": "NLYSNO22",
    "phone": "+47 77 00 00 00",
    "email": "post@nordlys.example",
    "website": "https://nordlys.example",
    "dispatch_address": "Terminalveien 3, 9019 Tromsø",
    "currency": "NOK",
    "document_footer": "Thank you for your order.",
}

AT_SALE = {"serial_active_in_sales_process": True}
GROUPS: dict[str, dict[str, Any]] = {
    "At sale": {**AT_SALE, "description": "A serial number for every unit, captured when it is sold."},
    "At sale, may be blank": {
        **AT_SALE,
        "serial_blank_issue_allowed": True,
        "description": "Numbers where there are any.",
    },
    "At sale, with format": {
        **AT_SALE,
        "serial_format": "EV-9999-999999",
        "serial_format_sample": "EV-2026-000014",
        "serial_format_luhn": True,
        "description": "The number on the box begins with EV, and its last digit checks the others.",
    },
    "Not tracked": {"description": "Bulk goods."},
    "Serial numbers in stock": {
        "serial_active": True,
        "serial_control": True,
        "serial_physical_inventory": True,
        "serial_warehouse_tracking": True,
        "description": "Numbers are known from receipt on.",
    },
    "Batches in stock": {
        "batch_active": True,
        "batch_control": True,
        "batch_physical_inventory": True,
        "batch_warehouse_tracking": True,
        "description": "Made and received in batches.",
    },
}

# Item number, name, GTIN, price, group, and what differs from a piece with two years of warranty.
PRODUCTS: list[tuple[str, str, str, str, str | None, dict[str, Any]]] = [
    (
        "HP-200",
        "Heat pump Polar 200",
        "2000000000015",
        "18900",
        "At sale",
        {"warranty_months": 60, "service_months": 12},
    ),
    ("SOL-5", "Solar inverter Sol 5 kW", "2000000000022", "11450", "At sale", {"warranty_months": 120}),
    ("CAM-4K", "Camera Nattsyn 4K", "2000000000039", "1290", "At sale", {}),
    ("DRILL-18", "Cordless drill Bor 18 V", "2000000000046", "1749", "At sale", {"service_months": 6}),
    ("EV-22", "Charging station Fjord 22 kW", "2000000000053", "8990", "At sale, with format", {"warranty_months": 36}),
    ("ROUTER-6", "Router Signal 6", "2000000000060", "999", "At sale, may be blank", {}),
    ("TERM-1", "Thermostat Lun", "2000000000077", "649.50", "At sale, may be blank", {}),
    (
        "CABLE-3G",
        "Installation cable 3G2.5",
        "2000000000084",
        "12.75",
        "Not tracked",
        {"unit": UnitCode.METRE, "warranty_months": 0},
    ),
    ("FUSE-16", "Circuit breaker 16 A", "2000000000091", "89", "Not tracked", {"warranty_months": 12}),
    ("COPPER", "Copper rail, cut to length", "", "148.25", None, {"catch_weight": True, "warranty_months": 0}),
    ("SERVER-1", "Rack server Bre 1U", "2000000000107", "23500", "Serial numbers in stock", {"warranty_months": 36}),
    ("BATTERY-12", "Battery module 12 V", "2000000000114", "2190", "Batches in stock", {}),
    ("WORK", "Installation work", "", "1100", None, {"unit": UnitCode.HOUR, "warranty_months": 0}),
    (
        "MANUAL",
        "Service manual",
        "2000000000121",
        "240",
        None,
        {"vat_category": VatCategory.ZERO, "vat_rate": Decimal(0), "warranty_months": 0},
    ),
]

# Number, what the customer is, and where.
CUSTOMERS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    (
        "1001",
        {
            "name": "Fjellheim Borettslag",
            "language": "nb",
            "vat_number": "NO310420719MVA",
            "electronic_address_scheme": "0192",
            "electronic_address": "310420719",
        },
        [
            {"street": "Fjellveien 4", "postal_code": "9011", "city": "Tromsø", "for_invoices": True},
            {
                "name": "Vaktmesteren",
                "street": "Fjellveien 8",
                "street_2": "Inngang B",
                "postal_code": "9011",
                "city": "Tromsø",
            },
        ],
    ),
    (
        "1002",
        {"name": "Åse Østbø", "language": "nb"},
        [{"street": "Sjøgata 17", "postal_code": "8006", "city": "Bodø", "for_invoices": True}],
    ),
    (
        "2001",
        {
            "name": "De Vries Installatietechniek B.V.",
            "language": "nl",
            "currency": "EUR",
            "country": "NL",
            "vat_number": "NL000999994B57",
            "electronic_address_scheme": "0106",
            "electronic_address": "90000001",
        },
        [
            {
                "street": "Kanaalweg 88",
                "postal_code": "3526 KM",
                "city": "Utrecht",
                "country": "NL",
                "for_invoices": True,
            }
        ],
    ),
    (
        "2002",
        {"name": "Peeters & Zonen", "language": "nl", "currency": "EUR", "country": "BE", "vat_number": "BE0123456749"},
        [{"street": "Kerkstraat 5", "postal_code": "2000", "city": "Antwerpen", "country": "BE", "for_invoices": True}],
    ),
    (
        "3001",
        {
            "name": "Thistle Renewables Ltd",
            "language": "en",
            "currency": "GBP",
            "country": "GB",
            "vat_number": "GB999999973",
            "electronic_address_scheme": "EM",
            "electronic_address": "invoices@thistle.example",
        },
        [
            {
                "street": "14 Harbour Row",
                "postal_code": "AB11 5QF",
                "city": "Aberdeen",
                "country": "GB",
                "for_invoices": True,
            }
        ],
    ),
]
