"""Learning platforms: reads what they hand over, and fills in what they take back."""
