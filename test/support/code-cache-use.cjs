// Says on stdout what became of the code cache that the function was loaded with: a preload script.
const vm = require("node:vm");

const { Script } = vm;
vm.Script = class extends Script {
  constructor(source, options) {
    super(source, options);
    const use =
      options.cachedData === undefined ? "none" : this.cachedDataRejected ? "rejected" : "accepted";
    console.log(JSON.stringify({ codeCache: use }));
  }
};
