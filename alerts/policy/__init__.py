"""Policies: which ladders a team climbs for which cases. Read from and written to YAML, chosen for a case. Pure."""

from alerts.policy.choosing import choose_policy, default_policy
from alerts.policy.marked import PolicyError, Problem
from alerts.policy.model import ANY, NEEDS, RISKS, OverrideSpec, Policies, Policy, RosterSpec
from alerts.policy.reading import read_policies
from alerts.policy.standing_in import overrides_of
from alerts.policy.writing import to_yaml

__all__ = [
    "ANY",
    "NEEDS",
    "RISKS",
    "OverrideSpec",
    "Policies",
    "Policy",
    "PolicyError",
    "Problem",
    "RosterSpec",
    "choose_policy",
    "default_policy",
    "overrides_of",
    "read_policies",
    "to_yaml",
]
