"""Figures as tables in Markdown: medians with the least and the most, as multiples of the floor's, and
how they grow with N."""

import math
import statistics


def short(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def cell(values, floor):
    if not values:
        return "-"
    middle = statistics.median(values)
    text = short(middle)
    if len(values) > 1:
        text += f" ({short(min(values))} to {short(max(values))})"
    if floor and statistics.median(floor) > 0:
        text += f", **{middle / statistics.median(floor):.2f}**"
    return text


def line(points):
    """The straight line that fits best, each distance as a share of the value: what is fixed, what each
    service adds."""
    weights = [1 / y**2 for _, y in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points)) / total
    slope = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points))
    slope /= sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points))
    return mean_y - slope * mean_x, slope


def exponent(points):
    """Of N, where it counts: between the second largest size and the largest."""
    (x0, y0), (x1, y1) = points[-2:]
    return math.log(y1 / y0) / math.log(x1 / x0)


def growth(points):
    points = [(n, value) for n, value in points if value > 0]
    if len(points) < 2:
        return "-"
    fixed, each = (round(value, 9) + 0 for value in line(points))
    return f"{fixed:.3g} {'-' if each < 0 else '+'} {abs(each):.2g} N; N^{exponent(points):.2f}"


class Table:
    """results[figure][subject][n] is a list: a value each time."""

    def __init__(self, title, unit, floor="floor"):
        self.title, self.unit, self.floor = title, unit, floor
        self.results = {}
        self.failed = []
        self.busy = []

    def add(self, subject, n, figures):
        for name, value in figures.items():
            values = value if isinstance(value, list) else [] if value is None else [value]
            if values:
                self.results.setdefault(name, {}).setdefault(subject, {}).setdefault(n, []).extend(values)

    def text(self, key):
        """As Markdown; key: in which order the subjects come."""
        out = [f"## {self.title}", ""]
        if self.busy:
            out += [f"Between the runs others used {cell(self.busy, None)} % of the processors.", ""]
        for name, by_subject in self.results.items():
            sizes = sorted({n for by_n in by_subject.values() for n in by_n})
            grows = len(sizes) > 1
            out += [f"{name[0].upper()}{name[1:]} ({self.unit})", ""]
            out.append(f"| |{''.join(f' N = {n} |' for n in sizes)}{' grows as |' if grows else ''}")
            out.append("|---" * (len(sizes) + 1 + grows) + "|")
            for subject, by_n in sorted(by_subject.items(), key=lambda item: key(item[0])):
                floor = by_subject.get(self.floor, {}) if subject != self.floor else {}
                row = [cell(by_n.get(n), floor.get(n)) for n in sizes]
                if grows:
                    row.append(growth([(n, statistics.median(by_n[n])) for n in sizes if n in by_n]))
                out.append(f"| {subject} | " + " | ".join(row) + " |")
            out.append("")
        out += [f"- {line}" for line in self.failed]
        return "\n".join(out) + "\n"
