// Arguments: the folder of the page, and an ONNX file. Chooses two faces one after the other, where
// the first answer comes last, as from a slower network, and prints the page as JSON.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, model] = process.argv.slice(2);
const parts = {};
class Part {
  cells = [];
  listeners = [];
  textContent = '';
  addEventListener(_, listener) { this.listeners.push(listener); }
  replaceChildren() { this.cells = []; }
  insertRow() { return this; }
  insertCell() { this.cells.push(new Part()); return this.cells.at(-1); }
  getContext() { return this; }
  drawImage(bitmap) { this.data = new Uint8ClampedArray(4 * 8 * 8).fill(bitmap.color); }
  getImageData() { return { width: 8, height: 8, data: this.data }; }
}
globalThis.document = { getElementById: (id) => (parts[id] ??= new Part()) };
globalThis.createImageBitmap = async (face) => ({ width: 8, height: 8, color: face });
let finishFirst;
let runs = 0;
const session = {
  run: async ({ images }) => {
    if (runs++ === 0) await new Promise((done) => (finishFirst = done));
    return { scores: { data: images.data[0] === 1 ? [1, 0, 0] : [0, 0, 1] } };
  },
};
globalThis.ort = {
  env: { wasm: {} },
  Tensor: class { constructor(_, data) { this.data = data; } },
  InferenceSession: { create: async () => session },
};
const page = await readFile(join(folder, 'index.html'), 'utf8');
const script = page.match(/<script type="module">(.*)<\/script>/s)[1]
  .replace(/import \* as ort from .*/, '')
  .replace("'./fer.js'", JSON.stringify(pathToFileURL(join(folder, 'fer.js')).href));
const file = join(dirname(model), 'page.mjs');
await writeFile(file, script);
await import(pathToFileURL(file));

const bytes = await readFile(model);
parts.model.files = [{ arrayBuffer: async () => bytes }];
const settled = () => new Promise((done) => setTimeout(done, 50));
for (const color of [1, 2]) {
  parts.face.files = [color];
  parts.face.listeners[0]();
  await settled();
}
finishFirst();
await settled();
const cells = parts.answer.cells.map((cell) => cell.textContent);
console.log(JSON.stringify({ cells, message: parts.message.textContent }));
