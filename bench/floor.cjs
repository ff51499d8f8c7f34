// The least that a function can be that measures one pool: the FDK, and the same four requests, signed by
// node:crypto. It checks nothing, handles no error, and knows one pool and one window.
const { createHash, createSign } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { Agent, request } = require("node:https");
const fdk = require("@fnproject/fdk");

const { OCI_CORE_ENDPOINT: core, OCI_MONITORING_ENDPOINT: monitoring } = process.env;
const token = readFileSync(process.env.OCI_RESOURCE_PRINCIPAL_RPST, "utf8").trim();
const key = readFileSync(process.env.OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM, "utf8");
const plain = require("node:http");
const agents = {
  "https:": new Agent({ keepAlive: true }),
  "http:": new plain.Agent({ keepAlive: true }),
};
const send = { "https:": request, "http:": plain.request };

function signed(method, url, text) {
  const headers = { host: url.host, "x-date": new Date().toUTCString() };
  const names = ["(request-target)", "host", "x-date"];
  if (text !== undefined) {
    headers["content-type"] = "application/json";
    headers["content-length"] = String(Buffer.byteLength(text));
    headers["x-content-sha256"] = createHash("sha256").update(text).digest("base64");
    names.push("content-type", "content-length", "x-content-sha256");
  }
  const target = `${method.toLowerCase()} ${url.pathname}${url.search}`;
  const lines = names.map(
    (name) => `${name}: ${name === "(request-target)" ? target : headers[name]}`,
  );
  const signature = createSign("RSA-SHA256").update(lines.join("\n")).sign(key, "base64");
  headers.authorization = `Signature version="1",keyId="ST$${token}",algorithm="rsa-sha256",headers="${names.join(" ")}",signature="${signature}"`;
  return headers;
}

function call(method, url, body) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const options = { method, headers: signed(method, url, text), agent: agents[url.protocol] };
    const outgoing = send[url.protocol](url, options, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(JSON.parse(Buffer.concat(parts).toString()));
        else reject(new Error(`${response.statusCode}: ${Buffer.concat(parts)}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(text);
  });
}

function average(streams, running) {
  const means = streams
    .filter(({ dimensions }) => running.has(dimensions.resourceId.toLowerCase()))
    .map(
      ({ aggregatedDatapoints: points }) =>
        points.reduce((sum, { value }) => sum + value, 0) / points.length,
    );
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

fdk.handle(async ({ instancePoolId }) => {
  const pool = await call("GET", new URL(`/20160918/instancePools/${instancePoolId}`, core));
  const end = Math.floor(Date.now() / 60_000) * 60_000;
  const query = (name) =>
    call(
      "POST",
      new URL(
        `/20180401/metrics/actions/summarizeMetricsData?compartmentId=${pool.compartmentId}`,
        monitoring,
      ),
      {
        namespace: "oci_computeagent",
        query: `${name}[1m]{instancePoolId = "${instancePoolId}"}.groupBy(resourceId).mean()`,
        startTime: new Date(end - 300_000).toISOString(),
        endTime: new Date(end).toISOString(),
        resolution: "1m",
      },
    );
  const list = `/20160918/instancePools/${instancePoolId}/instances?compartmentId=${pool.compartmentId}&limit=1000`;
  const [members, cpu, memory] = await Promise.all([
    call("GET", new URL(list, core)),
    query("CpuUtilization"),
    query("MemoryUtilization"),
  ]);
  const ids = members
    .filter(({ state }) => state.toUpperCase() === "RUNNING")
    .map(({ id }) => id.toLowerCase());
  const running = new Set(ids);
  return { cpu: average(cpu, running), memory: average(memory, running) };
});
