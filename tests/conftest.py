"""Settings of all tests."""

from hypothesis import settings

# Loops that are compiled on first use take their time once; nothing in the tests depends on time.
settings.register_profile("siting", deadline=None)
settings.load_profile("siting")
