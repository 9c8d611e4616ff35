"""The kit: data sets, figures and checks; a release gets those parts that its lab uses."""
