"""The numbers of workload and readiness (model ``workload/1``): see docs/formulas.md.

``analysis.analyse`` gives a player's, ``team.team_workload`` the team's; ``breaches``, ``recommendations`` and
``projection`` say what is over a limit, what to do about it, and what that would do to the coming week.
"""
