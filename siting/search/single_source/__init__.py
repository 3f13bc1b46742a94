"""Single-source capacitated location: each demand point whole to one site. Good plans, bounds and proofs.

`search_single_source` answers a whole question. Where several services or periods are decided together, by a budget
or by places that they share, whoever coordinates them works on a `Task` each (`Task.of` an instance, or
`Task.of_arrays`):

- `task.priced(price)` and `task.fixed(must, may)` are the task at prices of sites, and with sites fixed;
- `site_cut(task)` is a bound on its plans and the cut on open sites behind it, and begins, if asked to, where the cut
  of the last prices ended;
- `plan_on(task, opened)` is a good plan on sites that the coordinator has chosen;
- `search_task(task, time_limit_s, ...)` decides it.
"""

from siting.search.single_source.plans import Plan
from siting.search.single_source.search import SingleSource, search_single_source, search_task
from siting.search.single_source.service import SiteCut, plan_on, site_cut
from siting.search.single_source.task import Task

__all__ = ["Plan", "SingleSource", "SiteCut", "Task", "plan_on", "search_single_source", "search_task", "site_cut"]
