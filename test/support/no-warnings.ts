/** Of these, what other people's packages use is the cause, and the Node that runs them. */
const othersWarnings = ["DeprecationWarning", "ExperimentalWarning"];

/** Fails the run: in its output, nobody would find a leak of listeners, or a timer that isn't one. */
function failOnWarning(warning: Error): void {
  if (!othersWarnings.includes(warning.name)) throw warning;
}

// A worker has several files after each other.
if (!process.listeners("warning").some(({ name }) => name === failOnWarning.name)) {
  process.on("warning", failOnWarning);
}
