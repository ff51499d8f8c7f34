/** How a source speaks, as far as faults imitate it. */
export interface Dialect {
  /** What the service itself says with a status, as JSON. */
  errorBody(status: number, message?: string): string;
  /** The rest of a valid answer around its items. */
  readonly list: readonly [start: string, end: string];
}

const ociCodes: Readonly<Record<number, string>> = {
  400: "InvalidParameter",
  401: "NotAuthenticated",
  403: "NotAuthorized",
  404: "NotAuthorizedOrNotFound",
  409: "IncorrectState",
  422: "UnprocessableEntity",
  429: "TooManyRequests",
  503: "ServiceUnavailable",
};

export const ociDialect: Dialect = {
  errorBody: (status, message = "made up by a test") =>
    JSON.stringify({ code: ociCodes[status] ?? "InternalServerError", message }),
  list: ["[", "]"],
};

const prometheusTypes: Readonly<Record<number, string>> = {
  400: "bad_data",
  404: "not_found",
  422: "execution",
  503: "unavailable",
};

export const prometheusDialect: Dialect = {
  errorBody: (status, error = "made up by a test") =>
    JSON.stringify({ status: "error", errorType: prometheusTypes[status] ?? "internal", error }),
  list: ['{"status":"success","data":{"resultType":"vector","result":[', "]}}"],
};
