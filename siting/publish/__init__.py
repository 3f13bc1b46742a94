"""The public consultation pack: what of an answer may be published, the notice, the review before it, the folder.

`public_told` (siting.publish.public) puts an answer together anew of what is known to be public by the list
`data/public.toml`; `Notice` (siting.consultation.notice) is the announcement that a planner fills in. The pack is
written only after its contents were seen in the review and released by their code.
"""
