"""The result of a report: the network as it is, the plan, and the network with the plan."""

import msgspec

from skerry.diagnose.causes import Cause
from skerry.diagnose.diagnosis import Diagnosis, ServiceDiagnosis, ServiceGroup, StepSummary
from skerry.model.world import World
from skerry.plan.records import Plan
from skerry.verdicts import BLOCKED, INTERMITTENT, UNKNOWN, worst_of

_WORST_FIRST = (BLOCKED, INTERMITTENT, UNKNOWN)


class PlannedNetwork(msgspec.Struct, frozen=True):
    """The World after the changes of a plan, and its diagnosis."""

    world: World
    diagnosis: Diagnosis


class Report(msgspec.Struct, frozen=True):
    """A diagnosis with the plan for it.

    ``plan`` is None if there is nothing to change, ``planned`` if its changes change no verdict, as with manual steps
    alone.
    """

    world: World
    diagnosis: Diagnosis
    plan: Plan | None = None
    planned: PlannedNetwork | None = None

    def planned_service(self, service: ServiceDiagnosis) -> ServiceDiagnosis | None:
        """Return the diagnosis of a service in the planned network; None without one."""
        services = () if self.planned is None else self.planned.diagnosis.services
        key = _key_of(service)
        return next((planned for planned in services if _key_of(planned) == key), None)

    def planned_steps(self, service: ServiceDiagnosis, planned: ServiceDiagnosis) -> tuple[StepSummary, ...]:
        """Return the steps of a service in the planned network, with the numbers and the order that they have now.

        The changes of a plan change no Need of a launch, so that Needs keep their places.
        """
        places = {id(row): place for place, row in enumerate(service.needs)}
        return tuple(
            msgspec.structs.replace(step, needs=needs, verdict=worst_of(row.verdict for row in needs), causes=())
            for step in service.steps
            for needs in [tuple(planned.needs[places[id(row)]] for row in step.needs)]
        )

    def changes_for(self, cause: Cause) -> tuple[int, ...]:
        """Return the numbers of the changes that remove a cause, as the plan counts them."""
        if self.plan is None:
            return ()
        resources = {*cause.resources, *(stop.resource for stop in cause.stops)}
        return tuple(
            number
            for number, row in enumerate(self.plan.in_order, 1)
            if any(why.code == cause.code and why.resource in resources for why in row.why)
        )

    @property
    def groups(self) -> tuple[ServiceGroup, ...]:
        """The services to show step by step, those that fail before the others; groups of them fail alike."""
        failing = self.diagnosis.failing_groups
        if len(self.diagnosis.services) == 1:
            return failing
        return tuple(sorted(failing, key=lambda group: _WORST_FIRST.index(group.services[0].verdict)))

    @property
    def working(self) -> tuple[ServiceDiagnosis, ...]:
        """The services of several that need no fix."""
        return tuple(service for group in self.diagnosis.working_groups for service in group.services)


def _key_of(service: ServiceDiagnosis) -> tuple[str, str]:
    return service.launch.cluster, service.launch.name
