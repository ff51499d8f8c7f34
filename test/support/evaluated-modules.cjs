// Preloaded with --require: prints, when it gets SIGUSR2, which modules of a bundle have run so far.
const { Session } = require("node:inspector");

const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true });

process.on("SIGUSR2", () => {
  session.post("Profiler.takePreciseCoverage", (_error, { result }) => {
    const functions = result.flatMap((script) => script.functions);
    const ran = functions.filter(({ ranges }) => ranges[0].count > 0);
    // esbuild makes a module that it loads later a function, with the module's path for its name.
    const modules = ran
      .map(({ functionName }) => functionName)
      .filter((name) => /\.\w+$/.test(name));
    const builtIn = process.moduleLoadList.map((name) => name.replace("NativeModule ", "node:"));
    console.log(JSON.stringify({ evaluated: [...modules, ...builtIn] }));
  });
});
