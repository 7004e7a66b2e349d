// Stands for Genesys Cloud: fills a data action's templates with an engine for Velocity.
const velocity = require("velocityjs");

const { templates, seen } = JSON.parse(process.argv[2]);
const esc = { jsonString: (text) => JSON.stringify(String(text)).slice(1, -1) };
console.log(JSON.stringify(templates.map((each) => velocity.render(each, { ...seen, esc }))));
