// Arguments: fer.js, an ONNX file, and a JSON file {width, height, data} of an RGB image, then the
// file of onnxruntime-web or nothing. Prints the metadata, the input and the confidences as JSON.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const [script, model, file, runtime] = process.argv.slice(2);
const { classify, networkInput, readMetadata } = await import(pathToFileURL(script));
const bytes = new Uint8Array(await readFile(model));
const metadata = readMetadata(bytes);
const image = JSON.parse(await readFile(file, 'utf8'));
const { values, shape } = networkInput(metadata, image);
let answer = null;
if (runtime) {
  const ort = await import(pathToFileURL(runtime));
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes);
  answer = await classify(ort, session, metadata, image);
}
console.log(JSON.stringify({ metadata, shape, values: Array.from(values), answer }));
