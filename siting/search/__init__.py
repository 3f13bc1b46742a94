"""Searches that know one kind of model: good plans and bounds on bare arrays, before the solver is asked.

`engines` says which search knows which model; what they leave undecided goes to the solver.
"""
