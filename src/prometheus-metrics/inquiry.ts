import { toUtilizationError, type UtilizationError } from "../errors.ts";
import type { QueryAnswer, QueryApi } from "../prometheus/query-api.ts";

/** All that is asked about a pool, and what the server says beside the rows. */
export class Inquiry {
  readonly api: QueryApi;
  readonly warnings = new Set<string>();
  /** Whether the server says that an answer is not whole. */
  partial = false;
  failures: UtilizationError[] = [];

  constructor(api: QueryApi) {
    this.api = api;
  }

  /** Undefined when it failed. */
  async query(...asked: Parameters<QueryApi["query"]>): Promise<QueryAnswer | undefined> {
    try {
      const answer = await this.api.query(...asked);
      for (const warning of answer.warnings) this.warnings.add(warning);
      this.partial ||= answer.partial === true;
      return answer;
    } catch (error) {
      this.failures.push(toUtilizationError(error));
      return undefined;
    }
  }
}
