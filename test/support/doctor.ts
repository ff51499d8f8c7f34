import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import type { DoctorDocument, DoctorStep, Finding } from "../../src/health/doctor-document.ts";

/** What the doctor says of a pool; fails unless Fn would pass the answer on. */
export async function examine(agent: FnAgent, request: object): Promise<DoctorDocument> {
  const response = await agent.invoke(JSON.stringify({ check: "doctor", ...request }));
  if (response.status !== 200) throw new Error(`Fn answers ${response.status}: ${response.body}`);
  return response.json() as DoctorDocument;
}

/** The findings of a step, without those that are ok. */
export function troublesOf(document: DoctorDocument, step: DoctorStep): readonly Finding[] {
  return document.findings.filter((finding) => finding.step === step && finding.status !== "ok");
}
