from django.urls import URLPattern, path

from documents.views import packing_slip, printing, registration, sales_order

packing_slip_urls = [
    path("packing-slips/", packing_slip.packing_slip_list, name="packing_slip_list"),
    path("sales-orders/<key:pk>/packing-slip/", packing_slip.packing_slip_create, name="packing_slip_create"),
    path("packing-slips/<key:pk>/", packing_slip.packing_slip_detail, name="packing_slip_detail"),
    path("packing-slips/<key:pk>/change/", packing_slip.packing_slip_change, name="packing_slip_change"),
    path("packing-slips/<key:pk>/delete/", packing_slip.packing_slip_delete, name="packing_slip_delete"),
    path("packing-slips/<key:pk>/post/", packing_slip.packing_slip_post, name="packing_slip_post"),
    path("packing-slips/<key:pk>/cancel/", packing_slip.packing_slip_cancel, name="packing_slip_cancel"),
    path("packing-slips/<key:pk>/reverse/", packing_slip.packing_slip_reverse, name="packing_slip_reverse"),
    path("packing-slip-lines/<key:pk>/numbers/", packing_slip.packing_slip_numbers, name="packing_slip_numbers"),
]

registration_urls = [
    path("packing-slip-lines/<key:pk>/scan/", registration.packing_slip_scan, name="packing_slip_scan"),
    path(
        "packing-slip-lines/<key:pk>/not-readable/",
        registration.packing_slip_not_readable,
        name="packing_slip_not_readable",
    ),
    path("registrations/<key:pk>/remove/", registration.registration_remove, name="registration_remove"),
    path("registrations/not-readable/", registration.blank_list, name="blank_list"),
]

sales_order_urls = [
    path("sales-orders/", sales_order.sales_order_list, name="sales_order_list"),
    path("sales-orders/new/", sales_order.sales_order_create, name="sales_order_create"),
    path("sales-orders/customers/", sales_order.sales_order_customers, name="sales_order_customers"),
    path("sales-orders/products/", sales_order.sales_order_products, name="sales_order_products"),
    path("sales-orders/<key:pk>/", sales_order.sales_order_detail, name="sales_order_detail"),
    path("sales-orders/<key:pk>/edit/", sales_order.sales_order_edit, name="sales_order_edit"),
    path("sales-orders/<key:pk>/cancel-rest/", sales_order.sales_order_cancel_rest, name="sales_order_cancel_rest"),
    path("sales-orders/<key:pk>/delete/", sales_order.sales_order_delete, name="sales_order_delete"),
    path("registrations/<key:pk>/release/", sales_order.registration_release, name="registration_release"),
]

printing_urls = [
    path("packing-slips/<key:pk>/print/", printing.packing_slip_print, name="packing_slip_print"),
    path("print-jobs/<key:pk>/", printing.print_job_detail, name="print_job_detail"),
    path("print-jobs/<key:pk>/pdf/", printing.print_job_pdf, name="print_job_pdf"),
]

urlpatterns: list[URLPattern] = [*sales_order_urls, *packing_slip_urls, *registration_urls, *printing_urls]
