import { writeCodeCaches } from "./code-cache.ts";

// The last step of the build, here and in the image: see code-cache.ts.
const [bundle = "dist/func.cjs"] = process.argv.slice(2);
writeCodeCaches(bundle, { nodeOptions: process.env["NODE_OPTIONS"] }).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
