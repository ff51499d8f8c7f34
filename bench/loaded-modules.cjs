// Preloaded into a function: says on SIGUSR2 what the process has loaded by then.
process.on("SIGUSR2", () => {
  const files = Object.keys(require.cache).filter((path) => path !== __filename).length;
  const builtins = process.moduleLoadList.filter((name) => name.startsWith("NativeModule ")).length;
  console.log(JSON.stringify({ files, builtins }));
});
