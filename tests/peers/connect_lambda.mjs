// Stands for AWS Lambda: gives events to the compiled handler, prints its answers and how long they took.
const { handler } = await import(process.argv[2]);
const answers = [];
for (const event of JSON.parse(process.argv[3])) {
  const began = performance.now();
  answers.push({ answer: await handler(event), milliseconds: performance.now() - began });
}
console.log(JSON.stringify(answers));
