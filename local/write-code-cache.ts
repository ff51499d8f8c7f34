import { writeCodeCache } from "./code-cache.ts";

await writeCodeCache("dist/func.cjs");
