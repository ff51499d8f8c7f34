/** A refusal as OCI words it: an HTTP status and `{"code","message"}`. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError(400, "InvalidParameter", message);
}

export function missingParameter(name: string): ServiceError {
  return new ServiceError(400, "MissingParameter", `The parameter ${name} is required.`);
}

/** OCI doesn't say what is wrong with a signature; here the reason follows its sentence. */
export function notAuthenticated(reason: string): ServiceError {
  return new ServiceError(
    401,
    "NotAuthenticated",
    `The required information to complete authentication was not provided or was incorrect: ${reason}`,
  );
}

/** What a missing policy, another compartment and a wrong OCID all look like; there is no 403. */
export function notAuthorizedOrNotFound(): ServiceError {
  return new ServiceError(
    404,
    "NotAuthorizedOrNotFound",
    "Authorization failed or requested resource not found.",
  );
}
