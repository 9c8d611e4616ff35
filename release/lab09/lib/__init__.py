"""The reference: data sets, models, attention maths and training loop of the labs."""
