"""The words in outputs, with their meanings."""

from skerry.catalogue.output_terms import load_output_terms


def test_output_term_is_found_by_its_id_and_says_where_it_stands() -> None:
    term = load_output_terms()["endpoint-zones-unread"]
    assert (term.id, term.of) == ("endpoint-zones-unread", ("finding of a plan",))
    assert term.means.endswith("aws ec2 describe-vpc-endpoint-services.")
