import { describe, expect, it } from "vitest";
import { RequestHeaders } from "../../../src/oci/request-headers.ts";

/** What the SDK does with a request's headers, done to ours and to Node's. */
function fill<T extends Headers | RequestHeaders>(headers: T): T {
  headers.append("Content-Type", "application/json");
  headers.append("opc-request-id", " A1 ");
  headers.append("X-Many", "one");
  headers.append("x-many", "two");
  headers.set("Host", "iaas.us-ashburn-1.oraclecloud.com");
  headers.set("host", "127.0.0.1:1");
  headers.set("x-gone", "1");
  headers.delete("X-Gone");
  return headers;
}

describe("RequestHeaders", () => {
  it("holds what Node's own Headers would", () => {
    const sorted = [...fill(new RequestHeaders())].sort();
    expect(sorted).toEqual([...fill(new Headers())]);
    expect(new Headers([...fill(new RequestHeaders())])).toEqual(fill(new Headers()));
  });

  it("finds a header whatever the case of its name", () => {
    const headers = fill(new RequestHeaders());

    expect(headers.get("X-MANY")).toBe("one, two");
    expect(headers.has("HOST")).toBe(true);
    expect(headers.has("X-Gone")).toBe(false);
    expect(headers.get("x-gone")).toBeUndefined();
  });
});
