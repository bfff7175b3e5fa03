"""API calls as data."""

from skerry.model.api_call import ApiCall


def test_batch_parameter_defaults_to_the_key_of_the_rows() -> None:
    call = ApiCall("ecs", "DescribeTasks", "tasks", ("taskArn",))
    assert call.ids_parameter == "tasks"
    assert call._replace(ids="names").ids_parameter == "names"
    assert call._replace(rows=None).ids_parameter == ""
