"""From an instance and a model to a verified plan: searches, arrays or a Pyomo model, and the one door to HiGHS."""
