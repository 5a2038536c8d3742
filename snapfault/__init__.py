"""Fault tolerance of business services on OpenStack, by snapshots.

What to read, in what order:

* :mod:`snapfault.model`, the nouns and the statuses they go through, and
  :mod:`snapfault.rules`, what a policy may say;
* :mod:`snapfault.pipeline`, the story on one page: trigger, rank, snapshot,
  recover; :mod:`snapfault.cycle` has its parts;
* one stage: ``plan.py`` decides and is pure, ``run.py`` acts and is thin;
* :mod:`snapfault.cloud.port`, all that is asked of a cloud, and
  :mod:`snapfault.db`, all that is remembered;
* :mod:`snapfault.api` and :mod:`snapfault.osc`, the doors.
"""
