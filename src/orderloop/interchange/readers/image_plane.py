"""A page made flat, upright and straight, and the way back: where its corners lie in the picture as it came."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy

Point = tuple[float, float]
# A sheet photographed on a table fills at least this share of the picture, and leaves at least that of each side free.
_LEAST_SHEET, _LEAST_MARGIN = 0.25, 0.015
# What lies darker than so much of the paper around it is print, whatever shadow lies over both.
_SHADOW = 0.93


@dataclass(frozen=True, slots=True)
class View:
    """A page in grey as it is to be read. `corners`: where its own, from the left above clockwise, lie in the picture
    it was made from, in dots of that."""

    page: Any
    corners: tuple[Point, ...]

    def turned(self, quarters: int) -> "View":
        """The page turned clockwise by so many quarters."""
        way = quarters % 4
        return View(numpy.ascontiguousarray(numpy.rot90(self.page, -way)), self.corners[-way:] + self.corners[:-way])

    def tilted(self, degrees: float) -> "View":
        """The page turned counter-clockwise by some degrees about its middle; it keeps its size."""
        import cv2

        height, width = self.page.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        page = cv2.warpAffine(self.page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
        back = cv2.invertAffineTransform(turn)
        frame = [(0, 0), (width, 0), (width, height), (0, height)]
        return View(page, self._there([(float(x), float(y)) for x, y in (back @ (*corner, 1) for corner in frame)]))

    def shares(self, width: float, height: float) -> tuple[Point, ...]:
        """The corners in fractions of a picture of that size; none where they are its own."""
        found = tuple((round(x / width, 5), round(y / height, 5)) for x, y in self.corners)
        own = ((0, 0), (1, 0), (1, 1), (0, 1))
        is_own = all(abs(x - u) + abs(y - v) < 0.001 for (x, y), (u, v) in zip(found, own, strict=True))
        return () if is_own else found

    def _there(self, points: Sequence[Point]) -> tuple[Point, ...]:
        """Where points of this page lie in the picture."""
        height, width = self.page.shape
        plane = plane_between([(0, 0), (width, 0), (width, height), (0, height)], self.corners)
        return tuple(_through(plane, point) for point in points)


def whole(page: Any) -> View:
    """A picture as a page of its own size."""
    height, width = page.shape
    return View(page, ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))))


def plane_between(here: Sequence[Point], there: Sequence[Point]) -> tuple[float, ...]:
    """The eight coefficients by which four points of one plane go to four of another, as Pillow takes them."""
    rows, values = [], []
    for (x, y), (u, v) in zip(here, there, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return tuple(float(each) for each in numpy.linalg.solve(numpy.array(rows, float), numpy.array(values, float)))


def _through(plane: Sequence[float], point: Point) -> Point:
    x, y = point
    a, b, c, d, e, f, g, h = plane
    depth = g * x + h * y + 1
    return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth


def flattened(view: View) -> View:
    """The sheet of paper in a photograph as if seen from above, where one lies there whole; else the view itself."""
    import cv2

    sheet = _sheet_in(view.page)
    if sheet is None:
        return view
    left_top, right_top, right_bottom, left_bottom = (numpy.array(corner) for corner in sheet)
    width = round(max(_apart(left_top, right_top), _apart(left_bottom, right_bottom)))
    height = round(max(_apart(left_top, left_bottom), _apart(right_top, right_bottom)))
    frame = numpy.array([(0, 0), (width, 0), (width, height), (0, height)], numpy.float32)
    plane = cv2.getPerspectiveTransform(numpy.array(sheet, numpy.float32), frame)
    page = cv2.warpPerspective(view.page, plane, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    return View(page, view._there(sheet))


def _apart(one: Any, other: Any) -> float:
    return float(numpy.linalg.norm(one - other))


def _sheet_in(page: Any) -> tuple[Point, ...] | None:
    """The corners of the one large bright four-sided thing in a picture, from the left above clockwise."""
    import cv2

    height, width = page.shape
    scale = 600 / max(height, width)
    small = cv2.GaussianBlur(cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), (5, 5), 0)
    _, bright = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, numpy.ones((15, 15), numpy.uint8))
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    outline = cv2.convexHull(max(outlines, key=cv2.contourArea))
    corners = cv2.approxPolyDP(outline, 0.03 * cv2.arcLength(outline, True), True)[:, 0, :].astype(float) / scale
    if len(corners) != 4 or cv2.contourArea(corners.astype(numpy.float32)) < _LEAST_SHEET * width * height:
        return None
    free = [min(x, width - x) / width + min(y, height - y) / height for x, y in corners]
    if max(free) < _LEAST_MARGIN:
        return None
    by_sum, by_difference = corners.sum(axis=1), corners[:, 0] - corners[:, 1]
    order = (by_sum.argmin(), by_difference.argmax(), by_sum.argmax(), by_difference.argmin())
    if len(set(map(int, order))) != 4:
        return None
    return tuple((float(corners[at][0]), float(corners[at][1])) for at in order)


def without_shadow(view: View) -> View:
    """The page with its paper equally white everywhere; one of two colours is left as it is."""
    import cv2

    page = view.page
    if ((page > 40) & (page < 215)).mean() < 0.02:
        return view
    scale = 200 / max(page.shape)
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    # The brightest near each place is paper, for print is thin.
    paper = cv2.GaussianBlur(cv2.dilate(small, numpy.ones((9, 9), numpy.uint8)), (0, 0), 4)
    paper = numpy.maximum(cv2.resize(paper, (page.shape[1], page.shape[0])), 1).astype(numpy.float32)
    even = numpy.clip(page.astype(numpy.float32) / paper / _SHADOW * 255, 0, 255).astype(numpy.uint8)
    return replace(view, page=even)
