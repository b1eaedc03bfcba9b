// Gets credentials as the driver does before it connects, by its AD FS plugin, and prints them.
// The arguments are the region and the properties of the connection, as JSON.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [region, given] = process.argv.slice(2);
const require = createRequire(`${process.env.NODE_PATH}/`);
const wrapper = require.resolve("aws-advanced-nodejs-wrapper").replace(/index\.js$/, "common/lib/");
const load = (name) => import(pathToFileURL(wrapper + name));

const { AdfsCredentialsProviderFactory } = await load(
  "plugins/federated_auth/adfs_credentials_provider_factory.js",
);
const { NullTelemetryFactory } = await load("utils/telemetry/null_telemetry_factory.js");

const telemetry = new NullTelemetryFactory();
const plugin = new AdfsCredentialsProviderFactory({ getTelemetryFactory: () => telemetry });
const properties = new Map(Object.entries(JSON.parse(given)));
console.log(JSON.stringify(await plugin.getAwsCredentialsProvider("db", region, properties)));
