/**
 * The few places where packages of our dependencies are changed, so that they do the same with less
 * work.
 */
const edits = [
  // The SDK's signer has http-signature parse the text of the key for each request, and OpenSSL once
  // more, which takes three times as long as to sign. http-signature takes the parsed key as well,
  // and that remembers what OpenSSL made of it. A key that is renewed is another object.
  { file: "oci-common/lib/signer.js", found: '.toBuffer("pem", {})', made: "", times: 2 },
  {
    file: "sshpk/lib/private-key.js",
    found: "var key = this.toBuffer('pkcs1');",
    made: "var key = this.keyObject ??= crypto.createPrivateKey(this.toBuffer('pkcs1'));",
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
