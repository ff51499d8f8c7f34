import { AnswerTooLargeError } from "../network/network-failure.ts";

/** All answers about 2,000 hosts take less, and no more members are asked about at once. */
const mostBytes = 44_000_000;

/** What the process holds of its servers' answers, in bytes: a server may answer what it likes. */
export class AnswerMemory {
  readonly #held = new Map<AbortSignal, number>();

  /**
   * Holds so many more, or less, until `release` aborts.
   * @throws AnswerTooLargeError when there is no room for them.
   */
  hold(bytes: number, release: AbortSignal): void {
    if (release.aborted) return;
    const before = this.#held.get(release);
    if (before === undefined) {
      release.addEventListener("abort", () => this.#held.delete(release), { once: true });
    }
    this.#held.set(release, (before ?? 0) + bytes);
    const all = [...this.#held.values()].reduce((sum, held) => sum + held, 0);
    if (bytes > 0 && all > mostBytes) throw new AnswerTooLargeError();
  }
}
