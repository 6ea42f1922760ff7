"""What was asked for: customers, products, sales orders."""
