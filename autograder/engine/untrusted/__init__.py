"""What runs beside student code: imports neither `lib` nor anything that grades."""
