import { writeCodeCache } from "./code-cache.ts";

// The last step of the build: see code-cache.ts.
await writeCodeCache("dist/func.cjs");
