"""The arguments of use cases as this command line spells them: its hints name options."""

from collections.abc import Mapping

from skerry.errors import Argument, SkerryError

OPTIONS: Mapping[Argument, str] = {
    Argument.ALLOW_NETWORK: "--allow-network",
    Argument.CLUSTER: "--cluster",
    Argument.CODE: "--code",
    Argument.DEFINITION: "--task-definition",
    Argument.FORCE: "--force",
    Argument.FORMAT: "--format",
    Argument.INSTANCE: "--instance",
    Argument.INTERFACE: "--eni",
    Argument.INTERNET: "--source internet",
    Argument.PROBE: "--probe",
    Argument.PROFILE: "--profile",
    Argument.PUBLIC_ADDRESS: "--public-address",
    Argument.REGION: "--region",
    Argument.RUN_CODE: "--run-code",
    Argument.SERVICE: "--service",
    Argument.SOURCE_ADDRESS: "--source-address",
    Argument.SUBNET: "--subnet",
    Argument.SETTINGS: "--config",
    Argument.TO: "--to",
    Argument.WRITE_BASELINE: "--write-baseline",
}


def hint_of(error: SkerryError) -> str:
    """Return the remedy of an error, with the options to give."""
    return error.spell_remedy(OPTIONS.__getitem__)
