import { blackHole, drippingBody, halfABody, reset, slowHeaders } from "../support/faults.ts";
import type { Cell, Outcome } from "./cell.ts";
import type { Certificates } from "./sources.ts";
import { faultCell, optionsOf, proxyOf, type Target } from "./target.ts";

/** A service that takes its time is given up attempt by attempt, or at the deadline. */
const tooSlow: readonly Outcome[] = ["SOURCE_UNAVAILABLE", "DEADLINE_EXCEEDED"];

/** Faults of the connection: no answer, or not the whole of one. */
export function connectionCells(target: Target): readonly Cell[] {
  return [
    refused(target),
    faultCell(target, "connection reset", reset, ["SOURCE_UNAVAILABLE"], "again"),
    sleeping(faultCell(target, "black hole: never an answer", blackHole, tooSlow)),
    sleeping(faultCell(target, "headers that never end", slowHeaders, tooSlow)),
    sleeping(faultCell(target, "body that drips for ever", drippingBody, tooSlow)),
    faultCell(target, "half a body", halfABody, ["SOURCE_UNAVAILABLE"], "again"),
    wrongCertificate(target, "TLS: unknown authority", "ofUnknownAuthority"),
    wrongCertificate(target, "TLS: wrong name", "ofWrongName"),
  ];
}

function refused(target: Target): Cell {
  return {
    target: target.name,
    fault: "connection refused",
    expected: ["SOURCE_UNAVAILABLE"],
    asked: "any",
    options: () => optionsOf(target),
    inject: (world) => proxyOf(target, world).refuse(),
    heal: (world) => proxyOf(target, world).accept(),
  };
}

function wrongCertificate(
  target: Target,
  fault: string,
  which: "ofUnknownAuthority" | "ofWrongName",
): Cell {
  let certificates: Certificates | undefined;
  return {
    target: target.name,
    fault,
    expected: ["SOURCE_UNAVAILABLE"],
    asked: "any",
    options: (sources) => {
      certificates = sources.certificates;
      const { service } = target;
      return { ...optionsOf(target), tls: { service, certificate: certificates[which] } };
    },
    inject: () => {},
    heal: (world) => {
      if (certificates) proxyOf(target, world).useCertificate(certificates.good);
    },
  };
}

/** That such a call ends in time, deadline.test.ts shows: on a busy machine it may be late. */
const graceMs = 15_000;

function sleeping(cell: Cell): Cell {
  const options: Cell["options"] = async (sources) => ({
    ...(await cell.options(sources)),
    graceMs,
  });
  return { ...cell, options, sleeps: true };
}
