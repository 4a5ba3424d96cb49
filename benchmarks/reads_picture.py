"""The ratios of a run as a picture that is readable on light and on dark pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.reads_measure import Ratio

COLUMN, NAMES, BARS, GAP = 520, 176, 280, 12
ROW, BAR = 18, 13
# By a server's place: bare, limit, ours, resolvers, then peers. Light pages, dark pages.
COLOURS = (
    ("#b4bfcc", "#5d6875"),
    ("#7fa6d1", "#7fa6d1"),
    ("#1f5a9e", "#4ea1ff"),
    ("#c08a68", "#c08a68"),
    ("#2f7d5b", "#4fb286"),
    ("#5a9e7d", "#3d8a66"),
    ("#86b9a0", "#2f6b50"),
    ("#aed3c1", "#24523e"),
)
STYLE = """text{fill:#1f2a37;stroke:#ffffff;stroke-width:3px;paint-order:stroke}
.page{fill:#ffffff}.line{stroke:#1f2a37}.faint{stroke:#8a94a0}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3;stroke:#0d1117}.page{fill:#0d1117}.line{stroke:#e6edf3}}"""

Found = Mapping[tuple[str, int], Mapping[str, Ratio]]


def picture(found: Found) -> str:
    """A column for each number of connections; a bar for each server, its line from the least to the most."""
    connections = list(dict.fromkeys(each for _, each in found))
    reads = list(dict.fromkeys(name for name, _ in found))
    servers = list(next(iter(found.values())))
    widest = max(each.most for ratios in found.values() for each in ratios.values())
    group = 26 + ROW * len(servers)
    width, height = COLUMN * len(connections), 52 + (group + GAP) * len(reads)
    parts = [
        _column(found, reads, number, place * COLUMN, group, BARS / widest)
        for place, number in enumerate(connections)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="12" role="img">\n'
        "<title>Answers a second as a ratio to the bare endpoint, median and spread of the rounds</title>\n"
        f"<style>{STYLE}{_colours(len(servers))}</style>\n"
        f'<rect class="page" width="{width}" height="{height}"/>\n'
        '<text x="16" y="24">answers a second, as a ratio to the bare endpoint in the same round: '
        "median, least and most</text>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _column(found: Found, reads: Sequence[str], connections: int, left: int, group: int, unit: float) -> str:
    rows, top = [], 46
    start = left + NAMES
    for read in reads:
        word = "connections" if connections > 1 else "connection"
        rows.append(
            f'<text x="{left + 16}" y="{top + 12}" font-weight="bold">{read}, {connections} {word}</text>'
        )
        one, end = start + unit, top + group - 6
        rows.append(f'<path class="faint" d="M{one:.1f} {top + 18}V{end}" stroke-dasharray="3 3"/>')
        for place, (server, ratio) in enumerate(found[read, connections].items()):
            rows.append(_bar(server, ratio, place, start, top + 22 + place * ROW, unit))
        top += group + GAP
    return "\n".join(rows)


def _bar(server: str, ratio: Ratio, place: int, start: int, y: int, unit: float) -> str:
    width, least, most = (unit * each for each in (ratio.median, ratio.least, ratio.most))
    middle = y + BAR / 2
    return (
        f'<text x="{start - 8}" y="{y + 11}" text-anchor="end">{server}</text>'
        f'<rect class="s{place}" x="{start}" y="{y}" width="{width:.1f}" height="{BAR}"/>'
        f'<path class="line" d="M{start + least:.1f} {middle}H{start + most:.1f}'
        f'M{start + least:.1f} {middle - 3}v6M{start + most:.1f} {middle - 3}v6"/>'
        f'<text x="{start + most + 6:.1f}" y="{y + 11}">{ratio.median:.2f}</text>'
    )


def _colours(count: int) -> str:
    light = "".join(f".s{n}{{fill:{COLOURS[n][0]}}}" for n in range(count))
    dark = "".join(f".s{n}{{fill:{COLOURS[n][1]}}}" for n in range(count))
    return f"{light}@media (prefers-color-scheme:dark){{{dark}}}"
