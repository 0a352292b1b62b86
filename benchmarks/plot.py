"""The plot of growth: `python plot.py GROWTH.json PLOT.svg` (or .png)."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
mpl.rcParams["svg.hashsalt"] = "stockferry"  # the same figures make the same file

from found import kept  # noqa: E402 - after the back end is chosen
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullFormatter  # noqa: E402

MOST_MEMORY = 12
TITLES = {"time": "time per SKU, µs", "memory": "most memory, GB"}


def main() -> None:
    points, target = kept(Path(sys.argv[1])).points, Path(sys.argv[2])
    skus = [point.skus for point in points]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    _line(left, skus, [1e6 * point.seconds / point.skus for point in points], TITLES["time"], "{:.1f}")
    _line(right, skus, [point.peak / 1000 for point in points], TITLES["memory"], "{:.2f}")
    right.axhline(MOST_MEMORY, color="0.6", linestyle="--", linewidth=1)
    right.annotate(
        "aim: 12 GB for 10,000,000",
        (skus[0], MOST_MEMORY),
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=8,
    )
    right.set_ylim(top=MOST_MEMORY * 2.5)
    figure.suptitle("A first cycle with one CSV cart, by number of SKUs", fontsize=11)
    figure.savefig(target, metadata={"Date": None} if target.suffix == ".svg" else None, dpi=120)


def _line(axes: Axes, skus: list[int], values: list[float], title: str, form: str) -> None:
    axes.plot(skus, values, marker="o", color="#1f5f99")
    for sku, value in zip(skus, values, strict=True):
        axes.annotate(
            form.format(value),
            (sku, value),
            xytext=(0, 8),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(skus, [f"{sku:,}" for sku in skus])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(min(skus) / 2, max(skus) * 2)
    low, high = min(values), max(values)
    axes.set_ylim(low / 2, high * 2)
    axes.set_xlabel("SKUs")
    axes.set_title(title, fontsize=10)
    axes.grid(visible=True, which="major", color="0.9")


if __name__ == "__main__":
    main()
