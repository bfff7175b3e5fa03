"""Lines of right angles: corners, points at a distance, cuts."""

from skerry.draw.picture import Point
from skerry.draw.polyline import clean, cut, first_crossing, length, point_at

LINE = [Point(0, 0), Point(10, 0), Point(10, 10)]


def test_corners_in_the_middle_of_a_stretch_are_dropped() -> None:
    assert clean([Point(0, 0), Point(0, 0), Point(5, 0), *LINE[1:]]) == LINE
    assert clean([Point(0, 0), Point(0, 5), Point(0, 3)]) == [Point(0, 0), Point(0, 5), Point(0, 3)]
    assert clean([Point(0, 0), Point(0, 5), Point(0, 9)]) == [Point(0, 0), Point(0, 9)]


def test_points_at_a_distance_are_on_the_line() -> None:
    assert length(LINE) == 20
    assert point_at(LINE, 15) == Point(10, 5)
    assert point_at(LINE, 99) == Point(10, 10)


def test_cut_line_keeps_its_length() -> None:
    for far in (0, 4, 10, 15, 20):
        before, after = cut(LINE, far)
        assert length(before) == far
        assert length(after or [Point(0, 0)]) == 20 - far


def test_crossing_of_a_height_is_on_a_vertical_stretch() -> None:
    assert first_crossing(LINE, 4) == 14
    assert first_crossing(LINE, 99) is None
