"""Many scenarios, cases or amounts as independent tasks: on several processes, or on the machines of a cluster."""
