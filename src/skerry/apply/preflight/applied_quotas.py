"""Quotas as AWS applies them to the account, compared with the resources after the changes.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
"""

from collections.abc import Iterable, Iterator, Mapping

from skerry.apply.preflight.results import ApplyRefusal, ApplyRemark, CheckResult
from skerry.aws.account_session import AccountSession, LostCallError
from skerry.aws.errors import RefusedError
from skerry.errors import SkerryError
from skerry.plan.quotas import QuotaUse

_SERVICE = "service-quotas"
_ACTION = "servicequotas:GetServiceQuota"


def read_quotas(session: AccountSession, uses: Iterable[QuotaUse]) -> dict[str, float]:
    """Return the applied value of each quota by its code, without those that AWS does not give."""
    values: dict[str, float] = {}
    for quota in dict.fromkeys(use.quota for use in uses):
        parameters = {"ServiceCode": quota.service, "QuotaCode": quota.code}
        try:
            values[quota.code] = float(session.call(_SERVICE, "GetServiceQuota", parameters)["Quota"]["Value"])
        except (RefusedError, LostCallError, SkerryError, LookupError, TypeError, ValueError):
            # A quota that AWS does not give stays unread, and `check_quotas` says so.
            continue
    return values


def check_quotas(uses: Iterable[QuotaUse], applied: Mapping[str, float]) -> Iterator[CheckResult]:
    """Yield a refusal for each exceeded quota, and one remark about quotas that were not read."""
    unread = []
    for use in uses:
        code = use.quota.code
        limit = applied.get(code, use.quota.default)
        whose = "the account's quota" if code in applied else "AWS's default quota"
        if use.count > limit:
            message = f"the changes lead to {use.count} {use.resources}, and {whose} {code} is {limit:g}"
            advice = (f"Have quota {code} of Amazon VPC raised (Service Quotas), and apply again.",)
            yield ApplyRefusal("QUOTA_EXCEEDED", code, message, advice)
        elif code not in applied:
            unread.append(f"{code} ({use.count} {use.resources} of {limit:g})")
    if unread:
        message = f"quotas were not read, and AWS's defaults allow the changes: {', '.join(dict.fromkeys(unread))}"
        yield ApplyRemark("QUOTA_UNREAD", "quotas", message, (f"Allow {_ACTION} to have them read.",))
