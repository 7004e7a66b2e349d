"""Roles of people: Django groups, and what each may do, as rules."""

from django.contrib.auth.models import Group
from rules.permissions import set_perm
from rules.predicates import is_active, is_group_member, is_superuser

CX_LEADER = "cx_leader"
FINANCE_REVIEWER = "finance_reviewer"
ADMINISTRATOR = "administrator"
ROLES = (CX_LEADER, FINANCE_REVIEWER, ADMINISTRATOR)

is_leader = is_active & is_group_member(CX_LEADER)
is_reviewer = is_active & is_group_member(FINANCE_REVIEWER)
is_administrator = is_active & (is_superuser | is_group_member(ADMINISTRATOR))

may_administer = is_administrator
may_write = is_administrator | is_leader
may_read = is_administrator | is_leader | is_reviewer

PERMISSIONS = {
    "experiments.view": may_read,
    "experiments.edit": may_write,
    "experiments.manage_keys": may_administer,
    "impact.view_report": may_read,
    "impact.request_run": may_write,
    "impact.send_data": may_write,
}
for name, predicate in PERMISSIONS.items():
    set_perm(name, predicate)  # type: ignore[no-untyped-call]  # rules leaves it bare


def ensure_roles() -> None:
    """Create the groups that are missing."""
    Group.objects.bulk_create([Group(name=name) for name in ROLES], ignore_conflicts=True)
