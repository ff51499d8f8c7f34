// What the SDK asks of http-signature: OCI takes RSA with SHA-256 only.
const { createPrivateKey, sign: signBytes } = require("node:crypto");

module.exports = { sign };

/**
 * Sets the request's Authorization header, and Date where that is missing.
 * @throws Error when a header is missing, or the key isn't one of RSA.
 */
function sign(request, { key, keyId, headers }) {
  // A key that was parsed needn't be again, which takes longer than to sign.
  const { keyObject = createPrivateKey(key) } = key;
  if (keyObject.asymmetricKeyType !== "rsa") throw new Error("OCI takes RSA keys only.");
  // The SDK has an instance's request for a token signed with it, and leaves it to the package.
  if (!request.getHeader("Date")) request.setHeader("Date", new Date().toUTCString());
  const lines = headers.map((name) => `${name.toLowerCase()}: ${valueIn(request, name)}`);
  const signature = signBytes("sha256", Buffer.from(lines.join("\n")), keyObject).toString(
    "base64",
  );
  request.setHeader(
    "Authorization",
    `Signature keyId="${keyId}",algorithm="rsa-sha256",headers="${headers.join(" ")}",signature="${signature}"`,
  );
}

function valueIn(request, name) {
  if (name === "(request-target)") return `${request.method.toLowerCase()} ${request.path}`;
  const value = request.getHeader(name);
  if (!value) throw new Error(`${name} was not in the request`);
  return value;
}
