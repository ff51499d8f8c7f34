import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export type Point = readonly [x: number, y: number];

export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Panel {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

const colors = ["#1f6feb", "#d97706", "#6b7280"];
const panelWidth = 300;
const height = 300;

/** The panels side by side, on logarithmic axes; without animation, so that it is the same always. */
export function draw(panels: readonly Panel[]): string {
  const width = panels.length * panelWidth;
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  const logarithmic = {
    type: "log",
    nameLocation: "middle",
    minorSplitLine: { show: false },
  } as const;
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    color: colors,
    textStyle: { fontFamily: "sans-serif" },
    // Wider than the labels seem to need: without a browser, their widths are a guess.
    legend: { top: 4, itemWidth: 18, itemGap: 30 },
    title: panels.map(({ title }, index) => ({
      text: title,
      left: index * panelWidth + panelWidth / 2 + 20,
      top: 30,
      textAlign: "center",
      textStyle: { fontSize: 13, fontWeight: "normal" },
    })),
    grid: panels.map((_, index) => ({
      left: index * panelWidth + 62,
      width: panelWidth - 82,
      top: 58,
      bottom: 48,
    })),
    xAxis: panels.map(({ x }, gridIndex) => ({ ...logarithmic, name: x, nameGap: 26, gridIndex })),
    yAxis: panels.map(({ y }, gridIndex) => ({ ...logarithmic, name: y, nameGap: 44, gridIndex })),
    series: panels.flatMap(({ lines }, index) =>
      lines.map(({ name, points }, place) => ({
        type: "line",
        name,
        data: points,
        xAxisIndex: index,
        yAxisIndex: index,
        symbolSize: 6,
        color: colors[place],
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
