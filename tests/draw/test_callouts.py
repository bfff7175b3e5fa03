"""The words at the failing hop: near its mark, over nothing else if there is room."""

from skerry.draw.callouts import place_callout
from skerry.draw.layout import layout
from skerry.draw.picture import Point, Rect
from skerry.verdicts import BLOCKED
from tests.draw.scenes import map_of

CANVAS = Point(800, 400)
WORDS = "The route table has no route to the destination"


def test_words_go_below_the_mark() -> None:
    rect = place_callout(WORDS, Point(400, 200), BLOCKED, [], CANVAS).rect
    assert rect.y > 200
    assert rect.x < 400 < rect.right


def test_words_cover_no_box_where_there_is_room() -> None:
    obstacles = [Rect(300, 205, 300, 90), Rect(380, 120, 100, 70)]
    rect = place_callout(WORDS, Point(400, 200), BLOCKED, obstacles, CANVAS).rect
    assert not any(rect.overlaps(obstacle) for obstacle in obstacles)


def test_words_stay_in_the_picture() -> None:
    for at in (Point(2, 2), Point(799, 399), Point(2, 399)):
        rect = place_callout(WORDS, at, BLOCKED, [], CANVAS).rect
        assert rect.x >= 0
        assert rect.y >= 0
        assert rect.right <= CANVAS.x
        assert rect.bottom <= CANVAS.y


def test_lines_of_words_are_about_equally_long() -> None:
    lines = place_callout("A transit gateway has no route", Point(400, 200), BLOCKED, [], CANVAS).lines
    assert [line.words for line in lines] == ["A transit gateway", "has no route"]


def test_words_do_not_cover_headings() -> None:
    picture = layout(map_of("public-and-private-subnets"), "tall")
    callouts = [step.callout.rect for step in picture.steps if step.callout is not None]
    heading = next(text for text in picture.texts if text.words.startswith("AWS services"))
    assert callouts
    assert not any(rect.overlaps(Rect(heading.at.x, heading.at.y - 10, 120, 12)) for rect in callouts)
