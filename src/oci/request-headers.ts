/**
 * The part of the Headers class that the SDK uses for its requests, and what can read that. Node's
 * own class is part of its fetch, which takes a cold start a quarter of its time to load. The build
 * gives the SDK this one.
 */
export class RequestHeaders extends Map<string, string> {
  append(name: string, value: string): void {
    const known = this.get(name);
    this.set(name, known === undefined ? value : `${known}, ${value}`);
  }

  override set(name: string, value: string): this {
    return super.set(name.toLowerCase(), value.trim());
  }

  override get(name: string): string | undefined {
    return super.get(name.toLowerCase());
  }

  override has(name: string): boolean {
    return super.has(name.toLowerCase());
  }

  override delete(name: string): boolean {
    return super.delete(name.toLowerCase());
  }
}
