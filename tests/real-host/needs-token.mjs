// An MCP server that starts only where TOKEN reached it as a value: then it is the server
// whose script is its first argument.
if (process.env.TOKEN !== "sesame") {
  process.exit(1);
}
process.argv.splice(1, 1);
await import(process.argv[1]);
