import * as v from "valibot";

const answer = v.object({
  data: v.object({
    result: v.array(v.object({ metric: v.object({ instance: v.string() }) })),
  }),
});

/**
 * The `instance` labels of all node_exporters that a Prometheus server scrapes.
 * @throws Error when it can't be asked, or scrapes none.
 */
export async function hostsOf(prometheusUrl: string): Promise<readonly string[]> {
  const query = "count by (instance) (node_memory_MemTotal_bytes)";
  const url = `${prometheusUrl.replace(/\/+$/, "")}/api/v1/query?${new URLSearchParams({ query })}`;
  const data: unknown = await fetch(url, { signal: AbortSignal.timeout(10_000) })
    .then((response) => response.json())
    .catch((error: Error) => {
      const { cause } = error;
      const why = cause instanceof Error ? cause.message : error.message;
      throw new Error(`Prometheus at ${prometheusUrl} can't be asked: ${why}`);
    });
  const parsed = v.safeParse(answer, data);
  const hosts = parsed.success
    ? parsed.output.data.result.map(({ metric }) => metric.instance)
    : [];
  if (hosts.length === 0) throw new Error(`${prometheusUrl} has no node_exporter's series.`);
  return hosts;
}
