"""The numbers of workload and readiness (model ``workload/1``): see docs/formulas.md.

``analysis.analyse`` gives a player's and ``team.team_workload`` the team's; ``breaches``, ``recommendations``
and ``projection`` say what is past a limit, what to do about it, and what that does to the coming week.
"""
