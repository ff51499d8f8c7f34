/** What a caller of `fn invoke` sees. */
export interface FnResponse {
  /** 200, 502 or 504. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Throws a SyntaxError when the body isn't JSON. */
  json(): unknown;
}

/** A response with the two headers that Fn sets on every one. */
export function fnResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  callId: string,
): FnResponse {
  return {
    status,
    headers: { ...headers, "content-length": String(body.length), "fn-call-id": callId },
    body,
    json: () => JSON.parse(body.toString()),
  };
}

/** What Fn itself says when there is no answer of the function to pass on. */
export function failure(status: 502 | 504, message: string, callId: string): FnResponse {
  const headers = { "content-type": "application/json" };
  return fnResponse(status, headers, Buffer.from(JSON.stringify({ message })), callId);
}
