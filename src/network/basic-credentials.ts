/** A user and a password as a header shows them behind `Basic ` (RFC 7617). */
export function basicCredentials(username = "", password = ""): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}
