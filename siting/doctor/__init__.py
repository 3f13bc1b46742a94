"""The infeasibility doctor: the smallest changes that make a question answerable, in the planner's terms."""

from siting.doctor.diagnosis import Diagnosis, NoPlanError, Remedy, diagnose
from siting.doctor.rules import Rule, Rules

__all__ = ["Diagnosis", "NoPlanError", "Remedy", "Rule", "Rules", "diagnose"]
