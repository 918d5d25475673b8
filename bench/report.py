"""What is shown of the figures: a table, JSON, a plot."""
import json
import statistics
from html import escape


def figure(value, unit):
    if not unit:
        return f"{value:.0f}"
    if unit == "MiB":
        return f"{value:.0f} MiB"
    if value < 0.01:
        return f"{value * 1000:.1f} ms"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def median(case, engine):
    return statistics.median(case["figures"][engine])


def ratio(result, case):
    return median(case, result["engines"][0]) / median(case, result["engines"][1])


def of(case, engine):
    """The figure of one engine as it is shown; a dash where it was not measured."""
    return figure(median(case, engine), case["unit"]) if engine in case["figures"] else "–"


def share(result, case):
    """The ratio as it is shown."""
    return f"{ratio(result, case):.2f}×" if case.get("alone") is None else ""


def verdict(result, case):
    """The promise and whether it is kept, judged as it is printed: to two digits."""
    if case.get("alone") is not None:
        kept = round(median(case, result["engines"][0]), 2) <= case["alone"]
        return f"≤ {figure(case['alone'], case['unit'])}", "yes" if kept else "falls short"
    if case["target"] is None:
        return "", ""
    kept = round(ratio(result, case), 2) <= case["target"]
    return f"≤ {case['target']:g}×", "yes" if kept else "falls short"


def table(result):
    """The figures in Markdown."""
    ours, theirs = result["engines"]
    lines = [f"| | {ours} | {theirs} | ratio | promised | kept |", "|---|---:|---:|---:|---:|---|"]
    for case in result["cases"]:
        promised, kept = verdict(result, case)
        lines.append(f"| {case['title']} | {of(case, ours)} | {of(case, theirs)} | {share(result, case)} "
                     f"| {promised} | {kept} |")
    lines += ["", f"Medians, client included; {result['date']}, {result['machine']}. "
              + "; ".join(f"{name}: {text}" for name, text in result["versions"].items()) + "."]
    return "\n".join(lines)


def write_json(result, path):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(result, f, indent=2, ensure_ascii=False)
        f.write("\n")


def write_plot(result, path):
    """Bars of our share of the rival's figure, one a case, with a mark at what is promised."""
    left, width, row = 260, 420, 26
    cases = [case for case in result["cases"] if case.get("alone") is None]
    height = row * len(cases) + 60
    ceiling = max([1.1] + [ratio(result, case) * 1.05 for case in cases])

    def at(value):
        return left + value / ceiling * width

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 80}" height="{height}" '
             'font-family="sans-serif" font-size="13">',
             f'<rect width="100%" height="100%" fill="white"/><text x="10" y="20" font-weight="bold">'
             f'{escape(result["engines"][0])} as a share of {escape(result["engines"][1])}: shorter is better</text>']
    for i, case in enumerate(cases):
        y, part = 36 + i * row, ratio(result, case)
        colour = "#c0563b" if verdict(result, case)[1] == "falls short" else "#2f7d6d"
        parts.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{escape(case["title"].replace("`", ""))}</text>'
                     f'<rect x="{left}" y="{y}" width="{at(part) - left:.1f}" height="17" fill="{colour}"/>'
                     f'<text x="{at(part) + 5:.1f}" y="{y + 13}">{part:.2f}×</text>')
        if case["target"] is not None:
            x = at(case["target"])
            parts.append(f'<line x1="{x:.1f}" y1="{y - 3}" x2="{x:.1f}" y2="{y + 20}" stroke="black" stroke-width="2"/>')
    parts.append(f'<line x1="{at(1):.1f}" y1="30" x2="{at(1):.1f}" y2="{height - 24}" stroke="#888" stroke-dasharray="4 3"/>'
                 f'<text x="{left}" y="{height - 8}" fill="#555">black marks: promised; dashed: equal</text></svg>')
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(parts) + "\n")


def into_readme(text, path):
    """Puts the table between its markers."""
    begin, end = "<!-- bench:begin -->", "<!-- bench:end -->"
    with open(path, encoding="utf-8") as f:
        readme = f.read()
    if begin not in readme or end not in readme:
        raise SystemExit(f"{path} has no {begin} and {end}")
    head, rest = readme.split(begin, 1)
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"{head}{begin}\n{text}\n{end}{rest.split(end, 1)[1]}")
