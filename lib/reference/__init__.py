"""The reference: what the answers of the labs are compared with. It never ships."""
