// Compares two OpenAPI documents (paths in argv) and prints the changes that api-smart-diff calls breaking, as JSON.
const { readFileSync } = require("node:fs");
const { compareOpenApi } = require("api-smart-diff");

const [before, after] = process.argv.slice(2, 4).map((path) => JSON.parse(readFileSync(path, "utf8")));
const { diffs } = compareOpenApi(before, after);
const breaking = diffs
  .filter((diff) => diff.type === "breaking")
  .map(({ action, path, description }) => ({ action, path: path.map(String), description: description ?? "" }));
process.stdout.write(JSON.stringify(breaking));
