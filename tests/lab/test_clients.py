"""What is made of the words of real clients."""

import pytest

from skerry.lab import words

HEAD = (
    'failed to resolve reference "a.example/web:1": failed to do request: '
    'Head "https://a.example/v2/web/manifests/1": dial tcp 203.0.113.5:443: i/o timeout'
)


class TestCtr:
    def test_says_its_error_last(self) -> None:
        assert words.of_ctr(f'time="now" level=info msg="trying next host"\nctr: {HEAD}\n') == HEAD

    def test_says_something_even_without_its_name_before_it(self) -> None:
        assert words.of_ctr("panic: a nil map\n") == "panic: a nil map"

    def test_signatures_in_addresses_are_left_out(self) -> None:
        said = 'ctr: Get "https://b.s3.amazonaws.com/blob?X-Amz-Signature=abc&X-Amz-Expires=9": dial tcp 1.2.3.4:443'
        assert words.of_ctr(said) == 'Get "https://b.s3.amazonaws.com/blob?…": dial tcp 1.2.3.4:443'

    def test_failed_at_the_manifest_where_it_could_not_resolve_the_reference(self) -> None:
        assert words.is_about_manifest(HEAD)
        assert not words.is_about_manifest('failed to copy: httpReadSeeker: failed open: failed to do request: Get "…"')


class TestTheCredentialHelper:
    def test_says_its_error_in_its_log(self) -> None:
        log = (
            'time="1" level=debug msg="Retrieving credentials"\n'
            'time="2" level=error msg="Error retrieving credentials" '
            'error="ecr: Failed to get: Post \\"https://api.ecr.eu-west-1.amazonaws.com/\\": i/o timeout"\n'
        )
        assert (
            words.of_helper(log) == 'ecr: Failed to get: Post "https://api.ecr.eu-west-1.amazonaws.com/": i/o timeout'
        )

    def test_may_have_said_nothing(self) -> None:
        assert words.of_helper('time="1" level=debug msg="x"\n') == ""


class TestWhyAClientFailed:
    @pytest.mark.parametrize(
        "said",
        [
            HEAD,
            "lookup api.ecr.eu-west-1.amazonaws.com on 10.0.0.2:53: no such host",
            "Get https://a.example: context deadline exceeded",
            "read tcp 10.0.1.4:5->10.0.1.5:443: read: connection reset by peer",
            "connect: connection refused",
            'Post "https://api.ecr.eu-west-1.amazonaws.com/": EOF',
        ],
    )
    def test_for_want_of_a_way(self, said: str) -> None:
        assert words.is_of_transport(said)

    @pytest.mark.parametrize(
        "said", ["not found", "unexpected status code 401 Unauthorized", "x509: unknown authority"]
    )
    def test_by_what_the_other_end_answered(self, said: str) -> None:
        assert not words.is_of_transport(said)
