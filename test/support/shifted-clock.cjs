// A preload script: the process lives as many milliseconds in the past as the file says that
// SHIFTED_CLOCK names, so that a test can play half an hour in seconds.
const { readFileSync } = require("node:fs");

const file = process.env.SHIFTED_CLOCK;
const RealDate = Date;
const now = () => RealDate.now() - Number(readFileSync(file, "utf8"));

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }

  static now() {
    return now();
  }
};
