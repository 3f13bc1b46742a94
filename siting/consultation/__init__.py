"""What both sides of a public consultation go by: the list of what is public, the notice, what people are asked about.

`siting.publish` makes the pack of these; `siting.opinions` collects what comes back.
"""
