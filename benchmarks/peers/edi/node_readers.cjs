// Reads an 846 with one tool of npm and prints what python_readers.py prints.
//
//     node node_readers.cjs TOOL FILE ROUNDS      TOOL: x12-parser | node-x12
//
// x12-parser is a stream of segments. node-x12 has a stream as well, but that one gave a LIN twice in a file of 20,000,
// so its parser of whole interchanges is measured.

const { createReadStream, readFileSync } = require("node:fs");
const zlib = require("node:zlib");

const [tool, file, rounds] = process.argv.slice(2);
const seconds = [];
let skus, quantities;

function take(name, element) {
  if (name === "LIN") skus.push(element(3));
  else if (name === "QTY") quantities.push(element(2));
}

async function streamed() {
  const { X12parser } = require("x12-parser");
  const { pipeline } = require("node:stream/promises");
  const parser = new X12parser();
  parser.on("data", (one) => take(one.name, (number) => one[String(number)]));
  await pipeline(createReadStream(file), parser);
}

async function whole() {
  const { X12Parser } = require("node-x12");
  const interchange = new X12Parser().parse(readFileSync(file, "utf8"));
  for (const group of interchange.functionalGroups)
    for (const set of group.transactions)
      for (const one of set.segments) take(one.tag, (number) => one.elements[number - 1].value);
}

async function main() {
  for (let round = 0; round < Number(rounds); round++) {
    [skus, quantities] = [[], []];
    const start = process.hrtime.bigint();
    await (tool === "x12-parser" ? streamed() : whole());
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  const total = quantities.reduce((sum, one) => sum + Number(one), 0);
  const peak = (process.resourceUsage().maxRSS * 1024) / 1e6;
  const checksum = zlib.crc32(Buffer.from(skus.join("\n")));
  seconds.sort((one, other) => one - other);
  console.log(JSON.stringify({ seconds: seconds[seconds.length >> 1], lines: skus.length, total, checksum, peak }));
}

main();
