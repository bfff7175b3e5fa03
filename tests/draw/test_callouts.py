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


def ties(*obstacles: Rect) -> tuple[Point, ...]:
    """The line from a mark to its words, where these rectangles keep them away."""
    return place_callout(WORDS, Point(400, 200), BLOCKED, list(obstacles), CANVAS).tie


AROUND = Rect(340, 150, 120, 100)


def test_words_at_the_mark_need_no_line() -> None:
    assert ties() == ()


def test_line_to_words_above_or_below_is_straight() -> None:
    (start, end) = ties(AROUND, Rect(0, 150, 340, 250), Rect(460, 150, 340, 250))
    assert start == Point(400, 189)
    assert (end.x, end.y < 150) == (400, True)
    (start, end) = ties(AROUND, Rect(0, 0, 340, 250), Rect(460, 0, 340, 250))
    assert start == Point(400, 211)
    assert (end.x, end.y > 250) == (400, True)


def test_line_to_words_at_the_side_is_straight() -> None:
    (start, end) = ties(Rect(330, 0, 90, 400), Rect(0, 0, 330, 400), Rect(420, 220, 380, 180), Rect(420, 0, 380, 180))
    assert (start, end.y) == (Point(411, 200), 200)
    assert end.x > 420
    (start, end) = ties(Rect(380, 0, 420, 400), Rect(0, 220, 380, 180), Rect(0, 0, 380, 180))
    assert (start, end.y) == (Point(389, 200), 200)
    assert end.x < 380


def test_line_to_words_askew_has_one_corner() -> None:
    rect = place_callout(WORDS, Point(400, 200), BLOCKED, [Rect(0, 0, 800, 205), Rect(250, 0, 550, 400)], CANVAS)
    start, corner, end = rect.tie
    assert (start, corner.x, end.y) == (Point(400, 211), 400, corner.y)
    assert end.x == rect.rect.right
