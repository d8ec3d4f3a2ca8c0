// Checks the metadata of scripts (a JSON list in the named file) against Cloudflare's schema for it.
import { readFileSync } from "node:fs";
import Ajv from "ajv";

const spec = JSON.parse(readFileSync("cloudflare-subset.openapi.json", "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: "spec", components: spec.components });
const validate = ajv.compile({ $ref: "spec#/components/schemas/workersScriptUploadMetadata" });

const bad = { compatibility_date: 1, bindings: [{ type: "no_such_binding", name: "X" }] };
if (validate(bad)) throw new Error("the schema takes everything");
for (const metadata of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  if (!validate(metadata)) throw new Error(JSON.stringify(validate.errors.slice(0, 5), null, 1));
}
