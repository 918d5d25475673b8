"""What was measured, as a table, as JSON, as a plot, and into the README."""

import html
import json
import re
import statistics

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def rows(figures, targets):
    """One row a figure: name, unit, both medians, their ratio, the promised ratio or None."""
    for name, by_engine in figures.items():
        ours, rivals = (statistics.median(by_engine[side]) for side in ("wharf", "rival"))
        unit = "MB" if name.startswith("PSS") else "ms"
        yield name, unit, rivals, ours, ours / rivals, targets.get(name)


def verdict(ratio, target):
    if target is None:
        return ""
    return f"≤ {target:g} {'✓' if ratio <= target else '✗'}"


def table(figures, targets, title):
    lines = [title, "", "| | rival | Wharf | ratio | promised |", "|---|---:|---:|---:|---|"]
    for name, unit, rival, ours, ratio, target in rows(figures, targets):
        lines.append(f"| {name} | {rival:.0f} {unit} | {ours:.0f} {unit} | **{ratio:.2f}** | {verdict(ratio, target)} |")
    return "\n".join(lines)


def write_json(path, figures, facts):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"facts": facts, "figures": figures}, file, indent=1, ensure_ascii=False)
        file.write("\n")


def write_plot(path, figures, targets):
    """Bars of the ratios; the line is the rival."""
    data = list(rows(figures, targets))
    left, width, step = 260, 420, 30
    height = step * len(data) + 50
    one = left + width / 1.5
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 60}" height="{height}" '
             'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>']
    for index, (name, _, _, _, ratio, target) in enumerate(data):
        top = 20 + index * step
        length = min(ratio, 1.5) / 1.5 * width
        colour = "#2a7" if target is None or ratio <= target else "#c63"
        parts.append(f'<text x="{left - 8}" y="{top + 15}" text-anchor="end">{html.escape(name)}</text>'
                     f'<rect x="{left}" y="{top}" width="{length:.0f}" height="20" fill="{colour}"/>'
                     f'<text x="{left + length + 5:.0f}" y="{top + 15}">{ratio:.2f}</text>')
        if target is not None:
            mark = left + target / 1.5 * width
            parts.append(f'<line x1="{mark:.0f}" x2="{mark:.0f}" y1="{top - 3}" y2="{top + 23}" stroke="black" stroke-width="2"/>')
    parts.append(f'<line x1="{one:.0f}" x2="{one:.0f}" y1="10" y2="{height - 30}" stroke="#888" stroke-dasharray="4"/>'
                 f'<text x="{one:.0f}" y="{height - 12}" text-anchor="middle">the rival = 1; black: promised</text></svg>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n")


def write_readme(path, text):
    with open(path, encoding="utf-8") as file:
        readme = file.read()
    changed, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: f"{BEGIN}\n{text}\n{END}", readme, flags=re.S)
    if count != 1:
        raise RuntimeError(f"{path} has no place for the table: {BEGIN} … {END}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(changed)
