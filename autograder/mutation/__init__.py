"""Changes of the solution, and what the tests make of them: mutants, mistakes, right answers."""
