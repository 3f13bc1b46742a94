"""What a scenario may ask of a service beside number and budget: the keys, their checks, what they become."""
