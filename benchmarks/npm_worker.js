// Fills templates with one npm library: node --expose-gc npm_worker.js LIBRARY FOLDER, where FOLDER has node_modules.
// Each line on standard input is a JSON list [TEMPLATE, PAYLOAD, RESULT] of paths; the answer is a line of JSON with
// CPU and clock in ms, or `error`. The payload is read before the clock starts.
"use strict";
const fs = require("fs"), readline = require("readline"), path = require("path");
const [library, folder] = process.argv.slice(2);
const load = require("module").createRequire(path.join(path.resolve(folder), "package.json"));

const fillers = {
  docxtemplater: () => {
    const PizZip = load("pizzip"), Docxtemplater = load("docxtemplater");
    return async (template, payload, result) => {
      const document = new Docxtemplater(new PizZip(fs.readFileSync(template)), { paragraphLoop: true, linebreaks: true });
      document.render(payload);
      fs.writeFileSync(result, document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" }));
    };
  },
  "easy-template-x": () => {
    const { TemplateHandler } = load("easy-template-x");
    return async (template, payload, result) =>
      fs.writeFileSync(result, await new TemplateHandler().process(fs.readFileSync(template), payload));
  },
  carbone: () => {
    const carbone = load("carbone");
    return (template, payload, result) =>
      new Promise((resolve, reject) =>
        carbone.render(template, payload, (error, content) => {
          if (error) return reject(error);
          fs.writeFileSync(result, content);
          resolve();
        }),
      );
  },
};

const fill = fillers[library]();
const payloads = new Map();
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
answer({ ready: library });
readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const [template, file, result] = JSON.parse(line);
  if (!payloads.has(file)) payloads.set(file, JSON.parse(fs.readFileSync(file, "utf8")));
  if (global.gc) global.gc();
  const cpu = process.cpuUsage(), wall = process.hrtime.bigint();
  try {
    await fill(template, payloads.get(file), result);
    const used = process.cpuUsage(cpu);
    const elapsed = Number(process.hrtime.bigint() - wall) / 1e6;
    answer({ cpu_ms: (used.user + used.system) / 1000, wall_ms: elapsed });
  } catch (error) {
    answer({ error: String(error).slice(0, 300) });
  }
});
