"""Which very unit: tracking dimension groups, serial numbers, registrations."""
