// What `fn init --runtime node` makes, without its log line: the least that a function can be.
require("@fnproject/fdk").handle(() => ({ message: "Hello World" }));
