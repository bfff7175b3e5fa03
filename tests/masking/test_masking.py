"""Masking of secrets in text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skerry.masking import REMOVED, mask, mask_json
from tests.patience import patience
from tests.tables import each

VALUE = "Zm9vYmFyYmF6cXV4MTIzNDU2"
LETTERS = "aB3dE5gH7jK9mN1pQ3sT5vW7xY9zA1cD3fG5"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{VALUE}\n{VALUE}\n-----END RSA PRIVATE KEY-----"

SECRETS = [
    f"Get https://a.s3.amazonaws.com/k?X-Amz-Security-Token={VALUE}&X-Amz-Signature={VALUE}: 403",
    f"GET a.s3.amazonaws.com/k?X-Amz-Signature={VALUE}",
    f"Get https://user:{VALUE}@registry.example.com/v2/: 401",
    f"postgres://web:p@ss{VALUE}@db.example.com/shop",
    f"dial web:{VALUE}@db.example.com:5432",
    f"Authorization: Bearer {VALUE}",
    f'"authorization": "Basic {VALUE}"',
    rf"\"Authorization\": \"Token {VALUE}\"",
    f"bearer {VALUE}",
    f"AWS_SECRET_ACCESS_KEY={VALUE}",
    f"db_password={VALUE}",
    f'password="three words {VALUE}"',
    f'{{"password": "{VALUE}"}}',
    rf"{{\"password\": \"{VALUE}\"}}",
    f"{{'api-key': '{VALUE}'}}",
    f"password: {VALUE}",
    f"X-Amz-Security-Token: {VALUE}",
    f"x-api-key: {VALUE}",
    f"token='{VALUE}'",
    f"eyJ{VALUE}.{VALUE}",
    f"Encoded authorization failure message: {VALUE}",
    f"https://hooks.slack.com/services/T0/B0/{VALUE}",
    PEM,
    PEM.partition("-----END")[0],
    PEM.replace("\n", " "),
]
TOKENS = [
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAURFG4DI6CP53NANT",
    f"FwoGZXIvYXdz{LETTERS}",
    f"IQoJb3JpZ2lu{LETTERS}",
    f"ghp_{LETTERS}",
    f"github_pat_{LETTERS}",
    f"glpat-{LETTERS}",
    f"xoxb-{LETTERS}",
    f"xapp-1-{LETTERS}",
    f"npm_{LETTERS}",
    f"dckr_pat_{LETTERS}",
    f"AIza{LETTERS}",
    f"sk_live_{LETTERS}",
]


@each("text", SECRETS)
def test_mask_removes_secret_values(text: str) -> None:
    assert VALUE not in mask(text)
    assert REMOVED in mask(text)


@each("token", TOKENS)
@each("around", ["credential {} is not valid", "{}", "name_{}", "({})", "a/{}/b"])
def test_mask_removes_tokens_of_recognized_formats(token: str, around: str) -> None:
    found = mask(around.format(token))
    assert token not in found
    assert REMOVED in found


@pytest.mark.parametrize(
    "text",
    [
        "unable to retrieve secret from asm: failed to fetch secret arn:aws:secretsmanager:eu-west-1:1:secret:my-AbC",
        "failed to fetch anonymous token: Get https://auth.docker.io/token: dial tcp 1.2.3.4:443",
        "valueFrom=secret=arn:aws:secretsmanager:eu-west-1:111122223333:secret:my-AbCdEf",
        'secret="arn:aws:secretsmanager:eu-west-1:111122223333:secret:my-AbCdEf"',
        "not authorized to perform: ecr:GetAuthorizationToken on resource: *",
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1.0@sha256:0123456789abcdef",
        "arn:aws:sts::111122223333:assumed-role/Admin/jane@example.com",
        "AROAEXAMPLEID12345:jane@example.com",
        "User: jane@example.com is not known",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf:password:AWSCURRENT:",
        'Get "https://a.example/key?…": dial tcp 10.0.0.1:443: i/o timeout',
        "token=abc",
        "the name leads nowhere",
        "eyJ.short",
    ],
)
def test_mask_keeps_text_without_secrets(text: str) -> None:
    assert mask(text) == text


def test_mask_keeps_url_host_and_key_name() -> None:
    assert mask(f"https://me:{VALUE}@a.example/k?X={VALUE}") == f"https://{REMOVED}@a.example/k?{REMOVED}"
    assert mask(f'DB_PASSWORD = "{VALUE}", next') == f'DB_PASSWORD = "{REMOVED}", next'


def test_mask_calls_put_with_each_secret() -> None:
    seen: list[str] = []

    def put(secret: str) -> str:
        seen.append(secret)
        return f"<removed-{len(seen)}>"

    text = mask(f"token={VALUE}x and 'password': '{VALUE}y'", put)
    assert text == "token=<removed-1> and 'password': '<removed-2>'"
    assert seen == [f"{VALUE}x", f"{VALUE}y"]
    assert mask(text, put) == text == mask(text)


pieces = st.sampled_from(
    [
        *SECRETS,
        *TOKENS,
        "://",
        "@",
        "?",
        "token=",
        '"',
        "'",
        "\\",
        ":",
        " ",
        "\n",
        "password: ",
        "bearer ",
        "é",
        "<",
        ">",
    ]
)


@given(st.lists(pieces | st.text(max_size=5), max_size=8).map("".join))
@example("authorization: a\\b")
def test_mask_is_idempotent(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.lists(st.sampled_from(SECRETS), max_size=6).map("\n".join))
def test_mask_removes_values_from_joined_secrets(text: str) -> None:
    assert VALUE not in mask(text)


@pytest.mark.parametrize(
    "part",
    ["http://", "://", "://a@", "a:", "a:b@", "eyJ", "eyJa-", "eyJaaaaaaaa.", "token", "token=", 'token="', "token='",
     "AKIA", "xoxb-", "-----BEGIN PRIVATE KEY-----", "bearer ", "password: ", "\\", "authorization:", "a.b:c%"],
)  # fmt: skip
def test_mask_finishes_in_time_on_long_repetitive_text(part: str) -> None:
    with patience():
        mask(part * (500_000 // len(part)))


def test_masked_masks_every_string_and_key_of_json() -> None:
    secret, shown = f"token={VALUE}", f"token={REMOVED}"
    node = {secret: [secret, 7, None, True, {"a": (secret, [secret])}], "b": {"c": secret, secret: "d"}}
    wanted = {shown: [shown, 7, None, True, {"a": [shown, [shown]]}], "b": {"c": shown, shown: "d"}}
    assert mask_json(node) == wanted
    assert mask_json(secret) == shown
    assert mask_json(7) == 7
