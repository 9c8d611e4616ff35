"""What a lab has to show before it is released: `make verify`."""
