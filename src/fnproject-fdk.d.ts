/** The FDK ships no types; these are of 0.0.76 as it really behaves, as far as we use it. */
declare module "@fnproject/fdk" {
  import type { FdkTracingContext } from "./triggers/trace-context.ts";

  export interface Context {
    readonly callID: string | null;
    readonly deadline: Date | null;
    readonly appID: string | undefined;
    readonly appName: string | undefined;
    readonly fnID: string | undefined;
    readonly fnName: string | undefined;
    /** In MB; NaN when Fn did not say. */
    readonly memory: number;
    readonly tracingContext: FdkTracingContext;
    /** The first value of a header of the call, whatever the case of its name. */
    getHeader(name: string): string | null;
    /** Fn-Http-Status and Fn-Http-H-… shape the answer to an HTTP caller; others don't see them. */
    setResponseHeader(name: string, ...values: readonly string[]): void;
  }

  /**
   * Serves invocations on the socket that Fn names; exits the process when there is none.
   * The result is serialized as JSON, unless a response header says that its type is another. It must not be null, undefined, circular or hold a BigInt,
   * and what is thrown must be an Error: anything else ends the process.
   */
  function handle(
    handler: (body: Buffer, context: Context) => Promise<object | string>,
    options: { readonly inputMode: "buffer" },
  ): void;

  const fdk: { readonly handle: typeof handle };
  export default fdk;
}
