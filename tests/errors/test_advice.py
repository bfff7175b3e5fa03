"""Advice of errors: words, and the arguments of a use case to give."""

from skerry.errors import AmbiguousNameError, Argument, InputError, OutputError, SkerryError


def test_remedy_has_the_names_of_arguments_in_python() -> None:
    error = InputError("no Region is given", "Give ", Argument.REGION, ", or ", Argument.SOURCE_ADDRESS, ".")
    assert (str(error), error.what) == ("no Region is given", "no Region is given")
    assert error.remedy == "Give region, or source_address."


def test_remedy_can_be_spelled_otherwise() -> None:
    error = OutputError("out exists", "Give ", Argument.FORCE, ".")
    assert error.spell_remedy(lambda argument: f"<{argument.value}>") == "Give <force>."


def test_error_without_advice_has_an_empty_remedy() -> None:
    assert SkerryError("it is broken").remedy == ""


def test_ambiguous_name_error_lists_the_ids() -> None:
    error = AmbiguousNameError("subnet", "web", ["subnet-1", "subnet-2"])
    assert (error.what, error.remedy) == ("2 subnets have the name web", "Give the id of one: subnet-1, subnet-2.")
    assert error.ids == ("subnet-1", "subnet-2")
