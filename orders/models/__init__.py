from orders.models.company import Company
from orders.models.customer import Customer, CustomerAddress
from orders.models.number_sequence import NumberSequence, SequenceKind
from orders.models.product import Product
from orders.models.sales_order import OrderStatus, SalesOrder, SalesOrderLine
from orders.models.submission import Submission
from orders.models.user import User

__all__ = [
    "Company",
    "Customer",
    "CustomerAddress",
    "NumberSequence",
    "OrderStatus",
    "Product",
    "SalesOrder",
    "SalesOrderLine",
    "SequenceKind",
    "Submission",
    "User",
]
