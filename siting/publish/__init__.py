"""The public consultation pack: what of an answer may be published, the notice, the review before it, the folder.

`public_told` (siting.publish.public) takes out of an answer all that is not known to be public, by the list
`data/public.toml`; `Notice` (siting.publish.notice) is the announcement that a planner fills in; nothing is written
before its contents were seen in the review and released by their code.
"""
