// A preload script: the metadata service of instances is where METADATA_SERVICE says.
const { fetch } = globalThis;

globalThis.fetch = (request, options) => {
  const url = String(request.url ?? request);
  const there = url.replace("http://169.254.169.254", process.env.METADATA_SERVICE);
  return fetch(there, options ?? request);
};
