"""Pictures: the same frame before and after a plan, what is new, lines and marks of a step."""

from skerry.draw.layout import layout, layout_pair
from skerry.draw.picture import Picture, PictureBox
from skerry.verdicts import BLOCKED, OK
from tests.draw.geometry import faults
from tests.draw.making import endpoint, network, service, subnet, table, vpc
from tests.draw.scenes import map_of

BROKEN, REPAIRED = "article-broken", "article-repaired"


def boxes(picture: Picture) -> dict[tuple[str, str, float], PictureBox]:
    return {(box.kind, box.id, box.rect.x): box for box in (*picture.frames, *picture.chips) if box.kind != "closed"}


def test_nothing_moves_from_now_to_the_plan() -> None:
    now, then = map_of(BROKEN), map_of(REPAIRED)
    before, after = layout(now, planned=then), layout(then, current=now)
    assert faults(now, before) + faults(then, after) == []
    both = boxes(before).keys() & boxes(after).keys()
    assert len(both) > 10
    assert all(boxes(before)[key].rect == boxes(after)[key].rect for key in both)


def test_pictures_of_a_plan_without_new_parts_have_the_places_of_the_picture_alone() -> None:
    now = map_of(BROKEN)
    before, after = layout_pair(now, now)
    assert boxes(before) == boxes(after) == boxes(layout(now))


def test_only_what_a_plan_adds_is_new() -> None:
    now, then = map_of(BROKEN), map_of(REPAIRED)
    assert not any(box.is_new for box in layout(now, planned=then).chips)
    assert not any(box.is_new for box in layout(then).chips)
    new = {box.id for box in layout(then, current=now).chips if box.is_new}
    assert new == {chip.id for item in then.vpcs[0].subnets for chip in item.chips if chip.kind == "endpoint"} | {
        gateway.id for gateway in then.vpcs[0].gateways
    }


def test_room_for_planned_endpoints_says_that_there_are_none() -> None:
    words = [text.words for text in layout(map_of(BROKEN), planned=map_of(REPAIRED)).texts]
    assert words.count("no endpoint here") == 2
    assert "no endpoint here" not in [text.words for text in layout(map_of(BROKEN)).texts]


def test_sign_of_no_gateway_stands_where_a_planned_gateway_will() -> None:
    picture = layout(map_of(BROKEN), planned=map_of(REPAIRED))
    sign = next(box for box in picture.chips if box.kind == "closed")
    gateway = next(box for box in layout(map_of(REPAIRED), current=map_of(BROKEN)).chips if box.kind == "gateway")
    assert sign.rect == gateway.rect


def test_planned_gateway_has_a_line_from_its_table() -> None:
    assert layout(map_of(REPAIRED), current=map_of(BROKEN)).hairs
    assert layout(map_of(BROKEN), planned=map_of(REPAIRED)).hairs == ()


def test_table_on_a_path_twice_has_its_ports_side_by_side() -> None:
    dots = {dot.number: dot.at for dot in layout(map_of("nat-in-its-own-private-subnet")).steps[2].dots}
    assert dots[3].x == dots[6].x
    assert dots[6].y - dots[3].y == 14


def test_parts_only_in_the_other_map_are_not_drawn() -> None:
    first, more = vpc(subnet("tasks", verdict=BLOCKED)), vpc(subnet("tasks", verdict=OK), subnet("more"))
    other = vpc(subnet("beside"), tables=(table("rtb-2", "beside"),))
    now = network(first, services=(service("s3"),))
    then = network(more, type(other)("vpc-2", None, "", False, True, other.subnets, other.tables, ()))  # noqa: FBT003
    picture = layout(now, planned=then)
    assert {box.id for box in picture.frames if box.kind == "vpc"} == {"vpc-1"}
    assert {box.id for box in picture.frames if box.kind == "subnet"} == {"tasks"}


def test_map_without_a_vpc_gives_an_empty_picture() -> None:
    assert layout(network(services=(service("s3"),))).is_empty
    assert not layout(network(vpc(subnet("tasks", verdict=OK)))).is_empty


def test_vpc_without_subnets_is_drawn() -> None:
    for shape in ("wide", "tall"):
        picture = layout(network(vpc()), shape)
        assert [box.kind for box in picture.frames] == ["vpc"]


def test_line_ends_where_packets_are_lost() -> None:
    picture = layout(map_of(BROKEN))
    step = next(item for item in picture.steps if item.lines)
    kinds = [line.kind for line in step.lines]
    assert kinds == ["ghost", "there"]
    assert step.callout is not None
    assert [dot.verdict for dot in step.dots] == [None, None, BLOCKED]


def test_replies_have_a_line_of_their_own() -> None:
    picture = layout(map_of("hub-and-spoke"))
    step = picture.steps[2]
    assert [(line.kind, line.style, line.arrow) for line in step.lines] == [("there", "ok", True), ("back", "ok", True)]


def test_step_without_packets_rings_the_subnets_of_tasks() -> None:
    picture = layout(map_of("no-free-address"))
    step = next(item for item in picture.steps if not item.lines and item.number == 2)
    assert [ring.verdict for ring in step.rings] == [BLOCKED]


def test_crowded_chip_gives_up_its_note() -> None:
    texts = {box.id: [text.words for text in box.texts] for box in layout(map_of("nat-instance-forwards")).chips}
    assert texts["eni-nat"] == ["NAT instance"]


def test_long_note_is_left_out() -> None:
    chips = (endpoint("vpce-1", "secretsmanager", "2001:db8:1234:5678::1234"), endpoint("vpce-2", "logs", ""))
    picture = layout(network(vpc(subnet("tasks", "eu-west-1a", "isolated", *chips, verdict=OK))))
    texts = {box.id: [text.words for text in box.texts] for box in picture.chips}
    assert texts["vpce-1"] == ["secretsmanager"]
    assert texts["vpce-2"] == ["logs"]
