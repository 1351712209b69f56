#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""report.py FOLDER META < LINES : measurements, a line of JSON each, become FOLDER/results.json, results.md and results.svg, and a table
on stdout. META is a JSON object that says where and when.

A line has row, size, contender, and value (unit: ms if there is none) or why there is no value. Of several values of one row, size and
contender the median counts; the least and the largest are shown beside it. The first contender of a row is the one that the ratios
compare with: how many times as much as it the others took.
"""
import json
import math
import statistics
import sys
from html import escape

TITLES = {"build": "Cold build", "nothing": "Nothing to do", "more": "One VNI more", "less": "One VNI less",
          "drift": "Ten VXLANs deleted by another program, repaired", "remove": "All removed"}
COLORS = ("#0b6e4f", "#d1495b", "#555555", "#a0a0a0", "#2e86ab", "#84c5e0", "#e0a030", "#8457b0", "#c06090", "#303030")
PANEL_W, PANEL_H, LEFT, TOP, LEGEND = 330, 230, 52, 34, 26


def title(row):
    """What is behind a bar tells the same row of another place."""
    name, _, label = row.partition("|")
    return TITLES.get(name, name) + (", " + label if label else "")


class Cell:
    def __init__(self):
        self.values, self.cpu, self.why, self.unit = [], [], "", "ms"

    def take(self, line):
        self.unit = line.get("unit", "ms")
        if "value" in line:
            self.values.append(line["value"])
        if "cpu" in line:
            self.cpu.append(line["cpu"])
        self.why = line.get("why", self.why)

    def median(self):
        return statistics.median(self.values) if self.values else None

    def json(self):
        if not self.values:
            return {"why": self.why}
        return {"median": self.median(), "min": min(self.values), "max": max(self.values), "n": len(self.values), "unit": self.unit,
                **({"cpu": statistics.median(self.cpu)} if self.cpu else {}), **({"why": self.why} if self.why else {})}

    def text(self, base):
        if not self.values:
            return "-"
        text = number(self.median())
        if len(self.values) > 1:
            text += " (%s-%s)" % (number(min(self.values)), number(max(self.values)))
        if base and base is not self and base.median():
            text += " x%s" % number(self.median() / base.median())
        return text


def number(value):
    return "%.0f" % value if value >= 100 else "%.1f" % value if value >= 10 else "%.2f" % value


def read(lines):
    """{row: {contender: {size: Cell}}}, in the order in which they came, and {contender: note}"""
    rows, notes = {}, {}
    for text in lines:
        line = json.loads(text)
        cells = rows.setdefault(line["row"], {}).setdefault(line["contender"], {})
        cells.setdefault(line["size"], Cell()).take(line)
        notes[line["contender"]] = line.get("note") or notes.get(line["contender"], "")
    first = [name for name in ("evpnd", "evpnd, single") if any(name in row for row in rows.values())]
    for row, contenders in rows.items():
        rows[row] = {name: contenders[name] for name in [*[n for n in first if n in contenders],
                                                         *[n for n in sorted(contenders) if n not in first]]}
    return rows, notes


def tables(rows, notes, meta):
    text = ["# Measured by `%s`" % meta["command"], "",
            "%s; Linux %s, %s CPUs, load %s to %s; evpnd %s. Median (least-largest), and how many times as much as the first line of the table."
            % (meta["date"], meta["kernel"], meta["cpus"], meta["load"], meta["load_end"], meta["version"]), ""]
    whys = {}
    for row, contenders in rows.items():
        sizes = sorted({size for cells in contenders.values() for size in cells})
        unit = next(cell.unit for cells in contenders.values() for cell in cells.values())
        text += ["## %s" % title(row), "", "| %s | %s |" % (unit, " | ".join("%d VNIs" % size for size in sizes)),
                 "|---" * (len(sizes) + 1) + "|"]
        first = next(iter(contenders.values()))
        for name, cells in contenders.items():
            if any(cell.values for cell in cells.values()):
                text.append("| %s | %s |" % (name, " | ".join(cells[size].text(first.get(size)) if size in cells else "-" for size in sizes)))
            for size, cell in cells.items():
                if cell.why:
                    whys.setdefault((name, cell.why), (row, size))
        text.append("")
    if any(notes.values()):
        text += ["## Notes", ""] + ["- %s: %s." % (name, note) for name, note in notes.items() if note] + [""]
    if whys:
        text += ["## Not measured", ""] + ["- %s, from %d VNIs on (%s): %s." % (name, size, title(row).lower(), why)
                                           for (name, why), (row, size) in whys.items()] + [""]
    return "\n".join(text)


def log_scale(values, low, high):
    least, most = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    most += most == least
    return (lambda v: low + (math.log10(v) - least) / (most - least) * (high - low)), [10 ** e for e in range(least, most + 1)]


def panel(title, contenders, colors):
    points = {name: sorted((size, cell.median()) for size, cell in cells.items() if cell.median())
              for name, cells in contenders.items() if name in colors}
    sizes = sorted({size for line in points.values() for size, _ in line})
    if len(sizes) < 2:
        return None
    x = lambda size: LEFT + (math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])) * (PANEL_W - LEFT - 16)
    y, ticks = log_scale([ms for line in points.values() for _, ms in line], PANEL_H - 26, TOP)
    out = ["<text x='%d' y='20' font-weight='bold'>%s, ms</text>" % (LEFT, escape(title))]
    for tick in ticks:
        out.append("<path d='M%d %.1fH%d' stroke='#ddd'/><text x='%d' y='%.1f' text-anchor='end'>%s</text>"
                   % (LEFT, y(tick), PANEL_W - 16, LEFT - 5, y(tick) + 4, format(tick, "g")))
    for size in sizes:
        out.append("<text x='%.1f' y='%d' text-anchor='middle'>%d</text>" % (x(size), PANEL_H - 8, size))
    for name, line in points.items():
        path = " ".join("%.1f,%.1f" % (x(size), y(ms)) for size, ms in line)
        out.append("<polyline points='%s' fill='none' stroke='%s' stroke-width='2'/>" % (path, colors[name]))
        out += ["<circle cx='%.1f' cy='%.1f' r='2.5' fill='%s'><title>%s, %d VNIs: %s ms</title></circle>"
                % (x(size), y(ms), colors[name], escape(name), size, number(ms)) for size, ms in line]
    return "".join(out)


def picture(rows):
    shown = {row: contenders for row, contenders in rows.items() if row in TITLES}
    names = list(dict.fromkeys(name for contenders in shown.values() for name, cells in contenders.items()
                               if any(cell.values for cell in cells.values())))
    colors = {name: COLORS[i % len(COLORS)] for i, name in enumerate(names)}
    panels = [p for p in (panel(TITLES[row], contenders, colors) for row, contenders in shown.items()) if p]
    per_line = 5
    legend_h = LEGEND * math.ceil(len(names) / per_line)
    width, height = 3 * PANEL_W, legend_h + PANEL_H * math.ceil(len(panels) / 3)
    out = ["<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>"
           "<rect width='100%%' height='100%%' fill='white'/>" % (width, height)]
    for i, name in enumerate(names):
        out.append("<g transform='translate(%d %d)'><path d='M0 13h22' stroke='%s' stroke-width='3'/><text x='28' y='17'>%s</text></g>"
                   % (20 + i % per_line * (width - 20) / per_line, i // per_line * LEGEND, colors[name], escape(name)))
    out += ["<g transform='translate(%d %d)'>%s</g>" % (i % 3 * PANEL_W, legend_h + i // 3 * PANEL_H, p) for i, p in enumerate(panels)]
    return "\n".join(out + ["</svg>"]) + "\n"


def main():
    folder, meta = sys.argv[1], json.loads(sys.argv[2])
    rows, notes = read(sys.stdin)
    results = {row: {name: {str(size): cell.json() for size, cell in sorted(cells.items())} for name, cells in contenders.items()}
               for row, contenders in rows.items()}
    text = tables(rows, notes, meta)
    for name, content in (("results.json", json.dumps({"meta": meta, "results": results}, indent=1) + "\n"), ("results.md", text),
                          ("results.svg", picture(rows))):
        with open("%s/%s" % (folder, name), "w") as out:
            out.write(content)
    print(text)


main()
