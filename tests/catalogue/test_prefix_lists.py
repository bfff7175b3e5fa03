"""The ids of AWS's own prefix lists."""

from skerry.catalogue.prefix_lists import prefix_list_ids, prefix_list_names


def test_prefix_list_has_its_id_by_name() -> None:
    assert prefix_list_ids()["com.amazonaws.eu-west-1.s3"] == "pl-6da54004"
    assert "com.amazonaws.xx-west-1.s3" not in prefix_list_ids()


def test_id_belongs_to_the_service_of_its_region() -> None:
    assert prefix_list_names("eu-west-1") == {
        "pl-6da54004": "com.amazonaws.eu-west-1.s3",
        "pl-6fa54006": "com.amazonaws.eu-west-1.dynamodb",
    }
    assert prefix_list_names("ap-southeast-1")["pl-6fa54006"] == "com.amazonaws.ap-southeast-1.s3"
    assert prefix_list_names("xx-west-1") == {}


def test_no_region_has_an_id_twice() -> None:
    regions = {name.split(".")[2] for name in prefix_list_ids()}
    assert [region for region in regions if len(prefix_list_names(region)) != 2] == []
