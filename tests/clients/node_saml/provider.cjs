// A service provider of node-saml that does what it is told: the first line of its input holds
// its options as JSON, every other one a method and its arguments; each is answered by one line.
const { SAML } = require("@node-saml/node-saml");
const lines = require("readline").createInterface({ input: process.stdin });

let saml;
let order = Promise.resolve();

async function answer(line) {
  const said = JSON.parse(line);
  if (!saml) {
    saml = new SAML(said);
    return true;
  }
  return saml[said.method](...said.args);
}

lines.on("line", (line) => {
  order = order
    .then(() => answer(line))
    .then((value) => ({ value }), (error) => ({ error: error.message }))
    .then((said) => console.log(JSON.stringify(said)));
});
