"""Beds, doctors and the like shared out anew among existing facilities, so that access is as equal as can be."""
