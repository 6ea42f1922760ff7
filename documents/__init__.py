"""What was posted: packing slips, and printing."""
