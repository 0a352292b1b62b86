// Writes an 846 with node-x12 and prints the seconds.
//
//     node node_writers.cjs node-x12 LINES FILE      LINES: a SKU and a quantity per line

const { readFileSync, writeFileSync } = require("node:fs");
const { X12Interchange } = require("node-x12");

const [, source, target] = process.argv.slice(2);
const lines = readFileSync(source, "utf8").trimEnd().split("\n").map((line) => line.split(" "));

const start = process.hrtime.bigint();
const interchange = new X12Interchange("~", "*");
interchange.setHeader([
  "00", "".padEnd(10), "00", "".padEnd(10), "ZZ", "ACMEWHSE".padEnd(15), "ZZ", "BIGBOX".padEnd(15),
  "261120", "1200", "U", "00401", "000000001", "0", "P", ">",
]);
const group = interchange.addFunctionalGroup();
group.setHeader(["IB", "ACMEWHSE", "BIGBOX", "20261120", "1200", "1", "X", "004010"]);
const set = group.addTransaction();
set.setHeader(["846", "0001"]);
set.addSegment("BIA", ["00", "SI", "1", "20261120", "1200"]);
lines.forEach(([sku, quantity], index) => {
  set.addSegment("LIN", [String(index + 1), "SK", sku]);
  set.addSegment("QTY", ["33", quantity, "EA"]);
});
set.addSegment("CTT", [String(lines.length)]);
writeFileSync(target, interchange.toString());
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const peak = (process.resourceUsage().maxRSS * 1024) / 1e6;
console.log(JSON.stringify({ seconds, peak }));
