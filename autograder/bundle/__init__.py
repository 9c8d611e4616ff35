"""A lab packed for a platform that grades by itself: what goes in, and what runs there."""
