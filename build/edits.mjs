/** OCI takes 6 MB of a body; one byte more says that there was more. */
const mostBodyBytes = 6 * 1024 * 1024 + 1;

/**
 * The few places where packages of our dependencies are changed, so that they do the same with less
 * work, or less memory.
 */
const edits = [
  // The FDK copies each part of a body, and then all of them. What Node allocates for that is freed when
  // its heap is cleaned, which 6 MB beside it don't bring about, and malloc keeps it even then: three
  // bodies in a row ended a process of 128 MB. A buffer that grows in its place needs no copies, and
  // its reader gives the memory back by making it empty.
  {
    file: "@fnproject/fdk/fn-fdk.js",
    found: "this._bufs = []",
    made: `this._bytes = new ArrayBuffer(0, { maxByteLength: ${mostBodyBytes} })`,
  },
  {
    file: "@fnproject/fdk/fn-fdk.js",
    found: "this._bufs.push(Buffer.from(data))",
    made: `
      const { byteLength, maxByteLength } = this._bytes
      const part = data.subarray(0, maxByteLength - byteLength)
      this._bytes.resize(byteLength + part.length)
      new Uint8Array(this._bytes).set(part, byteLength)`,
  },
  {
    file: "@fnproject/fdk/fn-fdk.js",
    found: "return Buffer.concat(this._bufs)",
    made: "return Buffer.from(this._bytes)",
  },
  // The SDK's signer has http-signature parse the text of the key for each request, which takes as long as
  // to sign. Ours takes the parsed key as well. A key that is renewed is another object.
  { file: "oci-common/lib/signer.js", found: '.toBuffer("pem", {})', made: "", times: 2 },
  // It reads URLs by url.parse, which Node warns of, and which escapes other characters than what sends them:
  // the signature was of another path then.
  {
    file: "oci-common/lib/signer.js",
    found: "this.path = UrlParser.parse(url).path;",
    made: "const { pathname, search } = new URL(url); this.path = pathname + search;",
  },
  {
    file: "oci-common/lib/signer.js",
    found: "UrlParser.parse(request.uri)",
    made: "new URL(request.uri)",
  },
  // A resource principal has its public key written out, which only an instance's is asked for: when it is.
  ...["fixed-content-key-supplier", "helpers/load-private-key-from-file"].map((name) => ({
    file: `oci-common/lib/auth/${name}.js`,
    found: 'publicKey.toString("pem")',
    made: "publicKey",
  })),
  {
    file: "oci-common/lib/auth/key-pair.js",
    found: "return this.publicKey;",
    made: "return this.publicKey && String(this.publicKey);",
  },
  // For each of 90 regions the SDK looks for the same file, of which it needs to know once.
  {
    file: "oci-common/lib/developertoolconfiguration.js",
    found: "function developerToolConfiguration() {",
    made: "function developerToolConfiguration() {\n    if (ociEnabledServiceSet !== undefined) return;",
  },
  // pino asks whether it is in a worker only where it doesn't write synchronously, as ours does.
  {
    file: "pino/lib/tools.js",
    found: "const { isMainThread } = require('worker_threads')",
    made: "",
  },
  {
    file: "pino/lib/tools.js",
    found: "if (!opts.sync && isMainThread) {",
    made: "if (!opts.sync && require('worker_threads').isMainThread) {",
  },
  // For `performance`, Node loads ten modules; this clock, too, is set by nobody.
  {
    file: "p-retry/index.js",
    found: "performance.now()",
    made: "(process.uptime() * 1000)",
    times: 2,
  },
  // axios looks for what belongs to fetch as soon as it is loaded, and Node then loads its fetch. Our
  // requests go through node:http, and their bodies are no forms with files.
  {
    file: "axios/lib/adapters/fetch.js",
    found: "const adapter = getFetch();",
    made: "let adapter;",
  },
  {
    file: "axios/lib/utils.js",
    found: "const FormDataCtor = typeof G.FormData !== 'undefined' ? G.FormData : undefined;",
    made: "let FormDataCtor;",
  },
];

/**
 * A module of a package, edited.
 *
 * @param {string} source
 * @param {string} path
 * @throws Error when it is one to edit, but no longer what we know.
 */
export function editPackage(source, path) {
  let edited = source;
  for (const { file, found, made, times = 1 } of edits) {
    if (!path.replaceAll("\\", "/").endsWith(`/node_modules/${file}`)) continue;
    if (edited.split(found).length !== times + 1) throw new Error(`${file} has another ${found}`);
    edited = edited.replaceAll(found, made);
  }
  return edited;
}
