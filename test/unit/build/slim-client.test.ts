import { describe, expect, it } from "vitest";
import { keepCalledMethods } from "../../../build/slim-client.mjs";

const source = `
class PoolClient {
  constructor() { this.calls = 0; }
  get region() { return this._region; }
  getPool() { return this.send("getPool"); }
  terminatePool() { return this.send("terminatePool"); }
  send(name) { return name; }
}
exports.PoolClient = PoolClient;
PoolClient.serviceEndpointTemplate = "https://iaas.{region}";
class VolumeClient {}
exports.VolumeClient = VolumeClient;
VolumeClient.serviceEndpointTemplate = "https://iaas.{region}";
`;

describe("keepCalledMethods", () => {
  it("keeps the classes and methods that are called, and what those call", () => {
    const slim = keepCalledMethods(source, new Set(["PoolClient", "getPool"]));

    expect(slim.replace(/\s+/g, " ").trim()).toBe(
      'class PoolClient { constructor() { this.calls = 0; } get region() { return this._region; } getPool() { return this.send("getPool"); } send(name) { return name; } } exports.PoolClient = PoolClient; PoolClient.serviceEndpointTemplate = "https://iaas.{region}";',
    );
  });

  it.each([
    ["a service that nobody uses", source, ["getPool"], /No client of this service is used/],
    ["a class that inherits", "class A extends B {}", ["A"], /A is no class as the SDK/],
    ["a class with fields", "class A { x = 1; }", ["A"], /A is no class as the SDK/],
    [
      "a class that is needed though it isn't called",
      "class A {} class B {} new B();",
      ["A"],
      /What is left still needs B/,
    ],
  ])("fails on %s", (_case, code, called, message) => {
    expect(() => keepCalledMethods(code, new Set(called))).toThrow(message);
  });
});
